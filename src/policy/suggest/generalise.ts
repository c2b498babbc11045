import { getOrAdd } from "../../domain/get-or-add.ts";

/** Different names that a folder may hold before it stands for all of them. */
const FEW = 10;

/** Folders below a bucket that are told apart; what lies deeper is one name. It bounds what a long key costs. */
const MAX_DEPTH = 8;

/** An object's ARN up to its key. Buckets have neither slashes nor wildcards in their names. */
const BUCKET = "arn:[^:/]*:s3:::[^/*?]+/";
/** The ARN of what AWS IoT calls by names of a user's own, up to the name, whose segments are like those of a key. */
const OF_IOT = "arn:[^:/]*:iot:[^:/]*:[^:/]*:";

/** What comes before a key: an object's, a topic's, a filter's or a client's. */
const BEFORE_KEY = new RegExp(`^(?:${BUCKET}|${OF_IOT}(?:client|topic|topicfilter)/)`);

/** What a folder is never wider than: a bucket, or the first level of topics. Clients are in no folders. */
const WIDEST = new RegExp(`^(?:${BUCKET}|${OF_IOT}(?:topic|topicfilter)/[^/*?]+/)`);

/**
 * What the tables of the services write where IAM knows no one resource, or nobody can tell it: nothing that a caller wrote
 * is like it, such as a path of an API that ends in `:*`.
 */
const ALL_OF_A_KIND = /^(?:arn:(?:[^:*?${}/]*:){4}(?:table\/)?)?\*$/;

/** What would mean more than itself in a pattern, or in an IAM policy. */
const SPECIAL = /[*?${}]/;

/** A subject that `${claim:sub}` can stand for. */
const USABLE = /^[^\\*?+#${}"/\p{Cc}]{1,256}$/u;

const OWN = "${claim:sub}";

/** In place of a name that no pattern can mean. No pattern that is learnt holds one. */
const NAMELESS = "?";

/** What of an ARN is no name that somebody gave; buckets have neither region nor account in theirs. */
const BEFORE_NAMES = /^arn:(?:[^:]*:){4}(?:table\/)?/;

/**
 * The pattern that means one resource, and nothing else but the same place of other users: the caller's own `sub`, where
 * it is a whole segment of a key, is written as `${claim:sub}`, and no pattern holds it anywhere else. Of a key that cannot
 * stand in a pattern the nearest folder that can is kept, to be counted there: see {@link isNameless}.
 */
export function patternOf(resource: string, subject = ""): string {
  const before = BEFORE_KEY.exec(resource)?.[0];
  if (ALL_OF_A_KIND.test(resource)) return resource;
  if (names(before ?? resource, subject)) return NAMELESS;
  if (before !== undefined) return before + patternOfKey(resource.slice(before.length), subject);
  return SPECIAL.test(resource) ? NAMELESS : resource;
}

function patternOfKey(key: string, subject: string): string {
  if (!SPECIAL.test(key) && !holds(key, subject)) return key;
  const written: string[] = [];
  for (const name of key.split("/")) {
    const own = name === subject && subject !== "";
    if (own ? !USABLE.test(subject) : SPECIAL.test(name) || holds(name, subject))
      return [...written, NAMELESS].join("/");
    written.push(own ? OWN : name);
  }
  return written.join("/");
}

function names(arn: string, subject: string): boolean {
  return holds(arn, subject) && holds(arn.replace(BEFORE_NAMES, ""), subject);
}

function holds(text: string, subject: string): boolean {
  return subject !== "" && text.includes(subject);
}

/** Whether there is no pattern for it: only its folder can stand for it, once that stands for all in it. */
export function isNameless(pattern: string): boolean {
  return pattern.endsWith(NAMELESS);
}

/**
 * Patterns of one action, with folders in place of what is in them where it is more than a few names; the same as written
 * where it is not. Never wider than a bucket, or the first level of topics.
 */
export function folded(patterns: readonly string[]): readonly string[] {
  const names = new Map<string, Set<string>>();
  for (const [folder, name] of patterns.flatMap(wayTo))
    getOrAdd(names, folder, () => new Set<string>()).add(name);
  const stands = (folder: string): boolean => {
    const inside = names.get(folder);
    return inside !== undefined && (inside.size > FEW || inside.has("*"));
  };
  const fold = (pattern: string): string => {
    const folder = wayTo(pattern).find(([folder]) => stands(folder))?.[0];
    return folder === undefined ? pattern : `${folder}*`;
  };
  return [...new Set(patterns.map(fold))];
}

/** The one of these patterns that means all that another does: the same, or a folder that it lies in. */
export function coverOf(
  pattern: string,
  among: { readonly has: (pattern: string) => boolean },
): string | undefined {
  if (among.has(pattern)) return pattern;
  return wayTo(pattern)
    .map(([folder]) => `${folder}*`)
    .find((wide) => among.has(wide));
}

/** The folders that something lies in, from the widest down, each with the name in it that leads on; none for the rest. */
function wayTo(pattern: string): readonly (readonly [folder: string, name: string])[] {
  const widest = WIDEST.exec(pattern)?.[0];
  if (widest === undefined) return [];
  const way: [string, string][] = [];
  let at = widest.length;
  for (let slash = at; slash !== -1; at = slash + 1) {
    slash = way.length === MAX_DEPTH - 1 ? -1 : pattern.indexOf("/", at);
    way.push([pattern.slice(0, at), slash === -1 ? pattern.slice(at) : pattern.slice(at, slash)]);
  }
  return way;
}
