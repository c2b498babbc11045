import type { Caller } from "../domain/caller.ts";

/** A resource pattern, cut at its `${claim:…}` once when the policy is compiled. */
export interface Template {
  /** Literal parts and claims in turn; a pattern without claims is one literal. */
  readonly parts: readonly (string | ClaimPart)[];
}

/** A claim within a pattern. */
export interface ClaimPart {
  readonly claim: string;
  /** Whether `/` is allowed: written `${claim:NAME:path}`. */
  readonly path: boolean;
}

const VARIABLE = /\$\{claim:(?<claim>[^\s:${}"](?:[^\s${}"]*?[^\s:${}"])?)(?<path>:path)?\}/g;

/** What a claim must not hold, since it would mean more than itself somewhere on the way. */
const UNUSABLE = /[\\*?+#${}"\p{Cc}]/u;
const MAX_CLAIM_LENGTH = 256;

/** Cuts a pattern at its claims. What begins like a variable and is none stays in a literal part, as `${`. */
export function compileTemplate(pattern: string): Template {
  const parts: (string | ClaimPart)[] = [];
  let at = 0;
  for (const match of pattern.matchAll(VARIABLE)) {
    const { claim = "", path } = match.groups ?? {};
    parts.push(pattern.slice(at, match.index), { claim, path: path !== undefined });
    at = match.index + match[0].length;
  }
  parts.push(pattern.slice(at));
  return { parts };
}

/**
 * The pattern as it reads for a caller; undefined where a claim cannot be filled in: it is absent, empty, no single
 * string, too long, or holds a character that means more than itself.
 */
export function fillTemplate({ parts }: Template, caller: Caller): string | undefined {
  let pattern = "";
  for (const part of parts) {
    const text = typeof part === "string" ? part : usable(caller.claims[part.claim], part.path);
    if (text === undefined) return undefined;
    pattern += text;
  }
  return pattern;
}

function usable(value: unknown, path: boolean): string | undefined {
  if (typeof value !== "string" || value === "" || value.length > MAX_CLAIM_LENGTH) return undefined;
  if (UNUSABLE.test(value) || (!path && value.includes("/"))) return undefined;
  return value;
}
