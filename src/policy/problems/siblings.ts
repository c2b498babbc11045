import type { KnownAction } from "../../domain/known-action.ts";
import { type ActionBook, isWild } from "./action-book.ts";
import { contains, mayMeet } from "../scope/containment.ts";
import { areAmong, mayBeBoth } from "../scope/whom.ts";
import type { Problem, RuleDocument } from "../document.ts";
import { matchesAction, givesCredentials } from "../pattern.ts";
import { type Resource, resourceOf, type RuleScope, scopeOf } from "../scope/rule-scope.ts";

/** Messages name so many at most. */
const MAX_TOLD = 6;

/**
 * Finds denies that can be gone round: an action that does the same as a denied one is still allowed to somebody whom the
 * deny is about, on something that it is about. Of denies for everybody and everything nothing is said: they are
 * about one action, and not about keeping somebody from something.
 */
export function liveSiblings(
  rules: readonly RuleDocument[],
  book: ActionBook,
  issuers: readonly string[],
): readonly Problem[] {
  const scopes = rules.map((rule, index) => scopeOf(rule, index, issuers));
  const parts = {
    denies: scopes.filter(({ side }) => side === "deny"),
    allows: scopes.filter(({ side }) => side === "allow"),
    book,
  };
  return parts.denies
    .filter(({ rule }) => rule.on !== undefined || rule.who !== undefined)
    .flatMap((deny) => ofDeny(deny, parts));
}

interface Parts {
  readonly denies: readonly RuleScope[];
  readonly allows: readonly RuleScope[];
  readonly book: ActionBook;
}

/** A deny, with what may go round it. */
interface Bypass extends Parts {
  readonly deny: RuleScope;
  /** What the deny is about, and what that is a part of. */
  readonly related: readonly Resource[];
}

function ofDeny(deny: RuleScope, { denies, allows, book }: Parts): Problem[] {
  const related = relatedTo(deny);
  const near = allows.filter((allow) => isNear(allow, deny, related));
  const stopping = denies.filter((one) => one === deny || stopsAll(one, deny, related));
  const bypass: Bypass = { deny, related, book, allows: near, denies: stopping };
  const found = new Map<string, RuleScope | undefined>();
  return (deny.rule.deny ?? []).flatMap((pattern, i) => {
    const denied = book.meantBy(pattern, "deny").filter(({ asked }) => asked);
    const live = siblingsOf(denied).filter((sibling) => {
      if (!found.has(sibling)) found.set(sibling, wayRound(sibling, bypass));
      return found.get(sibling) !== undefined;
    });
    const by = found.get(live[0] ?? "");
    if (by === undefined) return [];
    const more = live.length > MAX_TOLD ? ` and ${live.length - MAX_TOLD} more` : "";
    const message = `${isWild(pattern) ? "some of it" : "the same"} can be done by ${live.slice(0, MAX_TOLD).join(", ")}${more}, which "${by.rule.name}" allows: deny them too`;
    return [{ path: ["deny", i], message }].map((one) => ({ ...one, path: [deny.index, ...one.path] }));
  });
}

function siblingsOf(denied: readonly KnownAction[]): readonly string[] {
  const names = new Set(denied.map(({ action }) => action));
  const siblings = denied.flatMap((one) => one.siblings);
  return [...new Set(siblings)].filter((sibling) => !names.has(sibling));
}

/** An allow by which a sibling can be done where the deny means to stop it. */
function wayRound(sibling: string, { denies, allows, related, book }: Bypass): RuleScope | undefined {
  const [known] = book.meantBy(sibling, "deny");
  if (known?.asked !== true) return undefined;
  const stopping = denies.filter(({ actions }) => actions.some((action) => matchesAction(action, sibling)));
  const open = related.filter(
    ({ pattern }) => !stopping.some(({ on }) => on.some((one) => contains(one.pattern, pattern))),
  );
  return allows.find(
    ({ actions, on }) =>
      actions.some((action) => isAllowed(action, sibling)) &&
      on.some((one) => open.some((resource) => touches(known, [resource, one], book))),
  );
}

function isAllowed(pattern: string, action: string): boolean {
  return givesCredentials(action) ? pattern === action.toLowerCase() : matchesAction(pattern, action);
}

/** Whether an allow is for callers whom a deny is about, on something that it is about. */
function isNear({ whoms, on }: RuleScope, deny: RuleScope, related: readonly Resource[]): boolean {
  return (
    on.some((one) => related.some((resource) => mayBeOne(resource, one))) &&
    whoms.some((one) => deny.whoms.some((other) => mayBeBoth(one, other)))
  );
}

/** Whether another deny, without conditions, is about all callers of a deny, and about some of its resources. */
function stopsAll(other: RuleScope, deny: RuleScope, related: readonly Resource[]): boolean {
  return (
    other.conditions === "" &&
    other.on.some(({ start }) => related.some(({ pattern }) => pattern.startsWith(start))) &&
    deny.whoms.every((one) => other.whoms.some((wide) => areAmong(one, wide)))
  );
}

/** What a deny is about, and what that is a part of: an object's bucket, an index's table. */
function relatedTo({ on }: RuleScope): readonly Resource[] {
  const parts = on.flatMap(({ pattern }) => {
    const cuts = [...pattern.matchAll(/\//g)].map(({ index }) => pattern.slice(0, index));
    return [pattern, ...cuts];
  });
  return [...new Set(parts)].map(resourceOf);
}

/** Whether an action can touch something that is of both patterns. */
function touches(
  { resources }: KnownAction,
  [one, other]: readonly [Resource, Resource],
  { meets }: ActionBook,
): boolean {
  return (
    mayBeOne(one, other) &&
    mayMeet(one.pattern, other.pattern) &&
    resources.some((shape) => meets(one.pattern, shape) && meets(other.pattern, shape))
  );
}

function mayBeOne(one: Resource, other: Resource): boolean {
  return one.start.startsWith(other.start) || other.start.startsWith(one.start);
}
