import { describe, expect, it } from "vitest";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { Requirement } from "../../src/domain/operation.ts";
import { ANY_MOMENT } from "../../src/domain/request-context.ts";
import { decide } from "../../src/policy/decide.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import {
  aCaller,
  aContext,
  aMachine,
  anAllow,
  anOperation,
  aPlan,
  aPolicy,
  roleArn,
  ruling,
} from "../support/ruling.ts";

const caller = aCaller({ "cognito:groups": ["analysts"], tenant: "acme" });
const read = { action: "s3:GetObject", resource: "arn:aws:s3:::reports/q3.txt" };
const write = { action: "s3:PutObject", resource: "arn:aws:s3:::home/x" };

describe("one requirement", () => {
  it("is denied where no rule allows it", () => {
    expect(ruling([], caller, read)).toEqual({
      verdict: "denial",
      reason: "denied-no-rule",
      detail: "s3:GetObject on arn:aws:s3:::reports/q3.txt",
    });
    expect(ruling([anAllow("a", { allow: ["s3:PutObject"] })], caller, read)).toMatchObject({
      reason: "denied-no-rule",
    });
    expect(ruling([anAllow("a", { on: ["arn:aws:s3:::home/*"] })], caller, read)).toMatchObject({
      reason: "denied-no-rule",
    });
    expect(ruling([anAllow("a", { who: { groups: ["admins"] } })], caller, read)).toMatchObject({
      reason: "denied-no-rule",
    });
  });

  it("is allowed with the role and source of the first rule that allows it", () => {
    const rules = [
      anAllow("others", { who: { groups: ["admins"] } }),
      anAllow("first", { role: roleArn("analyst"), credentials: "service" }),
      anAllow("second"),
    ];
    expect(ruling(rules, caller, read)).toEqual({
      verdict: "permit",
      rule: "first",
      role: roleArn("analyst"),
      source: "service",
    });
    expect(ruling(rules.toReversed(), caller, read)).toMatchObject({
      verdict: "permit",
      rule: "second",
      source: "default",
    });
  });

  it("is denied by a deny, wherever it stands in the file", () => {
    const deny: RuleDocument = { name: "no", deny: ["s3:Get*"], on: ["arn:aws:s3:::reports/*"] };
    for (const rules of [
      [anAllow("yes"), deny],
      [deny, anAllow("yes")],
    ]) {
      expect(ruling(rules, caller, read)).toMatchObject({ reason: "denied-by-rule", rule: "no" });
      expect(ruling(rules, caller, write)).toMatchObject({ verdict: "permit" });
    }
  });

  it("S4.1 is denied by a deny without who and on, which means all", () => {
    expect(ruling([anAllow("yes"), { name: "no", deny: ["*"] }], caller, read)).toMatchObject({ rule: "no" });
  });

  it("is not denied by a deny that is about others", () => {
    const deny: RuleDocument = { name: "no", deny: ["*"], who: { groups: ["guests"] } };
    expect(ruling([anAllow("yes"), deny], caller, read)).toMatchObject({ verdict: "permit" });
  });

  it("is denied where nothing is asked at all", () => {
    expect(ruling([anAllow("yes")], caller)).toMatchObject({ verdict: "denial", reason: "denied-no-rule" });
  });
});

