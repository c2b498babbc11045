import { givesCredentials, meets, meetsAction } from "../pattern.ts";
import { compileTemplate } from "../template.ts";

/** `?`, `*`, one other character, or a claim: `${claim:…}` stands for a text that nobody knows. */
type Token = string;

const STAR = "*";
const ANY_ONE = "?";

/** What may stand for another character than itself. */
const SPECIAL = /[*?$]/;

/**
 * Whether every text that one resource pattern matches is matched by another too, whoever the caller is. It may say no
 * where only a longer look would say yes, never the other way round.
 */
export function contains(wide: string, narrow: string): boolean {
  if (wide === narrow || wide === STAR) return true;
  // Nearly all patterns differ in what they begin with, so nearly none are walked.
  if (!narrow.startsWith(literalStart(wide))) return false;
  return walk(tokensOf(wide), tokensOf(narrow));
}

/** As {@link contains}, of what two action patterns mean in a deny. */
export function containsAction(wide: string, narrow: string): boolean {
  return contains(wide.toLowerCase(), narrow.toLowerCase());
}

/** As {@link contains}, of what two action patterns mean in an allow: no wildcard means an action that gives credentials. */
export function containsAllowed(wide: string, narrow: string): boolean {
  return containsAction(wide, narrow) && (isLiteral(wide) || !isLiteral(narrow) || !givesCredentials(narrow));
}

/** Whether there may be a text that both resource patterns match, for some caller. */
export function mayMeet(one: string, other: string): boolean {
  const [a, b] = [literalStart(one), literalStart(other)];
  return (a.startsWith(b) || b.startsWith(a)) && meets(loosened(one), loosened(other));
}

/** Whether there may be an action that an allow's pattern and a deny's pattern both mean. */
export function mayMeetDenied(allowed: string, denied: string): boolean {
  return (
    meetsAction(allowed, denied) && (isLiteral(allowed) || !isLiteral(denied) || !givesCredentials(denied))
  );
}

/** What every text that a pattern matches begins with, as it stands in the pattern. */
export function literalStart(pattern: string): string {
  const first = pattern.search(SPECIAL);
  return first === -1 ? pattern : pattern.slice(0, first);
}

/** Whether a pattern has claims in it. */
export function hasClaims(pattern: string): boolean {
  return pattern.includes("${") && compileTemplate(pattern).parts.length > 1;
}

function isLiteral(action: string): boolean {
  return !action.includes(STAR) && !action.includes(ANY_ONE);
}

function loosened(pattern: string): string {
  if (!pattern.includes("${")) return pattern;
  return compileTemplate(pattern)
    .parts.map((part) => (typeof part === "string" ? part : STAR))
    .join("");
}

/** In a run of wildcards those that want a character come first, so that equal patterns read alike. */
function tokensOf(pattern: string): readonly Token[] {
  return compileTemplate(pattern).parts.flatMap((part) =>
    typeof part === "string"
      ? part.replace(/[*?]+/g, (run) => run.replaceAll(STAR, "") + (run.includes(STAR) ? STAR : "")).split("")
      : [`claim ${part.claim} ${part.path}`],
  );
}

/** Matches as `matches` does; a star of the narrow pattern is only matched by one of the wide. */
function walk(wide: readonly Token[], narrow: readonly Token[]): boolean {
  let w = 0;
  let star = -1;
  let resume = 0;
  for (let n = 0; n < narrow.length;) {
    if (wide[w] === STAR) {
      star = w++;
      resume = n;
    } else if (w < wide.length && isOne(wide[w], narrow[n])) {
      w++;
      n++;
    } else if (star !== -1) {
      w = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return wide.slice(w).every((token) => token === STAR);
}

function isOne(wide: Token | undefined, narrow: Token | undefined): boolean {
  if (narrow === STAR) return false;
  return wide === narrow || (wide === ANY_ONE && narrow?.length === 1);
}
