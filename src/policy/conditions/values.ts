import type { Caller } from "../../domain/caller.ts";
import type { Operation, Requirement } from "../../domain/operation.ts";
import type { RequestContext } from "../../domain/request-context.ts";
import type { ClaimValues } from "../claim-values.ts";
import { type ConditionKey, UPSTREAM_KEY } from "./keys.ts";

/** What conditions are held against: one requirement of an operation, and who asks for it how. */
export interface Asked {
  readonly caller: Caller;
  readonly requirement: Requirement;
  readonly operation: Operation;
  readonly context: RequestContext;
  /**
   * Whether a deny means it only by what it counts as, is a part of or may reach. The keys of a requirement are those of
   * its own action and resource, so of others nobody knows whether they would be absent.
   */
  readonly isByAnother?: boolean;
  /** Where an operation has many requirements: what conditions came to that are the same for all of them. */
  readonly found?: Map<Holds, boolean>;
}

/** Whether conditions hold. */
export type Holds = (asked: Asked) => boolean;

/** The values of a key: none where it is known to be absent, `unknown` where nothing tells them. */
export type KeyValues = ClaimValues;

type ReadValues = (asked: Asked) => KeyValues;

const ABSENT: readonly string[] = [];

/** Of the context and the operation, by name in lower case. */
const GLOBAL: ReadonlyMap<string, ReadValues> = new Map<string, ReadValues>([
  ["aws:sourceip", ({ context: { sourceIp } }) => (sourceIp === undefined ? "unknown" : [sourceIp])],
  ["aws:currenttime", atTime((nowMs) => new Date(nowMs).toISOString())],
  ["aws:epochtime", atTime((nowMs) => String(Math.floor(nowMs / 1000)))],
  ["aws:requestedregion", ({ operation: { region } }) => [region]],
  [UPSTREAM_KEY.toLowerCase(), ({ operation: { upstream } }) => [upstream]],
]);

/** Prepares how the values of a key that is no claim are found. */
export function valuesOf({ name }: ConditionKey): ReadValues {
  return (
    GLOBAL.get(name) ??
    (({ requirement, isByAnother }) =>
      requirement.keys?.get(name) ?? (isByAnother === true ? "unknown" : ABSENT))
  );
}

function atTime(told: (nowMs: number) => string): ReadValues {
  return ({ context: { nowMs } }) => (nowMs === undefined ? "unknown" : [told(nowMs)]);
}
