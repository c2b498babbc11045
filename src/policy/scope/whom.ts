import type { Caller } from "../../domain/caller.ts";
import type { WhoDocument } from "../document.ts";

/** Callers that a rule is about: as its `who`, but of one group, and of one value of each claim where there are few. */
export interface Whom {
  readonly kinds: readonly Caller["kind"][];
  /** A `who` that means these callers, and of an allow without issuers all that there are. */
  readonly who: WhoDocument;
}

/** Of more combinations a rule is left whole: lists are then compared as lists. */
const MAX_SPLIT = 64;

/** Cuts the `who` of a rule into callers that other rules may tell apart. Empty where it is about nobody. */
export function whomOf(
  who: WhoDocument = {},
  side: "allow" | "deny",
  issuers: readonly string[],
): readonly Whom[] {
  const kinds = kindsOf(who, side);
  if (kinds.length === 0) return [];
  const from = side === "allow" && who.guest !== true && who.issuers === undefined ? issuers : who.issuers;
  const whole = { ...who, ...(from !== undefined && { issuers: from }) };
  const parts = splitOf(whole);
  return (parts.length > MAX_SPLIT ? [whole] : parts).map((part) => ({ kinds, who: part }));
}

/** Whether all of these callers are among others, as the same side reads them, or an allow and then a deny. */
export function areAmong(these: Whom, others: Whom): boolean {
  const { who: a } = these;
  const { who: b } = others;
  return (
    these.kinds.every((kind) => others.kinds.includes(kind)) &&
    isWithin(a.groups, b.groups) &&
    isWithin(a.issuers, b.issuers) &&
    isWithin(a.clients, b.clients) &&
    Object.entries(b.claims ?? {}).every(([claim, values]) => isWithin(valuesOf(a, claim), listOf(values))) &&
    (b.scopes ?? []).every((scope) => a.scopes?.includes(scope) === true)
  );
}

/** Whether somebody may be of both: of groups and values of a claim a caller can have several. */
export function mayBeBoth(one: Whom, other: Whom): boolean {
  return (
    one.kinds.some((kind) => other.kinds.includes(kind)) &&
    haveCommon(one.who.issuers, other.who.issuers) &&
    haveCommon(one.who.clients, other.who.clients)
  );
}

/** Callers in words, such as `analysts with custom:tenant acme`. */
export function inWords({ kinds, who }: Whom, tellIssuers: boolean): string {
  const { groups, claims = {}, issuers, clients, scopes = [] } = who;
  const details = [
    ...Object.entries(claims).map(([claim, values]) => `with ${claim} ${orOf(listOf(values))}`),
    ...(clients === undefined ? [] : [`by client ${orOf(clients)}`]),
    ...scopes.map((scope) => `with scope ${scope}`),
    ...(tellIssuers && issuers !== undefined ? [`of ${orOf(issuers)}`] : []),
  ];
  return [groups === undefined ? kindInWords(kinds) : orOf(groups), ...details].join(" ");
}

function kindInWords(kinds: Whom["kinds"]): string {
  if (kinds.length > 1) return kinds.includes("guest") ? "everybody" : "users and machines";
  return kinds[0] === "user" ? "every user" : `${kinds[0]}s`;
}

/** As `compileWho` has it; a guest has no group, claim, issuer, client or scope. */
function kindsOf(who: WhoDocument, side: "allow" | "deny"): Whom["kinds"] {
  const said = { user: who.authenticated, machine: who.machine, guest: who.guest };
  const all: Whom["kinds"] = ["user", "machine", "guest"];
  const named = all.filter((kind) => said[kind] === true);
  if (named.length > 0) return named.length === 1 ? named : [];
  if (side === "allow") return who.clients === undefined ? ["user"] : ["user", "machine"];
  const { groups, claims, issuers, clients, scopes } = who;
  const isTold = [groups, claims, issuers, clients, scopes].some((member) => member !== undefined);
  return isTold ? ["user", "machine"] : all;
}

function splitOf(who: WhoDocument): readonly WhoDocument[] {
  const byGroup = who.groups?.map((group): WhoDocument => ({ ...who, groups: [group] })) ?? [who];
  return Object.entries(who.claims ?? {}).reduce<readonly WhoDocument[]>(
    (parts, [claim, values]) =>
      parts.length > MAX_SPLIT
        ? parts
        : parts.flatMap((part) =>
            listOf(values).map((value) => ({ ...part, claims: { ...part.claims, [claim]: value } })),
          ),
    byGroup,
  );
}

function valuesOf({ claims = {} }: WhoDocument, claim: string): readonly string[] | undefined {
  const values = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  return values === undefined ? undefined : listOf(values);
}

function listOf(values: string | readonly string[]): readonly string[] {
  return typeof values === "string" ? [values] : values;
}

/** No list means all. */
function isWithin(narrow: readonly string[] | undefined, wide: readonly string[] | undefined): boolean {
  if (wide === undefined) return true;
  return narrow?.every((one) => wide.includes(one)) === true;
}

function haveCommon(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  return one === undefined || other === undefined || one.some((entry) => other.includes(entry));
}

function orOf(words: readonly string[]): string {
  return words.join(" or ");
}
