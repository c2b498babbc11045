import { givesCredentials, meets, meetsAction } from "../pattern.ts";
import { type ClaimPart, compileTemplate } from "../template.ts";

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
  // Nearly all patterns are plain, end in their only star, or differ in what they begin with: few are walked.
  const start = literalStart(wide);
  if (start === wide || !narrow.startsWith(start)) return false;
  if (wide === `${start}*`) return true;
  return walk(readingOf(wide).tokens, readingOf(narrow).tokens);
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
  return (a.startsWith(b) || b.startsWith(a)) && meets(readingOf(one).loose, readingOf(other).loose);
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

/** A pattern, ready to be compared. */
interface Reading {
  readonly tokens: readonly Token[];
  /** With a star in place of each claim. */
  readonly loose: string;
}

/** Patterns are compared with many others, one after the other. */
const readings = new Map<string, Reading>();
const MAX_READINGS = 10_000;

function readingOf(pattern: string): Reading {
  const known = readings.get(pattern);
  if (known !== undefined) return known;
  if (readings.size === MAX_READINGS) readings.clear();
  const { parts } = compileTemplate(pattern);
  const loose = parts.map((part) => (typeof part === "string" ? part : STAR)).join("");
  const reading = { tokens: parts.flatMap(tokensOf), loose };
  readings.set(pattern, reading);
  return reading;
}

/** In a run of wildcards those that want a character come first, so that equal patterns read alike. */
function tokensOf(part: string | ClaimPart): readonly Token[] {
  if (typeof part !== "string") return [`claim ${part.claim} ${part.path}`];
  return part
    .replace(/[*?]+/g, (run) => run.replaceAll(STAR, "") + (run.includes(STAR) ? STAR : ""))
    .split("");
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