describe("S4.3 what has the same effect", () => {
  const version = { action: "s3:GetObjectVersion", resource: read.resource, covers: ["s3:GetObject"] };

  it("is denied by a deny on what it covers", () => {
    const deny: RuleDocument = { name: "no", deny: ["s3:GetObject"] };
    expect(ruling([anAllow("yes"), deny], caller, version)).toMatchObject({
      reason: "denied-by-rule",
      rule: "no",
    });
  });

  it("is not allowed by an allow on what it covers", () => {
    expect(ruling([anAllow("yes", { allow: ["s3:GetObject"] })], caller, version)).toMatchObject({
      reason: "denied-no-rule",
    });
  });

  it("is told apart from the same action that covers nothing, or something else", () => {
    const policy = aPolicy([anAllow("yes"), { name: "no", deny: ["x:Delete"] }]);
    const asked = (covers?: string[]) =>
      decide(
        policy,
        caller,
        anOperation([{ action: "x:Batch", resource: "*", ...(covers && { covers }) }]),
        aContext(),
      ).verdict;
    expect([asked(), asked(["x:Delete"]), asked(["x:Put"]), asked(["x:Put", "x:Delete"])]).toEqual([
      "permit",
      "denial",
      "permit",
      "denial",
    ]);
  });

  it("is denied on an index by a deny on its table, and allowed on the index alone", () => {
    const table = "arn:aws:dynamodb:us-east-1:123456789012:table/Secret";
    const query = { action: "dynamodb:Query", resource: `${table}/index/ByDate`, within: [table] };
    expect(ruling([anAllow("yes"), { name: "no", deny: ["*"], on: [table] }], caller, query)).toMatchObject({
      rule: "no",
    });
    const elsewhere = { ...query, within: ["arn:aws:x:::other"] };
    const other = { name: "no", deny: ["*"], on: ["arn:aws:x:::*"] };
    expect(ruling([anAllow("yes"), other], caller, elsewhere)).toMatchObject({ rule: "no" });
    expect(ruling([anAllow("table", { on: [table] })], caller, query)).toMatchObject({
      reason: "denied-no-rule",
    });
    expect(ruling([anAllow("index", { on: [`${table}/index/*`] })], caller, query)).toMatchObject({
      rule: "index",
    });
  });
});

describe("S4.4 credentials", () => {
  const session = { action: "s3:CreateSession", resource: "arn:aws:s3:::reports" };

  it.each(["*", "s3:*", "s3:Create*", "s3:CreateSessio?"])("are not given by %s", (action) => {
    expect(ruling([anAllow("yes", { allow: [action] })], caller, session)).toMatchObject({
      reason: "denied-no-rule",
    });
  });

  it("are given by their literal name, in whatever case", () => {
    expect(ruling([anAllow("yes", { allow: ["s3:createsession"] })], caller, session)).toMatchObject({
      verdict: "permit",
    });
  });

  it("of Postern's own page are given by a rule that names it, on the role, with that role", () => {
    const own = { action: "postern:GetCredentials", resource: roleArn("a") };
    const rule = anAllow("out", {
      allow: ["postern:GetCredentials"],
      on: [roleArn("a")],
      role: roleArn("a"),
    });
    expect(ruling([anAllow("all"), rule], caller, own)).toMatchObject({ rule: "out", role: roleArn("a") });
    expect(ruling([rule], caller, { ...own, resource: roleArn("b") })).toMatchObject({
      reason: "denied-no-rule",
    });
    for (const action of ["*", "postern:*", "postern:Get*"])
      expect(ruling([{ ...rule, allow: [action] }], caller, own)).toMatchObject({ verdict: "denial" });
  });

  it("are denied by a wildcard", () => {
    const rules = [anAllow("yes", { allow: ["s3:CreateSession"] }), { name: "no", deny: ["s3:*"] }];
    expect(ruling(rules, caller, session)).toMatchObject({ rule: "no" });
  });
});

