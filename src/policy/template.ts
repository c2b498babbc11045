import type { Caller } from "../domain/caller.ts";
import { matches } from "./pattern.ts";

/** A resource pattern, cut at its `${claim:…}` once when the policy is compiled. */
export interface Template {
  /** Literal parts and claims in turn; a pattern without claims is one literal. */
  readonly parts: readonly (string | ClaimPart)[];
}

interface ClaimPart {
  readonly claim: string;
  /** Whether `/` is allowed: written `${claim:NAME:path}`. */
  readonly path: boolean;
}

const VARIABLE = /\$\{claim:(?<claim>[^}]+?)(?<path>:path)?\}/g;

/** What a claim must not hold, since it would mean more than itself somewhere on the way. */
const UNUSABLE = /[\\*?+#${}"\p{Cc}]/u;
const MAX_CLAIM_LENGTH = 256;

/** Cuts a pattern; its syntax was checked by `problemsOf`. */
export function compileTemplate(pattern: string): Template {
  const parts: (string | ClaimPart)[] = [];
  let at = 0;
  for (const match of pattern.matchAll(VARIABLE)) {
    const { claim, path } = match.groups ?? {};
    if (claim === undefined) continue;
    parts.push(pattern.slice(at, match.index), { claim, path: path !== undefined });
    at = match.index + match[0].length;
  }
  parts.push(pattern.slice(at));
  return { parts };
}

/**
 * Whether the template, filled with the caller's claims, matches a resource; `unusable` where a claim cannot be filled
 * in: it is absent, empty, no single string, too long, or holds a character that means more than itself.
 */
export function matchesResource(template: Template, caller: Caller, resource: string): boolean | "unusable" {
  const [only] = template.parts;
  if (template.parts.length === 1 && typeof only === "string") return matches(only, resource);
  let pattern = "";
  for (const part of template.parts) {
    const text = typeof part === "string" ? part : usable(caller.claims[part.claim], part.path);
    if (text === undefined) return "unusable";
    pattern += text;
  }
  return matches(pattern, resource);
}

function usable(value: unknown, path: boolean): string | undefined {
  if (typeof value !== "string" || value === "" || value.length > MAX_CLAIM_LENGTH) return undefined;
  if (UNUSABLE.test(value) || (!path && value.includes("/"))) return undefined;
  return value;
}
