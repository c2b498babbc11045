import { describe, expect, it } from "vitest";
import { GUEST } from "../../../src/domain/caller.ts";
import type { WhenDocument } from "../../../src/policy/document.ts";
import { type Asked, compileWhen } from "../../../src/policy/conditions/when.ts";
import { aCaller, aContext, aMachine, anOperation } from "../../support/ruling.ts";
import { holds } from "../../support/holds.ts";

const LISTING = { action: "s3:ListBucket", resource: "arn:aws:s3:::b" };

function ask(changes: Partial<Asked> = {}) {
  return {
    caller: aCaller(),
    requirement: LISTING,
    operation: anOperation([LISTING]),
    context: aContext(),
    ...changes,
  };
}

const prefixed = (value: string) =>
  ask({ requirement: { ...LISTING, keys: new Map([["s3:prefix", [value]]]) } });
const sides = (when: WhenDocument, asked = ask()) => [
  holds(compileWhen(when, "allow"), asked),
  holds(compileWhen(when, "deny"), asked),
];
const UNKNOWN = [false, true];
const ofCallerAlone = (when: WhenDocument) => compileWhen(when, "deny").ofCallerAlone;

describe("a rule without conditions", () => {
  it("means whatever is asked, and costs nothing", () => {
    const [allow, deny] = [compileWhen(undefined, "allow"), compileWhen(undefined, "deny")];
    expect([holds(allow, ask()), holds(deny, ask())]).toEqual([true, true]);
    expect(allow.against(ask())).toBeUndefined();
    expect([...allow.keys]).toEqual([]);
    expect(allow.ofCallerAlone).toBe(true);
    expect(deny).toBe(allow);
  });
});

describe("what stands against a rule", () => {
  const when = {
    IpAddress: { "aws:SourceIp": "10.0.0.0/8" },
    StringEquals: { "claim:tenant": "secret" },
  };

  it("is the first condition that does not hold, by its name", () => {
    expect(compileWhen(when, "allow").against(ask())).toBe("IpAddress aws:SourceIp does not hold");
    expect(compileWhen(when, "deny").against(ask())).toBe("IpAddress aws:SourceIp does not hold");
  });

  it("is in an allow a condition that cannot be told, and in a deny none such", () => {
    const onSocket = ask({ context: aContext({ sourceIp: undefined }) });
    expect(compileWhen(when, "allow").against(onSocket)).toBe("IpAddress aws:SourceIp cannot be told");
    expect(compileWhen(when, "deny").against(onSocket)).toBe("StringEquals claim:tenant does not hold");
  });

  it("never says what a claim is, or was to be", () => {
    const home = ask({ caller: aCaller({ tenant: "mine" }), context: aContext({ sourceIp: "10.0.0.1" }) });
    expect(compileWhen(when, "allow").against(home)).toBe("StringEquals claim:tenant does not hold");
  });
});

describe("the keys that conditions name", () => {
  it("are told in lower case, each once", () => {
    const when = {
      StringEquals: { "s3:Prefix": "a", "claim:Tenant": "b" },
      Null: { "S3:prefix": false, "s3:RequestObjectTag/Team": true },
    };
    expect([...compileWhen(when, "allow").keys].sort()).toEqual([
      "claim:tenant",
      "s3:prefix",
      "s3:requestobjecttag/team",
    ]);
  });

  it("say whether only the caller is looked at", () => {
    expect(ofCallerAlone({ StringEquals: { "claim:a": "${claim:b}" }, Bool: { "claim:c": true } })).toBe(
      true,
    );
    expect(ofCallerAlone({ StringEquals: { "claim:a": "b", "s3:prefix": "c" } })).toBe(false);
    expect(ofCallerAlone({ DateLessThan: { "aws:CurrentTime": "2026" } })).toBe(false);
    expect(ofCallerAlone({ StringEquals: { "claim:": "a" } })).toBe(false);
  });
});

