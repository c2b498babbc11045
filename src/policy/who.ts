import { type Caller, claimStrings } from "../domain/caller.ts";
import type { WhoDocument } from "./document.ts";

type Test = (caller: Caller) => boolean;

const KINDS: readonly Caller["kind"][] = ["user", "machine", "guest"];

/**
 * Makes the test of whom a rule is about.
 *
 * An allow is for users, unless it says otherwise: machines need `machine` or `clients`, guests `guest`. A deny is for
 * everybody, unless it says otherwise; by a claim it is also for users whose token does not tell it (security.md S4.2).
 */
export function compileWho(who: WhoDocument = {}, side: "allow" | "deny"): Test {
  const { issuers, clients, groups, claims = {} } = who;
  const kinds = kindsOf(who, side);
  const tests: Test[] = [];
  if (issuers !== undefined) tests.push(oneOf(issuers, ({ issuer }) => issuer));
  if (clients !== undefined) tests.push(oneOf(clients, ({ clientId }) => clientId));
  if (groups !== undefined) tests.push(anyOf(groups, (caller) => caller.groups));
  for (const [claim, values] of Object.entries(claims)) {
    const wanted = typeof values === "string" ? [values] : values;
    const isOne = anyOf(wanted, (caller) => claimStrings(caller.claims[claim]));
    tests.push(side === "allow" ? isOne : (caller) => isOne(caller) || isUntold(caller, claim));
  }
  return (caller) => kinds.includes(caller.kind) && tests.every((test) => test(caller));
}

/** The kinds of callers that a rule can be about. */
function kindsOf(
  { authenticated, machine, guest, clients }: WhoDocument,
  side: "allow" | "deny",
): readonly Caller["kind"][] {
  const said = { user: authenticated, machine, guest };
  const named = KINDS.filter((kind) => said[kind] === true);
  // Nobody is of two kinds.
  if (named.length > 0) return named.length === 1 ? named : [];
  if (side === "deny") return KINDS;
  return clients === undefined ? ["user"] : ["user", "machine"];
}

/**
 * Whether a claim may be another than this token says: access tokens hold no attributes, and whoever holds one has the ID
 * token of the same sign-in too. Nobody passes by a deny by choosing which of them to show.
 */
function isUntold({ kind, claims }: Caller, claim: string): boolean {
  return kind === "user" && claims["token_use"] === "access" && !Object.hasOwn(claims, claim);
}

function oneOf(wanted: readonly string[], read: (caller: Caller) => string): Test {
  const set = new Set(wanted);
  return (caller) => set.has(read(caller));
}

function anyOf(wanted: readonly string[], read: (caller: Caller) => readonly string[]): Test {
  const set = new Set(wanted);
  return (caller) => read(caller).some((value) => set.has(value));
}
