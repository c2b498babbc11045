import type { KnownAction } from "../domain/known-action.ts";
import { type ActionBook, isWild } from "./action-book.ts";
import { contains, mayMeet } from "./diff-pattern.ts";
import { areAmong, mayBeBoth } from "./diff-whom.ts";
import type { Problem, RuleDocument } from "./document.ts";
import { matchesAction, givesCredentials } from "./pattern.ts";
import { type RuleScope, scopeOf } from "./rule-scope.ts";

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
    allowsOf: rememberingAllows(scopes.filter(({ side }) => side === "allow")),
    book,
  };
  return parts.denies
    .filter(({ rule }) => rule.on !== undefined || rule.who !== undefined)
    .flatMap((deny) => ofDeny(deny, parts));
}

interface Parts {
  readonly denies: readonly RuleScope[];
  /** The allows that mean an action. */
  readonly allowsOf: (action: string) => readonly RuleScope[];
  readonly book: ActionBook;
}

function ofDeny(deny: RuleScope, parts: Parts): Problem[] {
  const found = new Map<string, RuleScope | undefined>();
  return (deny.rule.deny ?? []).flatMap((pattern, i) => {
    const denied = parts.book.meantBy(pattern, "deny").filter(({ asked }) => asked);
    const live = siblingsOf(denied).filter((sibling) => {
      if (!found.has(sibling)) found.set(sibling, wayRound(sibling, deny, parts));
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
function wayRound(
  sibling: string,
  deny: RuleScope,
  { denies, allowsOf, book }: Parts,
): RuleScope | undefined {
  const [known] = book.meantBy(sibling, "deny");
  const allows = known?.asked === true ? allowsOf(sibling) : [];
  if (known === undefined || allows.length === 0) return undefined;
  const stopping = denies.filter(
    (one) =>
      (one === deny || stopsAll(one, deny)) && one.actions.some((action) => matchesAction(action, sibling)),
  );
  const open = relatedTo(deny).filter(
    (resource) => !stopping.some(({ on }) => on.some(({ pattern }) => contains(pattern, resource))),
  );
  return allows.find(
    (allow) =>
      allow.whoms.some((one) => deny.whoms.some((other) => mayBeBoth(one, other))) &&
      allow.on.some(({ pattern }) => open.some((resource) => touches(known, [resource, pattern], book))),
  );
}

function stopsAll(other: RuleScope, deny: RuleScope): boolean {
  return (
    other.conditions === "" && deny.whoms.every((one) => other.whoms.some((wide) => areAmong(one, wide)))
  );
}

/** What a deny is about, and what that is a part of: an object's bucket, an index's table. */
function relatedTo({ on }: RuleScope): readonly string[] {
  const parts = on.flatMap(({ pattern }) => {
    const cuts = [...pattern.matchAll(/\//g)].map(({ index }) => pattern.slice(0, index));
    return [pattern, ...cuts];
  });
  return [...new Set(parts)];
}

/** Whether an action can touch something that is of both patterns. */
function touches({ resources }: KnownAction, [one, other]: readonly [string, string], { meets }: ActionBook) {
  return mayMeet(one, other) && resources.some((shape) => meets(one, shape) && meets(other, shape));
}

function rememberingAllows(allows: readonly RuleScope[]) {
  const known = new Map<string, readonly RuleScope[]>();
  return (action: string): readonly RuleScope[] => {
    const before = known.get(action);
    if (before !== undefined) return before;
    const literal = action.toLowerCase();
    const isMeant = (pattern: string): boolean =>
      givesCredentials(action) ? pattern === literal : matchesAction(pattern, action);
    const found = allows.filter(({ actions }) => actions.some(isMeant));
    known.set(action, found);
    return found;
  };
}