describe("S4.5 a claim that cannot be used", () => {
  const on = ["arn:aws:s3:::home/${claim:tenant}/*"];
  const asked = { action: "s3:GetObject", resource: "arn:aws:s3:::home/acme/x" };

  it("never matches an allow, and says so", () => {
    for (const tenant of ["*", "", undefined, ["acme"], "a/b"]) {
      expect(ruling([anAllow("home", { on })], aCaller({ tenant }), asked)).toMatchObject({
        reason: "claim-unusable",
        rule: "home",
      });
    }
    expect(ruling([anAllow("home", { on })], caller, asked)).toMatchObject({ verdict: "permit" });
  });

  it("always matches a deny", () => {
    const rules = [anAllow("yes"), { name: "no", deny: ["*"], on }];
    expect(ruling(rules, aCaller({ tenant: "*" }), asked)).toMatchObject({
      reason: "denied-by-rule",
      rule: "no",
    });
    expect(ruling(rules, aCaller({ tenant: "other" }), asked)).toMatchObject({ verdict: "permit" });
  });

  it("matches a deny whatever is asked for, since nobody knows what it would have named", () => {
    const rules = [anAllow("yes"), { name: "no", deny: ["*"], on }, { name: "later", deny: ["*"] }];
    expect(ruling(rules, aCaller({ tenant: "*" }), read)).toMatchObject({ rule: "no" });
    expect(ruling(rules.slice(0, 2), caller, read)).toMatchObject({ verdict: "permit" });
  });

  it("does not stand in the way of another pattern, or another rule", () => {
    const rule = anAllow("home", { on: [...on, "arn:aws:s3:::home/*"] });
    expect(ruling([rule], aCaller(), asked)).toMatchObject({ rule: "home" });
    expect(ruling([anAllow("home", { on }), anAllow("all")], aCaller(), asked)).toMatchObject({
      rule: "all",
    });
  });

  it("is no reason where the rule is about others", () => {
    const rule = anAllow("home", { on, who: { groups: ["admins"] } });
    expect(ruling([rule], aCaller(), asked)).toMatchObject({ reason: "denied-no-rule" });
  });
});

const withKeys = (...keys: readonly (readonly [string, readonly string[] | "unknown"])[]) => ({
  ...read,
  keys: new Map(keys),
});

const later = (rules: readonly RuleDocument[]) =>
  decide(aPolicy(rules), caller, anOperation([read]), ANY_MOMENT);

describe("conditions", () => {
  const inHome = { StringLike: { "s3:prefix": "home/${claim:tenant}/*" } };
  const inside = { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } };

  it("must hold for an allow", () => {
    const rules = [anAllow("home", { when: inHome })];
    expect(ruling(rules, caller, withKeys(["s3:prefix", ["home/acme/x"]]))).toMatchObject({ rule: "home" });
    for (const other of [
      read,
      withKeys(["s3:prefix", ["home/other/x"]]),
      withKeys(["s3:prefix", "unknown"]),
    ]) {
      expect(ruling(rules, caller, other)).toMatchObject({ reason: "denied-no-rule" });
    }
  });

  it("let a deny pass by only where one is known not to hold", () => {
    const rules = [anAllow("yes"), { name: "no", deny: ["*"], when: inHome }];
    for (const met of [withKeys(["s3:prefix", ["home/acme/x"]]), withKeys(["s3:prefix", "unknown"])]) {
      expect(ruling(rules, caller, met)).toMatchObject({ reason: "denied-by-rule", rule: "no" });
    }
    expect(ruling(rules, caller, read)).toMatchObject({ rule: "yes" });
  });

  it("may be about the request's address and time", () => {
    const policy = aPolicy([anAllow("inside", { when: inside })]);
    const from = (sourceIp: string | undefined) =>
      decide(policy, caller, anOperation([read]), aContext({ sourceIp })).verdict;
    expect([from("10.1.1.1"), from("192.0.2.1"), from(undefined)]).toEqual(["permit", "denial", "denial"]);
  });

  it("S3.9 on address and time never hold for an allow, and always for a deny, at a moment nobody knows", () => {
    const inTime = { DateLessThan: { "aws:CurrentTime": "2027-01-01T00:00:00Z" } };
    const outOfTime = { NumericLessThan: { "aws:EpochTime": 1 } };
    for (const when of [inside, inTime, { Null: { "aws:CurrentTime": false } }])
      expect(later([anAllow("yes", { when })])).toMatchObject({ reason: "denied-no-rule" });
    for (const when of [inside, outOfTime])
      expect(later([anAllow("yes"), { name: "no", deny: ["*"], when }])).toMatchObject({ rule: "no" });
    expect(later([anAllow("in time", { when: inTime }), anAllow("yes")])).toMatchObject({ rule: "yes" });
  });

  it("are those of each requirement", () => {
    const rules = [anAllow("home", { when: inHome })];
    const met = withKeys(["s3:prefix", ["home/acme/x"]]);
    expect(ruling(rules, caller, met, met)).toMatchObject({ verdict: "permit" });
    expect(ruling(rules, caller, met, read)).toMatchObject({ reason: "denied-no-rule" });
  });

  it("make no difference to what a rule gives, and rules that decide together each bring their own", () => {
    const sessions = new Map([["service", aPlan()]]);
    const rules = [
      sts("get", { allow: ["s3:Get*"], when: { ...inHome, ...inside } }),
      sts("put", { allow: ["s3:Put*"], when: { Null: { "s3:x-amz-acl": true } } }),
    ];
    const asked = [withKeys(["s3:prefix", ["home/acme/x"]]), write];
    const context = aContext({ sourceIp: "10.1.1.1" });
    expect(statements(decide(aPolicy(rules, { sessions }), caller, anOperation(asked), context))).toEqual([
      {
        Effect: "Allow",
        Action: ["s3:Get*"],
        Resource: ["*"],
        Condition: { StringLike: { "s3:prefix": "home/acme/*" } },
      },
      {
        Effect: "Allow",
        Action: ["s3:Put*"],
        Resource: ["*"],
        Condition: { Null: { "s3:x-amz-acl": "true" } },
      },
    ]);
  });
});

