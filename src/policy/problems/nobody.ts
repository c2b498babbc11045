import type { Problem, RuleDocument, WhoDocument } from "../document.ts";

/** What the callers of a user pool or another issuer can be told by. */
export interface CallerTraits {
  readonly clientIds: readonly string[] | "any";
  readonly tokens: readonly ("id" | "access")[];
  readonly hasGroups: boolean;
}

/** What {@link nobody} needs. */
export interface CallerNames {
  /** By the configured names; undefined where not all of them are known. */
  readonly callers?: ReadonlyMap<string, CallerTraits> | undefined;
}

/** Finds a `who` that no caller can be, given the user pools and issuers that there are. */
export function nobody({ who = {}, allow }: RuleDocument, { callers }: CallerNames): Problem[] {
  if (callers === undefined || callers.size === 0) return [];
  const from = [...callers]
    .filter(([name]) => who.issuers?.includes(name) ?? true)
    .map(([, traits]) => traits);
  if (from.length === 0) return [];
  return [
    ...foreignClients(who, from),
    ...withoutGroups(who, from),
    ...withoutAccess(who, from, allow !== undefined),
  ];
}

function foreignClients({ clients = [] }: WhoDocument, from: readonly CallerTraits[]): Problem[] {
  return clients.flatMap((client, i) => {
    if (from.some(({ clientIds }) => clientIds === "any" || clientIds.includes(client))) return [];
    return [
      {
        path: ["who", "clients", i],
        message: "tokens of this app client are not accepted: it is in no clientIds",
      },
    ];
  });
}

function withoutGroups({ groups }: WhoDocument, from: readonly CallerTraits[]): Problem[] {
  if (groups === undefined || from.some(({ hasGroups }) => hasGroups)) return [];
  return [
    { path: ["who", "groups"], message: "these callers have no groups: their issuer has no groupsClaim" },
  ];
}

/** Machines have access tokens and no others, and no other tokens have scopes. */
function withoutAccess(who: WhoDocument, from: readonly CallerTraits[], isAllow: boolean): Problem[] {
  if (from.some(({ tokens }) => tokens.includes("access"))) return [];
  const message = "nobody is that here: it takes access tokens, and no tokenUse has them";
  return [
    ...(who.machine === true ? [{ path: ["who", "machine"], message }] : []),
    ...(who.scopes !== undefined && isAllow ? [{ path: ["who", "scopes"], message }] : []),
  ];
}