describe("S4.2 a claim that the other token of a sign-in may tell", () => {
  const acme = { StringEquals: { "claim:tenant": "acme" } };
  const isAbsent = { Null: { "claim:tenant": true } };
  const access = ask({ caller: aCaller({ token_use: "access" }) });

  it("is unknown of a user's access token", () => {
    expect(sides(acme, access)).toEqual(UNKNOWN);
    expect(sides(isAbsent, access)).toEqual(UNKNOWN);
    expect(sides({ StringEqualsIfExists: { "claim:tenant": "acme" } }, access)).toEqual(UNKNOWN);
  });

  it("is told where the access token has it", () => {
    const told = ask({ caller: aCaller({ token_use: "access", tenant: "other" }) });
    expect(sides(acme, told)).toEqual([false, false]);
  });

  it("is absent of an ID token, a machine and a guest", () => {
    for (const caller of [aCaller({ token_use: "id" }), aMachine(), GUEST]) {
      expect(sides(acme, ask({ caller }))).toEqual([false, false]);
      expect(sides(isAbsent, ask({ caller }))).toEqual([true, true]);
    }
  });

  it("is unknown of a user's ID token where only access tokens have it", () => {
    const id = ask({ caller: aCaller({ token_use: "id" }) });
    expect(sides({ StringLike: { "claim:scope": "*admin*" } }, id)).toEqual(UNKNOWN);
    const machine = ask({ caller: aMachine({ claims: { token_use: "access" } }) });
    expect(sides({ StringLike: { "claim:scope": "*admin*" } }, machine)).toEqual([false, false]);
  });
});

describe("S4.2 what should have been found before", () => {
  it.each([
    { StringEqual: { "s3:prefix": "a" } },
    { BinaryEquals: { "s3:prefix": "YQ==" } },
    { StringEquals: { "s3:prefx": "a" } },
    { NumericEquals: { "s3:prefix": "ten" } },
    { NumericNotEquals: { "s3:prefix": "ten" } },
    { IpAddress: { "aws:SourceIp": "10.0.0.0/33" } },
    { Null: { "s3:prefix": "perhaps" } },
    { StringNotEquals: { "s3:prefix": [] } },
    { "ForAllValues:Null": { "s3:prefix": "true" } },
  ])("is unknown whatever is asked: %o", (when) => {
    expect(sides(when as WhenDocument, prefixed("a"))).toEqual(UNKNOWN);
    expect(sides(when as WhenDocument)).toEqual(UNKNOWN);
  });
});

describe("a value of a megabyte", () => {
  const long = "a".repeat(2 ** 20);

  it("is compared as any other", () => {
    const asked = prefixed(long);
    expect(sides({ StringEquals: { "s3:prefix": "a" } }, asked)).toEqual([false, false]);
    expect(sides({ StringEqualsIgnoreCase: { "s3:prefix": "A" } }, asked)).toEqual([false, false]);
    expect(sides({ StringLike: { "s3:prefix": "a*" } }, asked)).toEqual([true, true]);
    expect(sides({ StringLike: { "s3:prefix": "*a*a*b" } }, asked)).toEqual([false, false]);
  });

  it("is no number, date, truth or address", () => {
    for (const text of [long, "1".repeat(2 ** 20), "1:".repeat(2 ** 19)]) {
      const asked = prefixed(text);
      expect(sides({ NumericLessThan: { "s3:prefix": 5 } }, asked)).toEqual(UNKNOWN);
      expect(sides({ DateLessThan: { "s3:prefix": "2026" } }, asked)).toEqual(UNKNOWN);
      expect(sides({ Bool: { "s3:prefix": true } }, asked)).toEqual(UNKNOWN);
      expect(sides({ IpAddress: { "s3:prefix": "::/0" } }, asked)).toEqual(UNKNOWN);
      expect(sides({ ArnLike: { "s3:prefix": "*:*:*:*:*:*" } }, asked)).toEqual(UNKNOWN);
    }
  });

  it.each([`${"a".repeat(255)}b`, `b${"a".repeat(255)}`, `${"a".repeat(127)}b${"a".repeat(127)}`])(
    "is searched for a claim that is made to be found nearly everywhere",
    (tenant) => {
      const hostile = { ...prefixed(long), caller: aCaller({ tenant }) };
      expect(sides({ StringLike: { "s3:prefix": "*${claim:tenant}*" } }, hostile)).toEqual([false, false]);
    },
  );

  it("is searched for a pattern that would have to be tried at each of its letters", () => {
    expect(sides({ StringLike: { "s3:prefix": "*aaaa?b" } }, prefixed(long))).toEqual([false, false]);
    expect(sides({ StringLike: { "s3:prefix": "*a?aab*" } }, prefixed(`${long}b`))).toEqual([true, true]);
  });
});