describe("S3.4 a guarded key", () => {
  const asked = { ...withKeys(["s3:x-amz-acl", ["private"]]), guarded: ["s3:x-amz-acl"] };
  const when = { StringEquals: { "S3:X-Amz-ACL": "private" } };

  it("is allowed by a rule whose conditions name it and hold, and by no other", () => {
    expect(ruling([anAllow("any")], caller, asked)).toMatchObject({ reason: "denied-no-rule" });
    const other = { StringNotEquals: { "s3:prefix": "x" } };
    expect(ruling([anAllow("other", { when: other })], caller, asked)).toMatchObject({
      reason: "denied-no-rule",
    });
    expect(ruling([anAllow("any"), anAllow("named", { when })], caller, asked)).toMatchObject({
      rule: "named",
    });
    const another = { ...asked, keys: new Map([["s3:x-amz-acl", ["public-read"]]]) };
    expect(ruling([anAllow("named", { when })], caller, another)).toMatchObject({ reason: "denied-no-rule" });
  });

  it("is allowed only where each of several is named", () => {
    const both = { ...asked, guarded: ["s3:x-amz-acl", "s3:x-amz-grant-read"] };
    expect(ruling([anAllow("one", { when })], caller, both)).toMatchObject({ reason: "denied-no-rule" });
  });

  it("is denied by any deny", () => {
    const rules = [anAllow("named", { when }), { name: "no", deny: ["*"] }];
    expect(ruling(rules, caller, asked)).toMatchObject({ rule: "no" });
  });
});

