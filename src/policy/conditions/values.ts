import type { Caller } from "../../domain/caller.ts";
import type { Operation, Requirement } from "../../domain/operation.ts";
import type { RequestContext } from "../../domain/request-context.ts";
import type { ConditionKey } from "./keys.ts";
import { isUntold } from "../who.ts";

/** What conditions are held against: one requirement of an operation, and who asks for it how. */
export interface Asked {
  readonly caller: Caller;
  readonly requirement: Requirement;
  readonly operation: Operation;
  readonly context: RequestContext;
}

/** The values of a key: none where it is known to be absent, `unknown` where nothing tells them. */
export type KeyValues = readonly string[] | "unknown";

type ReadValues = (asked: Asked) => KeyValues;

const ABSENT: readonly string[] = [];

/** Of the context and the operation, by name in lower case. */
const GLOBAL: ReadonlyMap<string, ReadValues> = new Map<string, ReadValues>([
  ["aws:sourceip", ({ context: { sourceIp } }) => (sourceIp === undefined ? "unknown" : [sourceIp])],
  ["aws:currenttime", ({ context: { nowMs } }) => [new Date(nowMs).toISOString()]],
  ["aws:epochtime", ({ context: { nowMs } }) => [String(Math.floor(nowMs / 1000))]],
  ["aws:requestedregion", ({ operation: { region } }) => [region]],
]);

/** Prepares how the values of a key are found. */
export function valuesOf({ name, claim }: ConditionKey): ReadValues {
  if (claim !== undefined) return ({ caller }) => claimValues(caller, claim);
  return GLOBAL.get(name) ?? (({ requirement }) => requirement.keys?.get(name) ?? ABSENT);
}

function claimValues(caller: Caller, claim: string): KeyValues {
  const { claims } = caller;
  if (!Object.hasOwn(claims, claim)) return isUntoldEitherWay(caller, claim) ? "unknown" : ABSENT;
  const value = claims[claim];
  if (typeof value === "string") return [value];
  const texts: string[] = [];
  for (const entry of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
    const text = textOf(entry);
    if (text === undefined) return "unknown";
    texts.push(text);
  }
  return texts;
}

/** What the access token of a sign-in says and its ID token does not (Cognito developer guide, the access token). */
const OF_ACCESS_TOKENS: ReadonlySet<string> = new Set([
  "client_id",
  "device_key",
  "scope",
  "username",
  "version",
]);

/** A caller may show the one token or the other, so neither is silent on what only the other can tell. */
function isUntoldEitherWay(caller: Caller, claim: string): boolean {
  if (caller.claims["token_use"] === "id" && OF_ACCESS_TOKENS.has(claim)) return true;
  return isUntold(caller, claim);
}

/** A number that JSON may have rounded is no longer what the token says. */
function textOf(entry: unknown): string | undefined {
  if (typeof entry === "number") return Math.abs(entry) > Number.MAX_SAFE_INTEGER ? undefined : String(entry);
  return typeof entry === "string" || typeof entry === "boolean" ? String(entry) : undefined;
}
