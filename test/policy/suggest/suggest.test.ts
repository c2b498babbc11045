import { describe, expect, it } from "vitest";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { problemsOf } from "../../../src/policy/problems/problems.ts";
import { suggestRules, type SuggestOptions } from "../../../src/policy/suggest/suggest.ts";
import type { Use } from "../../../src/policy/suggest/use.ts";
import { aUse, NAMES_AT_AWS } from "../../support/uses.ts";

const S3 = "arn:aws:s3:::";
const ORDERS = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";

function suggested(uses: readonly Use[], options: Partial<SuggestOptions> = {}) {
  return suggestRules(uses, { rules: [], issuers: ["staff"], ...options });
}

const rulesFor = (uses: readonly Use[], options?: Partial<SuggestOptions>): readonly RuleDocument[] =>
  suggested(uses, options).map(({ rule }) => rule);

const whoIn = (uses: readonly Use[]): readonly (readonly [who: string, on: readonly string[]])[] =>
  rulesFor(uses).map(({ who, on = [] }) => [who?.groups?.join() ?? "users", on]);

describe("a suggested rule", () => {
  it("allows a group what its users did, where they did it, with the role that the pool chooses", () => {
    const uses = [aUse(), aUse({ resource: `${S3}reports/q4.txt` })];
    expect(rulesFor(uses)).toEqual([
      {
        name: "analysts: s3 reports",
        who: { groups: ["analysts"] },
        allow: ["s3:GetObject"],
        on: [`${S3}reports/q3.txt`, `${S3}reports/q4.txt`],
        role: "pool",
      },
    ]);
  });

  it("is for every user where users without a group did it", () => {
    const [rule] = rulesFor([aUse({ groups: [], resource: `${S3}home/\${claim:sub}/a` })]);
    expect(rule).toMatchObject({ name: "users: s3 home", who: { authenticated: true } });
  });

  it("takes actions together that were done on the very same, and no others", () => {
    const uses = [
      aUse(),
      aUse({ action: "s3:PutObject" }),
      aUse({ action: "s3:ListBucket", resource: `${S3}reports` }),
      aUse({ action: "dynamodb:Query", resource: ORDERS }),
    ];
    expect(rulesFor(uses).map(({ name, allow, on }) => [name, allow, on])).toEqual([
      ["analysts: dynamodb Orders", ["dynamodb:Query"], [ORDERS]],
      ["analysts: s3 reports", ["s3:ListBucket"], [`${S3}reports`]],
      ["analysts: s3 reports 2", ["s3:GetObject", "s3:PutObject"], [`${S3}reports/q3.txt`]],
    ]);
  });

  it("is written with a folder where callers of several sets of groups together used more than a few keys", () => {
    const uses = Array.from({ length: 12 }, (_, i) =>
      aUse({ resource: `${S3}reports/k${i}`, groups: i % 2 === 0 ? ["analysts"] : ["analysts", "editors"] }),
    );
    const given = whoIn([...uses, ...uses.map((use) => ({ ...use, groups: ["analysts"] }))]);
    expect(given).toEqual([["analysts", [`${S3}reports/*`]]]);
  });

  it("names the issuer where there are several", () => {
    const uses = [aUse({ issuer: "partners" }), aUse({ issuer: "staff" })];
    const issuers = ["staff", "partners"];
    expect(rulesFor(uses, { issuers }).map(({ who }) => who)).toEqual([
      { groups: ["analysts"], issuers: ["partners"] },
      { groups: ["analysts"], issuers: ["staff"] },
    ]);
  });

  it("has a name that no other rule has, short and without controls, whatever the groups are called", () => {
    const groups = ["g".repeat(300), `${"g".repeat(299)}!`, "\u001b[2J\n\u202e", "${env:HOME}", "\ud800", ""];
    const uses = groups.map((group) => aUse({ groups: [group] }));
    const names = rulesFor(uses, { rules: [{ name: "_[2J__: s3 reports", deny: ["*"] }] }).map(
      ({ name }) => name,
    );
    expect(new Set(names).size).toBe(groups.length);
    for (const name of names) expect(name).toMatch(/^[^\p{C}$]{1,128}$/u);
    expect(names).toContain("_[2J__: s3 reports 2");
  });

  it("has no problem in it", () => {
    const uses = [aUse(), aUse({ groups: [] }), aUse({ resource: `${S3}*`, action: "s3:ListAllMyBuckets" })];
    expect(problemsOf(rulesFor(uses), NAMES_AT_AWS)).toEqual([]);
  });
});

