import type { Caller } from "../domain/caller.ts";
import { claimValues } from "./claim-values.ts";
import type { WhoDocument } from "./document.ts";

type Side = "allow" | "deny";

/** Something that a rule asks of its callers. */
interface Wanted {
  readonly fits: (caller: Caller) => boolean;
  /** Why a caller does not fit, in words without the value of any claim. */
  readonly against: (caller: Caller) => string;
}

const KINDS: readonly Caller["kind"][] = ["user", "machine", "guest"];

/**
 * Makes the test of whom a rule is about.
 *
 * An allow is for users, unless it says otherwise: machines need `machine` or `clients`, guests `guest`. A deny is for
 * everybody, unless it says otherwise; by a claim or scopes it is also for those whose token does not tell them
 *.
 */
export function compileWho(who: WhoDocument | undefined, side: Side): (caller: Caller) => boolean {
  const wanted = wantedBy(who, side);
  return (caller) => wanted.every(({ fits }) => fits(caller));
}

/** Why a rule is not about a caller, in words without the value of any claim; undefined where it is. */
export function whyNotFor(who: WhoDocument | undefined, side: Side, caller: Caller): string | undefined {
  return wantedBy(who, side)
    .find(({ fits }) => !fits(caller))
    ?.against(caller);
}

function wantedBy(who: WhoDocument = {}, side: Side): readonly Wanted[] {
  const { issuers, clients, groups, scopes, claims = {} } = who;
  return [
    kindsWanted(kindsOf(who, side)),
    ...(issuers === undefined ? [] : [issuerWanted(issuers)]),
    ...(clients === undefined ? [] : [clientWanted(clients)]),
    ...(groups === undefined ? [] : [groupsWanted(groups)]),
    ...(scopes === undefined ? [] : [scopesWanted(scopes, side)]),
    ...Object.entries(claims).map(([claim, values]) => claimWanted(claim, values, side)),
  ];
}

/** The kinds of callers that a rule can be about. */
function kindsOf(
  { authenticated, machine, guest, clients }: WhoDocument,
  side: Side,
): readonly Caller["kind"][] {
  const said = { user: authenticated, machine, guest };
  const named = KINDS.filter((kind) => said[kind] === true);
  // Nobody is of two kinds.
  if (named.length > 0) return named.length === 1 ? named : [];
  if (side === "deny") return KINDS;
  return clients === undefined ? ["user"] : ["user", "machine"];
}

function kindsWanted(kinds: readonly Caller["kind"][]): Wanted {
  const meant = kinds.length === 0 ? "nobody" : kinds.map((kind) => `${kind}s`).join(" and ");
  return {
    fits: ({ kind }) => kinds.includes(kind),
    against: ({ kind }) => `it is for ${meant}, and the caller is a ${kind}`,
  };
}

function issuerWanted(issuers: readonly string[]): Wanted {
  const set = new Set(issuers);
  return {
    fits: ({ issuer }) => set.has(issuer),
    against: ({ issuer }) => `it is for callers of ${anyOf(issuers)}, and the caller is of ${issuer}`,
  };
}

function clientWanted(clients: readonly string[]): Wanted {
  const set = new Set(clients);
  return {
    fits: ({ clientId }) => set.has(clientId),
    against: ({ clientId }) =>
      `it is for the app client ${anyOf(clients)}, and the token is of ${short(clientId)}`,
  };
}

function groupsWanted(groups: readonly string[]): Wanted {
  const set = new Set(groups);
  return {
    fits: (caller) => caller.groups.some((group) => set.has(group)),
    against: (caller) =>
      `it is for the group ${anyOf(groups)}, and the caller is in ${allOf(caller.groups) || "no group"}`,
  };
}

/**
 * All of the scopes. Those of a user are told by the access token alone: an ID token has none for an allow, and may stand
 * beside an access token that has them all for a deny.
 */
function scopesWanted(scopes: readonly string[], side: Side): Wanted {
  const missing = (caller: Caller) => {
    const held = new Set(scopesOf(caller));
    return scopes.filter((scope) => !held.has(scope));
  };
  return {
    fits: (caller) =>
      hidesScopes(caller) ? side === "deny" : missing(caller).length === 0 && scopes.length > 0,
    against: (caller) =>
      hidesScopes(caller)
        ? `it is for tokens with ${allOf(scopes)}, and an ID token has no scopes`
        : `it is for tokens with ${allOf(scopes)}, and the caller's lacks ${allOf(missing(caller))}`,
  };
}

/** Whether the scopes of the sign-in are in another token than this one. */
function hidesScopes({ kind, claims }: Caller): boolean {
  return kind === "user" && claims["token_use"] !== "access";
}

/** `scope` is one text with spaces between (RFC 8693 section 4.2). */
function scopesOf({ claims }: Caller): readonly string[] {
  const { scope } = claims;
  return typeof scope === "string" ? scope.split(" ") : [];
}

function claimWanted(claim: string, values: string | readonly string[], side: Side): Wanted {
  const set = new Set(typeof values === "string" ? [values] : values);
  return {
    fits: (caller) => {
      const told = claimValues(caller, claim);
      return told === "unknown" ? side === "deny" : told.some((value) => set.has(value));
    },
    against: (caller) =>
      Object.hasOwn(caller.claims, claim)
        ? `the claim ${claim} is not what it asks for`
        : `the caller's token has no claim ${claim}`,
  };
}

/** As many names as are listed, and as much of each: a token may be all groups, and every rule would repeat them. */
const MAX_LISTED = 5;
const MAX_NAME = 128;

function anyOf(names: readonly string[]): string {
  return listed(names, " or ");
}

function allOf(names: readonly string[]): string {
  return listed(names, " and ");
}

function listed(names: readonly string[], between: string): string {
  const shown = names.slice(0, MAX_LISTED).map(short);
  const left = names.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(between);
}

function short(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
}