describe("several requirements", () => {
  const reader = anAllow("reader", { allow: ["s3:Get*"], role: roleArn("reader") });
  const writer = anAllow("writer", { allow: ["s3:Put*"], role: roleArn("writer") });
  const both = anAllow("both", { role: roleArn("both") });

  it("are allowed with the first role in the file that all of them may have", () => {
    expect(ruling([reader, writer, both], caller, read, write)).toMatchObject({
      rule: "both",
      role: roleArn("both"),
    });
  });

  it("are allowed with the first in the file of several such roles, whichever rule comes first for each", () => {
    const rules = [
      anAllow("a read", { allow: ["s3:Get*"], role: roleArn("a") }),
      anAllow("b", { role: roleArn("b") }),
      anAllow("a write", { allow: ["s3:Put*"], role: roleArn("a") }),
    ];
    expect(ruling(rules, caller, read, write)).toMatchObject({ rule: "a read" });
    expect(ruling(rules, caller, write, read)).toMatchObject({ rule: "a read" });
    expect(ruling(rules.toReversed(), caller, read, write)).toMatchObject({ rule: "a write" });
  });

  it("may be allowed by different rules that give the same", () => {
    const second = anAllow("second", { allow: ["s3:Put*"], role: roleArn("reader") });
    expect(ruling([writer, reader, second], caller, read, write)).toMatchObject({ rule: "reader" });
  });

  it("are refused where no role is common, with the names of the rules in file order", () => {
    expect(ruling([writer, reader], caller, read, write)).toMatchObject({
      reason: "roles-disagree",
      rule: "writer, reader",
    });
  });

  it("S2.4 take the same role of different sources, and the pool's choice and a role, for different", () => {
    const pool = anAllow("pool", { allow: ["s3:Put*"], role: "pool" });
    expect(ruling([reader, pool], caller, read, write)).toMatchObject({ reason: "roles-disagree" });
    const elsewhere = anAllow("elsewhere", {
      allow: ["s3:Put*"],
      role: roleArn("reader"),
      credentials: "service",
    });
    expect(ruling([reader, elsewhere], caller, read, write)).toMatchObject({ reason: "roles-disagree" });
  });

  it("are denied where one is, and it is named", () => {
    const deny: RuleDocument = { name: "no", deny: ["s3:PutObject"] };
    expect(ruling([both, deny], caller, read, write)).toMatchObject({ reason: "denied-by-rule", rule: "no" });
    expect(ruling([reader], caller, read, write)).toMatchObject({
      reason: "denied-no-rule",
      detail: "s3:PutObject on arn:aws:s3:::home/x",
    });
  });

  it("are read once a rule, however many there are", () => {
    let asked = 0;
    const groups: readonly string[] = ["analysts"];
    const counting = {
      ...caller,
      get groups() {
        asked++;
        return groups;
      },
    };
    const many = Array.from({ length: 1000 }, (_, i) => ({
      action: "s3:DeleteObject",
      resource: `arn:aws:s3:::b/${i}`,
    }));
    expect(ruling([anAllow("yes", { who: { groups: ["analysts"] } })], counting, ...many)).toMatchObject({
      rule: "yes",
    });
    expect(asked).toBe(1);
  });
});

describe("S2.1 the source of a rule", () => {
  const rules = [anAllow("any"), anAllow("own", { credentials: "own", allow: ["s3:Put*"] })];
  const policy = aPolicy(rules, { upstreamSources: new Map([["down", "other"]]) });
  const on = (upstream: string, ...asked: Requirement[]) =>
    decide(policy, caller, anOperation(asked, upstream), aContext());

  it("is its own, else the upstream's, else the default", () => {
    expect(on("up", read)).toMatchObject({ rule: "any", source: "default" });
    expect(on("down", read)).toMatchObject({ rule: "any", source: "other" });
    const first = aPolicy(rules.toReversed(), { upstreamSources: new Map([["down", "other"]]) });
    expect(decide(first, caller, anOperation([write], "down"), aContext())).toMatchObject({
      rule: "own",
      source: "own",
    });
  });

  it("is part of what several requirements must have in common, on each upstream anew", () => {
    const split = [
      anAllow("read", { allow: ["s3:Get*"], role: roleArn("a") }),
      anAllow("write", { allow: ["s3:Put*"], role: roleArn("a"), credentials: "other" }),
    ];
    const policy = aPolicy(split, { upstreamSources: new Map([["down", "other"]]) });
    expect(decide(policy, caller, anOperation([read, write], "up"), aContext())).toMatchObject({
      reason: "roles-disagree",
    });
    expect(decide(policy, caller, anOperation([read, write], "down"), aContext())).toMatchObject({
      rule: "read",
      source: "other",
    });
  });
});

