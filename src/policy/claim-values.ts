import { type Caller, isKeptElsewhere } from "../domain/caller.ts";

/** The values of a claim: none where the token is known not to have it, `unknown` where nothing tells them. */
export type ClaimValues = readonly string[] | "unknown";

const ABSENT: readonly string[] = [];

/**
 * The values of a claim as every rule reads them, by `who` and by `when`.
 *
 * They are texts, truth values and whole numbers, alone or in a list. A number that JSON may have rounded, with a fraction
 * or of more than 53 bits, is no longer what the token says; an object is not what a rule can name.
 */
export function claimValues(caller: Caller, claim: string): ClaimValues {
  const { claims } = caller;
  if (!Object.hasOwn(claims, claim)) return isUntold(caller, claim) ? "unknown" : ABSENT;
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

/**
 * Whether a claim may be another than this token says: access tokens hold no attributes, and whoever holds one has the ID
 * token of the same sign-in too, and the other way round. Nobody passes by a deny by choosing which of them to show.
 */
function isUntold({ kind, claims }: Caller, claim: string): boolean {
  const use = claims["token_use"];
  const isOfOtherToken =
    (use === "id" && OF_ACCESS_TOKENS.has(claim)) || (kind === "user" && use === "access");
  return isOfOtherToken || isKeptElsewhere(claims, claim);
}

function textOf(entry: unknown): string | undefined {
  if (typeof entry === "number") return Number.isSafeInteger(entry) ? String(entry) : undefined;
  return typeof entry === "string" || typeof entry === "boolean" ? String(entry) : undefined;
}