describe("whom what callers of several groups did is for", () => {
  const both = ["analysts", "editors"];
  const write = { action: "s3:PutObject" };

  it("is the group that alone was seen doing it", () => {
    const uses = [aUse({ groups: both }), aUse({ groups: ["analysts"] }), aUse({ groups: both, ...write })];
    expect(rulesFor(uses).map(({ who, allow }) => [who?.groups, allow])).toEqual([
      [["analysts"], ["s3:GetObject"]],
      [["editors"], ["s3:PutObject"]],
    ]);
  });

  it("is the rarest of them where none was seen alone, and a note says so", () => {
    const told = suggested([aUse({ groups: both, ...write }), aUse({ resource: `${S3}other/x` })]);
    expect(told.map(({ rule }) => rule.who?.groups)).toEqual([["analysts"], ["editors"]]);
    expect(told[1]?.notes).toContain(
      "Callers of analysts, editors did it, and editors is the rarest of these groups.",
    );
    expect(told[0]?.notes.join(" ")).not.toContain("rarest");
  });

  it("is everybody where users without a group do it too", () => {
    expect(whoIn([aUse({ groups: both }), aUse({ groups: [] }), aUse()])).toEqual([
      ["users", [`${S3}reports/q3.txt`]],
    ]);
  });

  it("is decided by what a folder stands for, too", () => {
    const uses = [aUse({ groups: both }), aUse({ resource: `${S3}reports/*` })];
    expect(whoIn(uses)).toEqual([["analysts", [`${S3}reports/*`]]]);
  });

  it("is not decided by what another issuer's groups of that name did", () => {
    const uses = [aUse({ groups: both }), aUse({ issuer: "partners" })];
    const told = rulesFor(uses, { issuers: ["staff", "partners"] });
    expect(told.map(({ who }) => who?.issuers)).toEqual([["partners"], ["staff"]]);
  });
});

describe("what is not suggested", () => {
  it("is what callers of an issuer did that is not there any more, where there is another", () => {
    expect(rulesFor([aUse({ issuer: "gone" })])).toEqual([]);
    expect(rulesFor([aUse({ issuer: "gone" })], { issuers: ["staff", "partners"] })).toEqual([]);
  });

  const allowed = (rule: Partial<RuleDocument>): RuleDocument => ({
    name: "there already",
    who: { groups: ["analysts"] },
    allow: ["s3:Get*"],
    on: [`${S3}reports/*`],
    role: "pool",
    ...rule,
  });

  it("is what a rule allowed", () => {
    expect(rulesFor([aUse({ rule: "there already" })])).toEqual([]);
  });

  it("is what a rule would allow by now, in the same role", () => {
    const uses = [aUse(), aUse({ resource: `${S3}reports/2026/*` })];
    expect(rulesFor(uses, { rules: [allowed({})] })).toEqual([]);
    expect(rulesFor(uses, { rules: [allowed({ who: { authenticated: true } })] })).toEqual([]);
    expect(rulesFor([aUse()], { rules: [allowed({ on: [`${S3}reports/q?.tx?`] })] })).toEqual([]);
    expect(
      rulesFor(uses, { rules: [allowed({ who: { groups: ["x", "analysts"], issuers: ["staff"] } })] }),
    ).toEqual([]);
  });

  it.each<readonly [why: string, rule: Partial<RuleDocument>]>([
    ["another group", { who: { groups: ["editors"] } }],
    ["another issuer", { who: { groups: ["analysts"], issuers: ["partners"] } }],
    ["a claim", { who: { groups: ["analysts"], claims: { tenant: "acme" } } }],
    ["app clients", { who: { clients: ["web"] } }],
    ["guests", { who: { guest: true } }],
    ["a condition", { when: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }],
    ["another role", { role: "arn:aws:iam::123456789012:role/analyst" }],
    ["another source", { credentials: "other" }],
    ["another action", { allow: ["s3:Put*"] }],
    ["a place beside it", { on: [`${S3}reports/q4.txt`, `${S3}reports/q?.tx`, `${S3}reports/??q3.txt`] }],
    ["a deny", { allow: undefined, deny: ["*"] }],
  ])("but not where the rule is about %s", (_why, rule) => {
    expect(rulesFor([aUse()], { rules: [allowed(rule)] })).toHaveLength(1);
  });
});

const notesFor = (uses: readonly Use[]): readonly string[] => suggested(uses)[0]?.notes ?? [];

describe("notes", () => {
  it("say how often and when", () => {
    expect(notesFor([aUse()])).toEqual(["Seen 3 times from 2026-01-15T12:00Z to 2026-01-15T12:01Z."]);
    expect(notesFor([aUse({ times: 1 })])[0]).toContain("Seen 1 time from");
  });

  it("H5 mark what one caller only did", () => {
    expect(notesFor([aUse({ callers: 1 })])).toContain("One caller only did it.");
    const some = notesFor([aUse(), aUse({ action: "s3:PutObject", callers: 1 })]);
    expect(some).toContain(`One caller only did s3:PutObject on ${S3}reports/q3.txt.`);
    expect(some.join(" ")).not.toContain("GetObject");
  });

  it.each([
    ["s3:ListBucket", "s3:prefix"],
    ["dynamodb:Query", "dynamodb:LeadingKeys"],
    ["s3:GetObject", undefined],
  ])("say what condition would narrow %s further", (action, key) => {
    const note = notesFor([aUse({ action })]).find((note) => note.includes("a condition on"));
    expect(note?.includes(key ?? "")).toBe(key === undefined ? undefined : true);
  });

  it("are few, however much there is to remark", () => {
    const uses = Array.from({ length: 9 }, (_, i) => aUse({ resource: `${S3}reports/${i}`, callers: 1 }));
    expect(notesFor(uses)).toHaveLength(7);
    expect(notesFor(uses).at(-1)).toBe("4 more like that.");
  });
});
