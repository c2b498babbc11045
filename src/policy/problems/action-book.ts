import { getOrAdd } from "../../domain/get-or-add.ts";
import type { KnownAction } from "../../domain/known-action.ts";
import { nearest } from "../../domain/nearest.ts";
import { ownActions } from "../own-actions.ts";
import { givesCredentials, matchesAction } from "../pattern.ts";
import { compileMeets, type Meets } from "../scope/resource-shape.ts";

/** What is known of actions, for looking up. */
export interface ActionBook {
  /** Services whose actions are known. */
  readonly services: ReadonlySet<string>;
  /** The actions that a rule means by a pattern, each once, whatever the upstream. */
  readonly meantBy: (pattern: string, side: "allow" | "deny") => readonly KnownAction[];
  /** Whether a resource pattern can match an ARN of what actions touch. */
  readonly meets: Meets;
  /** The pattern that may have been meant by one that means nothing. */
  readonly nearestTo: (pattern: string) => string | undefined;
}

/**
 * Opens the book. It remembers what it was asked, since rules ask for few actions, and often. Postern's own actions are in
 * it, where anything is.
 */
export function openActionBook(known: readonly KnownAction[]): ActionBook {
  const actions = mergedIn([...known, ...(known.length === 0 ? [] : ownActions(partitionsIn(known)))]);
  const names = [...actions.values()].map(({ action }) => action);
  const found = new Map<string, readonly KnownAction[]>();
  const lookUp = (pattern: string, side: "allow" | "deny"): readonly KnownAction[] => {
    if (!isWild(pattern)) return [actions.get(pattern.toLowerCase()) ?? []].flat();
    return [...actions.values()].filter(
      ({ action }) => matchesAction(pattern, action) && (side === "deny" || !givesCredentials(action)),
    );
  };
  return {
    services: new Set(names.map(serviceIn)),
    meantBy: (pattern, side) => getOrAdd(found, `${side} ${pattern}`, () => lookUp(pattern, side)),
    meets: compileMeets(),
    nearestTo: (pattern) => nearestTo(pattern, names),
  };
}

/** The part of an action before its colon; `*` of the pattern for all. */
export function serviceIn(action: string): string {
  return action.split(":", 1)[0] ?? "";
}

/** Whether a pattern of actions has a wildcard. */
export function isWild(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** An action that several upstreams take touches what it touches on any. */
function mergedIn(known: readonly KnownAction[]): ReadonlyMap<string, KnownAction> {
  const merged = new Map<string, KnownAction>();
  for (const one of known) {
    const key = one.action.toLowerCase();
    const before = merged.get(key);
    merged.set(
      key,
      before === undefined
        ? one
        : {
            action: one.action,
            asked: before.asked || one.asked,
            resources: [...before.resources, ...one.resources],
            siblings: [...new Set([...before.siblings, ...one.siblings])],
            ...((before.unknownResource ?? one.unknownResource) && { unknownResource: true }),
          },
    );
  }
  return merged;
}

/** The partitions of what requests touch; where none tells, AWS's own. */
function partitionsIn(known: readonly KnownAction[]): readonly string[] {
  const prefixes = known.flatMap(({ resources }) => resources.map(({ prefix }) => prefix));
  const partitions = new Set(prefixes.flatMap((prefix) => /^arn:([^:]+):/.exec(prefix)?.[1] ?? []));
  return partitions.size === 0 ? ["aws"] : [...partitions];
}

/** Of `s3:Gte*` the first words of names are compared, as `Get` of `GetObject`. */
function nearestTo(pattern: string, names: readonly string[]): string | undefined {
  const [service = "", action = ""] = pattern.split(":");
  const words = names
    .filter((name) => serviceIn(name) === service)
    .map((name) => name.slice(service.length + 1));
  const start = /^(?<start>[A-Za-z0-9]+)\*$/.exec(action)?.groups?.["start"];
  const meant = start === undefined ? nearest(action, words) : nearest(start, startsOf(words));
  return meant === undefined ? undefined : `${service}:${meant}${start === undefined ? "" : "*"}`;
}

function startsOf(words: readonly string[]): readonly string[] {
  const starts = words.flatMap((word) =>
    [...word.matchAll(/(?<=[a-z0-9])(?=[A-Z])|$/g)].map(({ index }) => word.slice(0, index)),
  );
  return [...new Set(starts)];
}