describe("S1.1 kinds of callers", () => {
  const rules = [
    anAllow("users"),
    anAllow("machines", { who: { machine: true }, role: roleArn("m") }),
    anAllow("guests", { who: { guest: true } }),
  ];

  it("match the rules that are for them, and no others", () => {
    expect(ruling(rules, caller, read)).toMatchObject({ rule: "users" });
    expect(ruling(rules, aMachine(), read)).toMatchObject({ rule: "machines" });
    expect(ruling(rules, GUEST, read)).toMatchObject({ rule: "guests" });
    expect(ruling(rules.slice(0, 1), aMachine(), read)).toMatchObject({ reason: "denied-no-rule" });
    expect(ruling(rules.slice(0, 2), GUEST, read)).toMatchObject({ reason: "denied-no-rule" });
  });

  it("all meet a deny that does not say whom it is about", () => {
    for (const one of [caller, aMachine(), GUEST]) {
      expect(ruling([...rules, { name: "no", deny: ["*"] }], one, read)).toMatchObject({ rule: "no" });
    }
  });
});

const sts = (name: string, changes: Partial<RuleDocument> = {}) =>
  anAllow(name, { role: roleArn("a"), credentials: "service", ...changes });

const statements = (decision: Decision) =>
  decision.verdict === "permit" ? JSON.parse(decision.session?.policy ?? "null")?.Statement : decision;

describe("role sessions", () => {
  const deciding = (rules: readonly RuleDocument[], who: Caller, ...asked: Requirement[]) =>
    decide(aPolicy(rules, { sessions }), who, anOperation(asked), aContext());
  const sessions = new Map([["service", aPlan({ tags: { tenant: "${claim:tenant}" } })]]);

  it("are no part of a permit of the enhanced flow", () => {
    expect(deciding([anAllow("a")], caller, read)).not.toHaveProperty("session");
  });

  it("are made once for a caller and the rules that decide", () => {
    const remove = { action: "s3:DeleteObject", resource: write.resource };
    const rules = ["Get", "Put", "Delete"].map((verb) => sts(verb, { allow: [`s3:${verb}*`] }));
    const policy = aPolicy(rules, { sessions });
    const again = (...asked: Requirement[]) => {
      const one = decide(policy, caller, anOperation(asked), aContext());
      expect(decide(policy, caller, anOperation(asked.toReversed()), aContext())).toBe(one);
      expect(decide(policy, { ...caller }, anOperation(asked), aContext())).toEqual(one);
      expect(decide(policy, { ...caller }, anOperation(asked), aContext())).not.toBe(one);
      return one;
    };
    expect(again(read)).not.toBe(again(write));
    expect(again(read, write)).not.toEqual(again(read));
    expect(again(read, remove)).not.toEqual(again(read, write));
  });

  it("S2.9 say what the rule says that decided, and no more", () => {
    const rules = [
      sts("get", { allow: ["s3:Get*"] }),
      sts("put", { allow: ["s3:Put*"], on: ["arn:aws:s3:::home/*"] }),
    ];
    expect(statements(deciding(rules, caller, read))).toEqual([
      { Effect: "Allow", Action: ["s3:Get*"], Resource: ["*"] },
    ]);
    expect(statements(deciding(rules, caller, write))).toEqual([
      { Effect: "Allow", Action: ["s3:Put*"], Resource: ["arn:aws:s3:::home/*"] },
    ]);
  });

  it("S2.9 say what each rule says that decided, once, in file order", () => {
    const rules = [
      sts("other", { allow: ["s3:Delete*"] }),
      sts("put", { allow: ["s3:Put*"] }),
      sts("get", { allow: ["s3:Get*"] }),
      sts("all"),
    ];
    expect(statements(deciding(rules, caller, read, write, read, write))).toEqual([
      { Effect: "Allow", Action: ["s3:Put*"], Resource: ["*"] },
      { Effect: "Allow", Action: ["s3:Get*"], Resource: ["*"] },
    ]);
  });

  it("that a rule writes stand in place of what would be made", () => {
    const sessionPolicy = { Statement: [{ Sid: "${claim:tenant}" }] };
    expect(statements(deciding([sts("a", { sessionPolicy })], caller, read, write))).toEqual([
      { Sid: "acme" },
    ]);
  });

  it("S2.4 that are written differently are not one", () => {
    const rules = [
      sts("get", { allow: ["s3:Get*"], sessionDuration: 900 }),
      sts("put", { allow: ["s3:Put*"] }),
    ];
    expect(deciding(rules, caller, read, write)).toMatchObject({
      reason: "roles-disagree",
      rule: "get, put",
    });
    expect(deciding([...rules, sts("all", { sessionDuration: 900 })], caller, read, write)).toMatchObject({
      rule: "get",
      session: { durationSeconds: 900 },
    });
  });

  it("S2.10 that cannot be made leave the operation denied, with the rule and what is missing", () => {
    const nobody = aCaller({ tenant: "a|b" });
    const denial = {
      verdict: "denial",
      reason: "claim-unusable",
      rule: "a",
      detail: "the session tag tenant cannot be made from this caller's claims",
    };
    expect(deciding([sts("a"), sts("b")], nobody, read)).toEqual(denial);
    expect(deciding([sts("a"), sts("b")], nobody, read, write)).toEqual(denial);
  });

  it("that cannot be made do not stand in the way of another rule, wherever it is", () => {
    const nobody = aCaller({ tenant: "a|b" });
    const rules = [sts("a"), anAllow("b")];
    for (const order of [rules, rules.toReversed()]) {
      expect(deciding(order, nobody, read)).toMatchObject({ verdict: "permit", rule: "b" });
      expect(deciding(order, nobody, read, write)).toMatchObject({ verdict: "permit", rule: "b" });
    }
  });
});

