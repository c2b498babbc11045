import type { ApiModel } from "../aws/api/model.ts";
import { templateProblem } from "../aws/api/template.ts";
import { SERVICE_NAMES } from "../aws/services.ts";
import { nearest } from "../domain/nearest.ts";
import { actionPrefixOf, apiModelOf, isTabled, knownModelOf } from "./api-model.ts";
import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
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
  return [
    ...oddPrefix(settings),
    ...oddProtocol(settings),
    ...missing(settings, model),
    ...oddOperations(settings),
    ...oddRoutes(settings, model),
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

/** What requests are told by, besides the operation's name. */
function missing({ protocol }: Settings, model: ApiModel): Found[] {
  const spoken = protocol ?? model.protocols[0];
  const found: Found[] = [];
  if (Object.keys(model.operations).length === 0)
    found.push({
      path: ["operations"],
      message: "nothing could be asked of it: name operations, as PutRecord: {}",
    });
  if (spoken === "json" && model.target === undefined)
    found.push({
      path: ["target"],
      message: "json needs it: what X-Amz-Target has before the operation's name",
    });
  if (spoken === "rpc-v2-cbor" && model.target === undefined)
    found.push({ path: ["target"], message: "rpc-v2-cbor needs it: what the path has behind /service/" });
  if (spoken === "query" && model.apiVersion === undefined)
    found.push({ path: ["apiVersion"], message: "query needs it: the Version of every request" });
  return found;
}

function oddOperations(settings: Settings): Found[] {
  const prefix = actionPrefixOf(settings);
  const known = knownModelOf(settings.service)?.operations ?? {};
  return Object.entries(settings.operations).flatMap(([name, { action, resources = [] }]) => {
    const path = ["operations", name];
    const isStray =
      action !== undefined && !action.startsWith(`${prefix}:`) && action !== known[name]?.action;
    return [
      ...(isStray
        ? [{ path: [...path, "action"], message: `actions of this upstream begin with ${prefix}:` }]
        : []),
      ...resources.flatMap((text, i) => {
        const message = templateProblem(text);
        return message === undefined ? [] : [{ path: [...path, "resources", i], message }];
      }),
    ];
  });
}
