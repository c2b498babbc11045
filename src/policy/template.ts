import type { Caller } from "../domain/caller.ts";

/** A text with claims in it, cut at its `${claim:…}` once when the policy is compiled. */
export interface Template {
  /** Literal parts and claims in turn; a text without claims is one literal. */
  readonly parts: readonly (string | ClaimPart)[];
}

/** A claim within a text. */
export interface ClaimPart {
  readonly claim: string;
  /** Whether `/` is allowed: written `${claim:NAME:path}`. */
  readonly path: boolean;
}

/** What stands in a text in place of a claim; undefined where the claim cannot be used there. */
export type ReadClaim = (part: ClaimPart) => string | undefined;

const VARIABLE = /\$\{claim:(?<claim>[^\s:${}"](?:[^\s${}"]*?[^\s:${}"])??)(?<path>:path)?\}/g;
/** What is left of a variable in the literal parts of a template: one that is not known, or has no end. */
const LEFT_OVER = /\$\{[^}]*\}?/g;

/** An attribute of Cognito's may be named `path`, and none has no name. */
const MISREAD = "${claim:custom:path}";

/** What a claim must not hold, since it would mean more than itself somewhere on the way. */
const UNUSABLE = /[\\*?+#${}"\p{Cc}]/u;
/** The same but for what can be written in an IAM policy so that it means itself. */
const UNUSABLE_IN_POLICY = /[\\+#{}"\p{Cc}]/u;
const SPECIAL_IN_POLICY = /[*?$]/g;
const MAX_CLAIM_LENGTH = 256;

/** Cuts a text at its claims. What begins like a variable and is none stays in a literal part, as `${`. */
export function compileTemplate(text: string): Template {
  const parts: (string | ClaimPart)[] = [];
  let at = 0;
  for (const match of text.matchAll(VARIABLE)) {
    const { claim = "", path } = match.groups ?? {};
    parts.push(text.slice(at, match.index), { claim, path: path !== undefined });
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return { parts };
}

/** The claims that a text names. */
export function claimsIn(text: string): readonly string[] {
  return compileTemplate(text).parts.flatMap((part) => (typeof part === "string" ? [] : [part.claim]));
}

/** The variables in a text that are no claims, have no end, or are surely another claim than they read as. */
export function unknownVariables(text: string): readonly string[] {
  return compileTemplate(text).parts.flatMap((part) => {
    if (typeof part === "string") return part.match(LEFT_OVER) ?? [];
    return part.claim === "custom" && part.path ? [MISREAD] : [];
  });
}

/** What is to be said of a variable that is not known. */
export function notKnown(variable: string): string {
  if (variable === MISREAD) {
    return `${variable} reads as the claim custom, with slashes: write \${claim:custom:path:path} for the claim custom:path`;
  }
  return `${variable} is not known: write \${claim:NAME} or \${claim:NAME:path}`;
}

/** The text as it reads with its claims filled in, each once; undefined where one cannot be. */
export function fillTemplate({ parts }: Template, read: ReadClaim): string | undefined {
  let text = "";
  for (const part of parts) {
    const filled = typeof part === "string" ? part : read(part);
    if (filled === undefined) return undefined;
    text += filled;
  }
  return text;
}

/** Claims for a pattern: nothing in them can mean more than itself. */
export function claimsForPattern(caller: Caller): ReadClaim {
  return (part) => usable(caller, part, UNUSABLE);
}

/** Claims for a value of an IAM policy: what is special there is written as itself (IAM user guide, policy variables). */
export function claimsForPolicy(caller: Caller): ReadClaim {
  return (part) => usable(caller, part, UNUSABLE_IN_POLICY)?.replace(SPECIAL_IN_POLICY, "$${$&}");
}

/** Claims as they are: single strings that are not empty. What becomes of them is the business of whoever reads them. */
export function rawClaims(caller: Caller): ReadClaim {
  return (part) => raw(caller, part);
}

function usable(caller: Caller, part: ClaimPart, unusable: RegExp): string | undefined {
  const value = raw(caller, part);
  if (value === undefined || value.length > MAX_CLAIM_LENGTH) return undefined;
  return unusable.test(value) || (!part.path && value.includes("/")) ? undefined : value;
}

function raw({ claims }: Caller, { claim }: ClaimPart): string | undefined {
  const value = claims[claim];
  return typeof value === "string" && value !== "" ? value : undefined;
}