describe("conditions of an operation with many requirements", () => {
  const IpAddress = { "aws:SourceIp": "127.0.0.0/8" };
  const StringEquals = { "s3:VersionId": "v3" };
  const versions = Array.from({ length: 100 }, (_, at): Requirement => ({
    action: "s3:DeleteObjectVersion",
    resource: `arn:aws:s3:::reports/${at}`,
    keys: new Map([["s3:versionid", [`v${at}`]]]),
  }));
  const version = { allow: ["s3:DeleteObjectVersion"] };

  it("are looked at once where they are the same for all of them", () => {
    let looked = 0;
    const context = Object.defineProperty(aContext(), "sourceIp", {
      get: () => {
        looked++;
        return "127.0.0.1";
      },
    });
    const deny = { name: "elsewhere", deny: ["s3:*"], on: ["*"], when: { NotIpAddress: IpAddress } };
    const policy = aPolicy([deny, anAllow("here", { ...version, when: { IpAddress } })]);
    expect(decide(policy, caller, anOperation(versions), context).verdict).toBe("permit");
    expect(looked).toBe(2);
  });

  it("are looked at for each where they are not, also beside others", () => {
    const deny = { name: "the third", deny: ["s3:*"], on: ["*"], when: { IpAddress, StringEquals } };
    const rules = [deny, anAllow("here", version)];
    const from = (sourceIp: string) =>
      decide(aPolicy(rules), caller, anOperation(versions), aContext({ sourceIp }));
    expect(from("127.0.0.1")).toMatchObject({
      rule: "the third",
      detail: "s3:DeleteObjectVersion on arn:aws:s3:::reports/3",
    });
    expect(from("10.0.0.1").verdict).toBe("permit");
  });
});
