import { describe, expect, it } from "vitest";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import type { Permit, RuleLimits } from "../../src/domain/decision.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { type Counts, createShares, type Holder, shareholderOf } from "../../src/proxy/shares.ts";

const user = (subject: string, more: Partial<Caller> = {}): Caller => ({
  ...GUEST,
  kind: "user",
  issuer: "staff",
  subject,
  ...more,
});
const holder = (): Holder => ({ hasEnded: false, places: undefined });
const permit = (...limits: readonly RuleLimits[]): Permit => ({
  verdict: "permit",
  rule: "r",
  role: "pool",
  source: "pool",
  limits,
});

/** What is said of a request that finds no place; `in` where it does. */
function saidOf(take: () => void): string | undefined {
  try {
    take();
    return "in";
  } catch (error) {
    return error instanceof Refusal ? `${error.code}: ${error.detail}` : String(error);
  }
}

const TOO_MANY = "overloaded: too many requests of one caller";

describe("the share of a caller", () => {
  it("is as many requests as there may be, and others have theirs", () => {
    const counts: Counts = new Map();
    const { ofCaller } = createShares(2, counts);
    const [first, second, third] = [holder(), holder(), holder()];
    ofCaller(first, user("a"));
    ofCaller(second, user("a"));
    expect(saidOf(() => ofCaller(third, user("a")))).toBe(TOO_MANY);
    ofCaller(holder(), user("b"));
    first.places?.leave();
    first.places?.leave();
    expect(saidOf(() => ofCaller(third, user("a")))).toBe("in");
    expect(saidOf(() => ofCaller(holder(), user("a")))).toBe(TOO_MANY);
    for (const one of [second, third]) one.places?.leave();
    expect(counts).toEqual(new Map([["caller\nuser\nstaff\nb", 1]]));
  });

  it("costs nothing where there is no limit", () => {
    const one = holder();
    createShares(undefined, new Map()).ofCaller(one, user("a"));
    expect(one.places).toBeUndefined();
  });

  it("is not taken by a request that has ended", () => {
    const counts: Counts = new Map();
    createShares(1, counts).ofCaller({ hasEnded: true, places: undefined }, user("a"));
    expect(counts.size).toBe(0);
  });

  it("is counted on through a change of the limit", () => {
    const counts: Counts = new Map();
    const one = holder();
    createShares(5, counts).ofCaller(one, user("a"));
    expect(saidOf(() => createShares(1, counts).ofCaller(holder(), user("a")))).toBe(TOO_MANY);
    one.places?.leave();
    expect(saidOf(() => createShares(1, counts).ofCaller(holder(), user("a")))).toBe("in");
  });

  it("is one for all tokens of a user, for all machines of an app client, and for all guests", () => {
    const same: readonly (readonly [Caller, Caller])[] = [
      [user("a", { clientId: "web", digest: "1" }), user("a", { clientId: "cli", digest: "2" })],
      [
        user("m", { kind: "machine", clientId: "m" }),
        user("", { kind: "machine", clientId: "m", tokenDigest: "2" }),
      ],
      [GUEST, { ...GUEST }],
    ];
    for (const [one, other] of same) expect(shareholderOf(one)).toBe(shareholderOf(other));
    const all = [
      user("a"),
      user("a", { issuer: "partners" }),
      user("b"),
      user("a", { kind: "machine", clientId: "a", issuer: "other" }),
      user("a", { kind: "machine", clientId: "a" }),
      GUEST,
    ];
    expect(new Set(all.map(shareholderOf)).size).toBe(all.length);
  });
});

describe("the share of a rule", () => {
  it("bounds all callers together, and each of them", () => {
    const counts: Counts = new Map();
    const { byRules } = createShares(undefined, counts);
    const limited = permit({ rule: "reports", inFlight: 3, inFlightPerCaller: 2 });
    const holders = [holder(), holder(), holder(), holder(), holder()];
    const said = ["a", "a", "a", "b", "c"].map((subject, i) =>
      saidOf(() => byRules(holders[i] as Holder, limited, user(subject))),
    );
    // Who is refused gives back what it had, at its end.
    expect(said).toEqual([
      "in",
      "in",
      'overloaded: too many requests of one caller by the rule "reports"',
      'overloaded: too many requests by the rule "reports"',
      'overloaded: too many requests by the rule "reports"',
    ]);
    holders[2]?.places?.leave();
    expect(saidOf(() => byRules(holder(), limited, user("b")))).toBe("in");
    for (const one of holders) one.places?.leave();
    expect([...counts.values()]).toEqual([1, 1]);
  });

  it("is taken once by a request that is sent anew", () => {
    const { byRules } = createShares(undefined, new Map());
    const [limited, one] = [permit({ rule: "reports", inFlight: 1 }), holder()];
    byRules(one, limited, user("a"));
    expect(saidOf(() => byRules(one, limited, user("a")))).toBe("in");
    expect(saidOf(() => byRules(holder(), limited, user("a")))).toContain("overloaded");
  });

  it("is taken of every rule that decided", () => {
    const { byRules } = createShares(undefined, new Map());
    byRules(holder(), permit({ rule: "b", inFlight: 1 }), user("a"));
    expect(
      saidOf(() =>
        byRules(holder(), permit({ rule: "a", inFlight: 9 }, { rule: "b", inFlight: 1 }), user("a")),
      ),
    ).toContain('the rule "b"');
  });

  it("costs nothing where the rules have no limits", () => {
    const one = holder();
    createShares(5, new Map()).byRules(one, { ...permit(), limits: undefined }, user("a"));
    expect(one.places).toBeUndefined();
  });
});
