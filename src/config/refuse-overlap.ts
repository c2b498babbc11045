import { partitionOf } from "../aws/arn.ts";
import { getOrAdd } from "../domain/get-or-add.ts";
import { upstreamsOf } from "../policy/conditions/upstreams.ts";
import type { RuleDocument } from "../policy/document.ts";
import { serviceIn } from "../policy/problems/action-book.ts";
import { mayMeet } from "../policy/scope/containment.ts";
import { isLoopback } from "./address.ts";
import { actionPrefixOf } from "./api-model.ts";
import { readAwsHost } from "./aws-host.ts";
import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import type { Config } from "./schema.ts";
import { inRegion } from "./upstream-schema.ts";
import { regionsOf } from "./upstreams.ts";
import { nameSchema } from "./values.ts";

/**
 * Finds rules that are bound to upstreams which are not there, and allows that are bound to none where one ARN means one
 * thing at one upstream and something else at another (security rule S3.6). A deny may well mean both.
 */
export function refuseOverlap(draft: Draft): readonly Found[] {
  const names = draft.upstreams.map(({ key }) => key);
  const places = placesOf(draft);
  const overlaps = overlapsIn(places);
  return draft.rules.flatMap(({ key, fit }) => {
    if (fit === undefined) return [];
    const path = ["policy", "rules", key, "upstreams"];
    const bound = upstreamsOf(fit.when);
    if (bound !== undefined)
      return strangers(bound, names).map(([i, message]) => ({ path: [...path, i], message }));
    const overlap = overlaps.find(([place]) => place !== undefined && reaches(fit, place));
    return overlap === undefined ? [] : [{ path, message: messageOf(overlap, placesFor(fit, places)) }];
  });
}

type Settings = Config["upstreams"][string];

/** An upstream in one of its regions. */
interface Place {
  readonly name: string;
  readonly actionPrefix: string;
  /** The ARNs of what is there, as a pattern. */
  readonly arns: string;
  /** The same where one ARN means one thing: all of AWS, or one endpoint that is not AWS's. */
  readonly world: string;
}

function placesOf({ upstreams, aws }: Draft): readonly Place[] {
  return upstreams.flatMap(({ key, fit }) => {
    if (fit === undefined || aws === undefined) return [];
    const actionPrefix = actionPrefixOf(fit);
    const world = worldOf(fit, fit.endpoint ?? aws.endpoint);
    return regionsOf(fit, aws).map((region) => {
      const where = whereOf(fit, { ...aws, region });
      return { name: key, actionPrefix, arns: `arn:${partitionOf(region)}:${actionPrefix}:${where}`, world };
    });
  });
}

/** What follows the service in the ARNs of an upstream, as a pattern. */
function whereOf({ service, account, api }: Settings, aws: Config["aws"]): string {
  // Names of buckets are the same in all regions and accounts of a partition.
  if (service === "s3") return "*";
  const named = api === undefined ? "*" : `${api.id}/${api.stage}/*`;
  return `${aws.region}:${account ?? aws.account ?? "*"}:${named}`;
}

function worldOf(settings: Settings, endpoint: string | undefined): string {
  if (endpoint === undefined) return AWS;
  const { host, hostname } = new URL(inRegion(endpoint, "us-east-1"));
  // A host of one's own is a usual way to an API of AWS, which its id names wherever it is called, and to an account's topics.
  const mayHaveOwn = settings.api !== undefined || settings.service === "iotdevicegateway";
  const isAws = mayHaveOwn ? !isLoopback(hostname) : readAwsHost(settings, hostname) !== undefined;
  return isAws ? AWS : host;
}

const AWS = "AWS";

/** The places of which the same ARNs mean several things, together. */
function overlapsIn(places: readonly Place[]): readonly (readonly Place[])[] {
  return groupsOf(places, ({ arns }) => arns).filter(
    (some) => new Set(some.map(({ world }) => world)).size > 1,
  );
}

/** Names that no upstream has. Where the name of an upstream is none, it may be the one that is meant. */
function strangers(
  bound: readonly string[],
  names: readonly string[],
): readonly (readonly [number, string])[] {
  if (names.length === 0 || names.some((name) => !nameSchema.safeParse(name).success)) return [];
  return bound.flatMap((name, i) =>
    names.includes(name)
      ? []
      : [[i, `no upstream is named "${name}" (there is ${names.join(", ")})`] as const],
  );
}

/** Whether an allow may be about what is at an upstream. */
function reaches({ allow = [], on = [] }: RuleDocument, { actionPrefix, arns }: Place): boolean {
  return (
    allow.some((action) => action === "*" || serviceIn(action) === actionPrefix) &&
    on.some((pattern) => mayMeet(pattern, arns))
  );
}

function placesFor(rule: RuleDocument, places: readonly Place[]): readonly Place[] {
  return places.filter((place) => reaches(rule, place));
}

/** What of an upstream means one thing, and what else the rule is about, is most likely meant. */
function messageOf(overlap: readonly Place[], reached: readonly Place[]): string {
  const worlds = groupsOf(overlap, ({ world }) => world).map(namesIn);
  const others = new Set(worlds.slice(1).flat());
  const likely = namesIn(reached).filter((name) => !others.has(name));
  const told = worlds.map((names) => names.join(" and ")).join(", another at ");
  return `its ARNs mean one thing at ${told}: say which are meant, as upstreams: [${likely.join(", ")}]`;
}

function groupsOf(places: readonly Place[], keyOf: (place: Place) => string): readonly (readonly Place[])[] {
  const groups = new Map<string, Place[]>();
  for (const place of places) getOrAdd(groups, keyOf(place), (): Place[] => []).push(place);
  return [...groups.values()];
}

function namesIn(places: readonly Place[]): readonly string[] {
  return [...new Set(places.map(({ name }) => name))];
}
