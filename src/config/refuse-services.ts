import type { ApiModel, Protocol } from "../aws/api/model.ts";
import { templateProblem } from "../aws/api/template.ts";
import { SERVICE_NAMES } from "../aws/services.ts";
import { nearest } from "../domain/nearest.ts";
import { actionPrefixOf, apiModelOf, isTabled, knownModelOf } from "./api-model.ts";
import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import { refuseKnown } from "./refuse-known.ts";
import { oddRoutes } from "./refuse-routes.ts";
import type { Config } from "./schema.ts";

/** Finds services that nobody could ask anything, or of which requests could not be told apart by what is said of them. */
export function refuseServices({ upstreams }: Draft): readonly Found[] {
  return upstreams.flatMap(({ key, fit }) => {
    const found = fit === undefined ? [] : ofService(fit);
    return found.map((one) => ({ ...one, path: ["upstreams", key, ...one.path] }));
  });
}

type Settings = Config["upstreams"][string];

function ofService(settings: Settings): readonly Found[] {
  if (!isTabled(settings)) return needless(settings);
  const unknown = unknownService(settings);
  if (unknown !== undefined) return [{ path: ["service"], message: unknown }];
  const model = apiModelOf(settings);
  if (model === undefined) return [];
  const odd = oddOperations(settings);
  return [
    ...oddPrefix(settings),
    ...oddProtocol(settings),
    ...missing(settings, model),
    ...odd,
    ...refuseKnown(settings),
    // Routes are read together with the resources.
    ...(odd.length > 0 ? [] : oddRoutes(settings, model)),
  ];
}

/** What says how a service is read whose reading is written down in Postern. */
function needless(settings: Settings): Found[] {
  const its = settings.function === undefined ? settings.service : "a function URL";
  const told = (["protocol", "target", "jsonVersion", "apiVersion", "actionPrefix"] as const).filter(
    (key) => settings[key] !== undefined,
  );
  return [...told, ...(Object.keys(settings.operations).length === 0 ? [] : ["operations"])].map((key) => ({
    path: [key],
    message: `it is for services that are read by a table, and Postern reads ${its} by itself; leave it out`,
  }));
}

function unknownService({ service, protocol }: Settings): string | undefined {
  if (protocol !== undefined || knownModelOf(service) !== undefined) return undefined;
  const meant = nearest(service, SERVICE_NAMES);
  return meant === undefined
    ? `Postern does not know this service; known are ${SERVICE_NAMES.join(", ")}. ${ANY_OTHER}`
    : `Postern does not know this service; did you mean ${meant}? ${ANY_OTHER}`;
}

const ANY_OTHER = "Any other takes protocol and operations";

function oddPrefix(settings: Settings): Found[] {
  const { service, actionPrefix } = settings;
  const known = knownModelOf(service)?.actionPrefix;
  if (known !== undefined && known !== (actionPrefix ?? known)) {
    const message = `the actions of ${service} begin with ${known}:; leave it out`;
    return [{ path: ["actionPrefix"], message }];
  }
  return actionPrefixOf(settings) === "postern"
    ? [{ path: ["service"], message: "actions that begin with postern: are Postern's own" }]
    : [];
}

function oddProtocol({ service, protocol }: Settings): Found[] {
  const known = knownModelOf(service);
  if (known === undefined || protocol === undefined || known.protocols.includes(protocol)) return [];
  return [{ path: ["protocol"], message: `${service} is spoken to by ${known.protocols.join(" or ")}` }];
}

/** What requests of a protocol are told by, besides the operation's name, and what is said where that is not there. */
const TOLD_BY: Readonly<Record<Protocol, readonly [key: "target" | "apiVersion", what: string] | undefined>> =
  {
    json: ["target", "what X-Amz-Target has before the operation's name"],
    "rpc-v2-cbor": ["target", "what the path has behind /service/"],
    query: ["apiVersion", "the Version of every request"],
    "rest-json": undefined,
  };

function missing({ protocol }: Settings, model: ApiModel): Found[] {
  const spoken = protocol ?? model.protocols[0];
  const [key, what] = (spoken && TOLD_BY[spoken]) ?? [];
  return [
    ...(Object.keys(model.operations).length === 0 ? [{ path: ["operations"], message: NO_OPERATION }] : []),
    ...(key === undefined || model[key] !== undefined
      ? []
      : [{ path: [key], message: `${spoken} needs it: ${what}` }]),
  ];
}

const NO_OPERATION = "nothing could be asked of it: name operations, as PutRecord: {}";

/** A rule is about an operation by its action, and an upstream is about what rules say of its prefix. */
function oddOperations(settings: Settings): Found[] {
  const prefix = actionPrefixOf(settings);
  const known = knownModelOf(settings.service)?.operations ?? {};
  return Object.entries(settings.operations).flatMap(([name, { action = "", resources = [] }]) => {
    const path = ["operations", name];
    const isOwn = ["", known[name]?.action].includes(action) || action.startsWith(`${prefix}:`);
    const message = `actions of this upstream begin with ${prefix}:`;
    return [
      ...(isOwn ? [] : [{ path: [...path, "action"], message }]),
      ...unreadable(resources).map((found) => ({ ...found, path: [...path, "resources", ...found.path] })),
    ];
  });
}

function unreadable(resources: readonly string[]): Found[] {
  return resources.flatMap((text, i) => {
    const message = templateProblem(text);
    return message === undefined ? [] : [{ path: [i], message }];
  });
}
