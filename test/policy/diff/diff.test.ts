import { describe, expect, it } from "vitest";
import { type Caller, GUEST } from "../../../src/domain/caller.ts";
import type { Requirement } from "../../../src/domain/operation.ts";
import { decide } from "../../../src/policy/decide.ts";
import { diffPolicies } from "../../../src/policy/diff/diff.ts";
import { inWords } from "../../../src/policy/scope/whom.ts";
import type { PolicyNames, RuleDocument } from "../../../src/policy/document.ts";
import {
  aCaller,
  aContext,
  aMachine,
  anAllow,
  anOperation,
  aPlan,
  aPolicy,
  NAMES,
  roleArn,
} from "../../support/ruling.ts";

const COUNTED = [["s3:GetObjectVersion", "s3:GetObject"]] as const;

function changesBetween(
  old: readonly RuleDocument[],
  changed: readonly RuleDocument[],
  [oldNames, newNames]: readonly [PolicyNames, PolicyNames] = [NAMES, NAMES],
) {
  return diffPolicies({ rules: old, names: oldNames }, { rules: changed, names: newNames }, COUNTED).changes;
}

/** Each change as `who kind action on resource`. */
function told(...sides: Parameters<typeof changesBetween>): readonly string[] {
  return changesBetween(...sides).map(({ kind, region: { whom, actions, resources }, unusable }) => {
    const who = whom.map((one) => inWords(one, false)).join(" and ");
    const where = unusable === true ? " (claim unusable)" : "";
    return `${who} ${kind} ${actions.join(" & ")} on ${resources.join(" & ")}${where}`;
  });
}

/** What two policies say of one request: verdict and role. */
function decided(rules: readonly RuleDocument[], caller: Caller, asked: readonly Requirement[]): string {
  const decision = decide(aPolicy(rules), caller, anOperation(asked), aContext());
  return decision.verdict === "permit" ? `${decision.role} ${decision.source}` : "denial";
}

const analysts = (changes: Partial<RuleDocument> = {}): RuleDocument =>
  anAllow("analysts read", {
    who: { groups: ["analysts"] },
    allow: ["s3:GetObject"],
    on: ["arn:aws:s3:::reports/*"],
    ...changes,
  });
const deny = (changes: Partial<RuleDocument> = {}): RuleDocument => ({
  name: "no",
  deny: ["s3:GetObject"],
  ...changes,
});
const analyst = aCaller({ "cognito:groups": ["analysts"], tenant: "acme" });
const get: Requirement = { action: "s3:GetObject", resource: "arn:aws:s3:::reports/x" };

const both = (changes: Partial<RuleDocument>) =>
  changesBetween([analysts({ credentials: "service" })], [analysts({ credentials: "service", ...changes })]);

const give = (role: string, on: string) => analysts({ name: `${role} ${on}`, role: roleArn(role), on: [on] });

describe("nothing is said where nothing changes", () => {
  it.each<readonly [string, readonly RuleDocument[], readonly RuleDocument[]]>([
    ["a rule has another name", [analysts()], [analysts({ name: "other" })]],
    [
      "lists are in another order",
      [analysts({ allow: ["s3:A", "s3:B"] })],
      [analysts({ allow: ["s3:B", "s3:A"] })],
    ],
    [
      "one rule becomes two",
      [analysts({ who: { groups: ["a", "b"] }, allow: ["s3:A", "s3:B"] })],
      [
        analysts({ who: { groups: ["b"] }, allow: ["s3:A", "s3:B"] }),
        analysts({ who: { groups: ["a"] }, allow: ["s3:B"] }),
        analysts({ who: { groups: ["a"] }, allow: ["s3:A"] }),
      ],
    ],
    [
      "the only issuer is named",
      [analysts()],
      [analysts({ who: { groups: ["analysts"], issuers: ["staff"] } })],
    ],
    [
      "a rule comes that others hold already",
      [analysts()],
      [analysts(), analysts({ on: ["arn:aws:s3:::reports/2026/*"] })],
    ],
    [
      "an allow comes that a deny leaves nothing of",
      [deny({ on: ["arn:aws:s3:::audit/*"], deny: ["s3:*"] })],
      [deny({ on: ["arn:aws:s3:::audit/*"], deny: ["s3:*"] }), analysts({ on: ["arn:aws:s3:::audit/x"] })],
    ],
    ["a deny comes of what nobody has", [analysts()], [analysts(), deny({ deny: ["s3:PutObject"] })]],
    ["a deny comes for others alone", [analysts()], [analysts(), deny({ who: { guest: true } })]],
    ["actions are written in another case", [analysts()], [analysts({ allow: ["s3:getobject"] })]],
    [
      "wildcards are written otherwise",
      [analysts({ on: ["arn:aws:s3:::a*?"] })],
      [analysts({ on: ["arn:aws:s3:::a?*"] })],
    ],
    [
      "rules change places that do not meet",
      [analysts(), anAllow("b", { allow: ["dynamodb:*"], role: roleArn("b") })],
      [anAllow("b", { allow: ["dynamodb:*"], role: roleArn("b") }), analysts()],
    ],
    [
      "conditions are written in another order",
      [analysts({ when: { StringEquals: { "claim:a": ["x", "y"], "claim:b": "z" } } })],
      [analysts({ when: { StringEquals: { "claim:b": "z", "claim:a": ["y", "x"] } } })],
    ],
  ])("%s", (_, old, changed) => {
    expect(told(old, changed)).toEqual([]);
    expect(told(changed, old)).toEqual([]);
  });
});

describe("what is gained one way is lost the other", () => {
  it.each<readonly [string, readonly RuleDocument[], readonly RuleDocument[], readonly string[]]>([
    [
      "an action, by each group alone",
      [analysts({ who: { groups: ["a", "b"] } })],
      [analysts({ who: { groups: ["a", "b"] }, allow: ["s3:GetObject", "s3:DeleteObject"] })],
      [
        "a gain s3:DeleteObject on arn:aws:s3:::reports/*",
        "b gain s3:DeleteObject on arn:aws:s3:::reports/*",
      ],
    ],
    ["a resource", [], [analysts()], ["analysts gain s3:GetObject on arn:aws:s3:::reports/*"]],
    [
      "a wider resource",
      [analysts()],
      [analysts({ on: ["arn:aws:s3:::*"] })],
      ["analysts gain s3:GetObject on arn:aws:s3:::*"],
    ],
    [
      "fewer claims to show",
      [analysts({ who: { groups: ["analysts"], claims: { tenant: ["acme", "x"] } } })],
      [analysts({ who: { groups: ["analysts"] } })],
      ["analysts gain s3:GetObject on arn:aws:s3:::reports/*"],
    ],
    [
      "machines and guests",
      [],
      [analysts({ who: { machine: true } }), analysts({ name: "g", who: { guest: true } })],
      [
        "machines gain s3:GetObject on arn:aws:s3:::reports/*",
        "guests gain s3:GetObject on arn:aws:s3:::reports/*",
      ],
    ],
    [
      "a deny that is gone, as far as somebody is allowed",
      [analysts(), deny({ deny: ["s3:*"], on: ["arn:aws:s3:::reports/secret/*", "arn:aws:s3:::audit/*"] })],
      [analysts()],
      ["analysts gain s3:GetObject on arn:aws:s3:::reports/secret/*"],
    ],
    [
      "a deny that means the action by what requests for it count as",
      [analysts({ allow: ["s3:GetObjectVersion"] }), deny()],
      [analysts({ allow: ["s3:GetObjectVersion"] })],
      ["analysts gain s3:GetObjectVersion on arn:aws:s3:::reports/*"],
    ],
    [
      "a deny of a table, which is one of its indexes too",
      [
        analysts({ allow: ["dynamodb:Query"], on: ["arn:aws:dynamodb:r:1:table/T/index/*"] }),
        deny({ deny: ["dynamodb:*"], on: ["arn:aws:dynamodb:r:1:table/T"] }),
      ],
      [analysts({ allow: ["dynamodb:Query"], on: ["arn:aws:dynamodb:r:1:table/T/index/*"] })],
      ["analysts gain dynamodb:Query on arn:aws:dynamodb:r:1:table/T/index/*"],
    ],
    [
      "a deny by a claim, which holds everywhere for whom the claim cannot be used",
      [analysts(), deny({ on: ["arn:aws:s3:::home/${claim:tenant}/*"] })],
      [analysts()],
      ["analysts gain s3:GetObject on arn:aws:s3:::reports/* (claim unusable)"],
    ],
    [
      "an action that gives credentials, which no wildcard means",
      [analysts({ allow: ["s3:*"] })],
      [analysts({ allow: ["s3:*", "s3:CreateSession"] })],
      ["analysts gain s3:CreateSession on arn:aws:s3:::reports/*"],
    ],
    [
      "what a claim stands for, whatever its length is",
      [analysts({ on: ["arn:aws:s3:::home/??/x", "arn:aws:s3:::home/????????????/x"] })],
      [
        analysts({
          on: [
            "arn:aws:s3:::home/??/x",
            "arn:aws:s3:::home/????????????/x",
            "arn:aws:s3:::home/${claim:sub}/x",
          ],
        }),
      ],
      ["analysts gain s3:GetObject on arn:aws:s3:::home/${claim:sub}/x"],
    ],
  ])("%s", (_, old, changed, gained) => {
    expect(told(old, changed)).toEqual(gained);
    expect(told(changed, old)).toEqual(gained.map((line) => line.replace(" gain ", " lose ")));
  });
});

describe("what changes for whoever may do it before and after", () => {
  it.each<readonly [string, Partial<RuleDocument>]>([
    ["the role", { role: roleArn("other") }],
    ["the source", { credentials: "direct" }],
    ["the session's name", { sessionName: "${claim:email}" }],
    ["how long the session lasts", { sessionDuration: 900 }],
    ["a session policy", { sessionPolicy: { Version: "2012-10-17", Statement: [] } }],
  ])("is %s", (_, changes) => {
    expect(both(changes)).toEqual([expect.objectContaining({ kind: "role" })]);
  });

  it("is the plan of the source", () => {
    const service = { kind: "assume-role", plan: aPlan({ durationSeconds: 900 }) } as const;
    const names = { ...NAMES, sources: new Map([...NAMES.sources, ["service", service] as const]) };
    const rules = [analysts({ credentials: "service" }), anAllow("pool")];
    expect(told(rules, rules, [NAMES, names])).toEqual([
      "analysts role s3:GetObject on arn:aws:s3:::reports/*",
    ]);
  });

  it("is the source of the upstreams", () => {
    const names = { ...NAMES, upstreamSources: new Map([["archive", "basic"]]) };
    expect(told([analysts()], [analysts()], [NAMES, names])).toHaveLength(1);
    const same = { ...NAMES, upstreamSources: new Map([["archive", "pool"]]) };
    expect(told([analysts()], [analysts()], [NAMES, same])).toEqual([]);
  });

  it("are the conditions", () => {
    const when = { StringEquals: { "claim:tenant": "acme" } };
    expect(both({ when })).toEqual([
      expect.objectContaining({
        kind: "conditions",
        was: [expect.not.objectContaining({ when })],
        now: [expect.objectContaining({ when })],
      }),
    ]);
  });

  it("S3.4 are conditions on a key that may be guarded, also where they are gone", () => {
    const when = { StringEquals: { "s3:x-amz-website-redirect-location": "/x" } };
    const [strict, loose] = [[analysts({ when })], [analysts()]];
    const key = "s3:x-amz-website-redirect-location";
    const asked = { ...get, keys: new Map([[key, ["/x"]]]), guarded: [key] };
    expect([strict, loose].map((rules) => decided(rules, analyst, [asked]))).toEqual([
      "pool default",
      "denial",
    ]);
    expect(changesBetween(strict, loose)).toContainEqual(
      expect.objectContaining({ kind: "conditions", was: [expect.objectContaining({ when })] }),
    );
  });

  it("is the role, where the order chooses another", () => {
    const [a, b] = [analysts({ role: roleArn("a") }), anAllow("all", { role: roleArn("b") })];
    expect(
      [
        [a, b],
        [b, a],
      ].map((rules) => decided(rules, analyst, [get])),
    ).toEqual([`${roleArn("a")} default`, `${roleArn("b")} default`]);
    expect(changesBetween([a, b], [b, a])).toEqual([
      expect.objectContaining({
        kind: "role",
        was: [
          expect.objectContaining({ role: roleArn("a") }),
          expect.objectContaining({ role: roleArn("b") }),
        ],
        now: [
          expect.objectContaining({ role: roleArn("b") }),
          expect.objectContaining({ role: roleArn("a") }),
        ],
      }),
    ]);
    expect(told([a, b], [b, a])).toEqual(["analysts role s3:GetObject on arn:aws:s3:::reports/*"]);
  });

  it("is the role of a request for several things, where no single one of them is decided otherwise", () => {
    const [one, two] = ["arn:aws:s3:::one/*", "arn:aws:s3:::two/*"];
    const old = [give("x", one), give("y", one), give("y", two), give("x", two)];
    const changed = [give("y", two), give("x", one), give("y", one), give("x", two)];
    const asked = [one, two].map((on) => ({ ...get, resource: on.replace("*", "k") }));
    for (const each of asked) expect(decided(old, analyst, [each])).toBe(decided(changed, analyst, [each]));
    expect(decided(old, analyst, asked)).not.toBe(decided(changed, analyst, asked));
    expect(told(old, changed)).toEqual(["analysts role s3:GetObject on arn:aws:s3:::one/*"]);
  });
});

describe("denies", () => {
  it("is told as far as it strikes, for each who is struck", () => {
    const old = [analysts(), anAllow("admins", { who: { groups: ["admins"] } })];
    const changed = [...old, deny({ deny: ["s3:Get*"], on: ["arn:aws:s3:::*/secret"] })];
    expect(told(old, changed)).toEqual([
      "analysts lose s3:GetObject on arn:aws:s3:::reports/* & arn:aws:s3:::*/secret",
      "admins lose s3:Get* on arn:aws:s3:::*/secret",
    ]);
  });

  it("S3.7 strikes in any case what some service takes for the same", () => {
    const asked = { action: "s3:GetObject", resource: "arn:aws:s3:::reports/x", anyCase: true } as const;
    const allow = analysts({ on: [asked.resource] });
    const bar = deny({ on: ["arn:aws:s3:::Reports/*"] });
    expect(decided([allow], analyst, [asked])).not.toBe(decided([allow, bar], analyst, [asked]));
    const where = "analysts lose s3:GetObject on arn:aws:s3:::reports/x & arn:aws:s3:::Reports/*";
    expect(told([allow], [allow, bar])).toEqual([where]);
    expect(told([allow, bar], [allow])).toEqual([where.replace("lose", "gain")]);
    expect(told([allow, bar], [allow, deny({ on: ["arn:aws:s3:::Reports/x", bar.on?.[0] ?? ""] })])).toEqual(
      [],
    );
  });

  it("S3.7 strikes what may reach what it is about, and what is a part of that", () => {
    const path = "arn:aws:ssm:us-east-1:123456789012:parameter/prod";
    const name = "arn:aws:lambda:us-east-1:123456789012:function:resize";
    const asked: readonly (readonly [Requirement, string])[] = [
      [{ action: "ssm:GetParametersByPath", resource: path, mayReach: [`${path}/*`] }, `${path}/db`],
      [{ action: "lambda:InvokeFunction", resource: `${name}:live`, within: [name] }, name],
    ];
    for (const [one, denied] of asked) {
      const allow = analysts({ allow: [one.action], on: [one.resource] });
      const bar = deny({ deny: [one.action], on: [denied] });
      expect(decided([allow], analyst, [one])).not.toBe(decided([allow, bar], analyst, [one]));
      const what = `${one.action} on ${one.resource}`;
      expect(told([allow], [allow, bar])).toEqual([`analysts lose ${what}`]);
      expect(told([allow, bar], [allow])).toEqual([`analysts gain ${what}`]);
    }
  });

  it("strikes whoever is of both groups", () => {
    const changed = [analysts(), deny({ who: { groups: ["interns"] } })];
    expect(told([analysts()], changed)).toEqual([
      "analysts and interns lose s3:GetObject on arn:aws:s3:::reports/*",
    ]);
  });

  it("S4.5 that names a claim holds further than one of all that the claim can be", () => {
    const [wide, narrow] = ["arn:aws:s3:::home/*", "arn:aws:s3:::home/${claim:tenant}/*"].map((on) => [
      analysts(),
      deny({ on: [on] }),
    ]);
    const odd = aCaller({ "cognito:groups": ["analysts"], tenant: "a/b" });
    expect([wide, narrow].map((rules = []) => decided(rules, odd, [get]))).toEqual([
      "pool default",
      "denial",
    ]);
    expect(told(wide ?? [], narrow ?? [])).toEqual([
      "analysts lose s3:GetObject on arn:aws:s3:::reports/* (claim unusable)",
    ]);
  });

  describe("S4.3 with conditions on what is asked", () => {
    const when = { StringEquals: { "s3:x-amz-acl": "private" } };
    const version: Requirement = {
      action: "s3:GetObjectVersion",
      resource: "arn:aws:s3:::reports/x",
      covers: ["s3:GetObject"],
    };
    const all = analysts({ allow: ["s3:*"] });

    it("hold further where they name less: of what only counts as that, keys are unknown", () => {
      const more = [all, deny({ deny: ["s3:GetObject", "s3:GetObjectVersion"], when })];
      const wild = [all, deny({ deny: ["s3:Get*"], when })];
      const less = [all, deny({ when })];
      expect([more, wild, less].map((rules) => decided(rules, analyst, [version]))).toEqual([
        "pool default",
        "pool default",
        "denial",
      ]);
      for (const rules of [more, wild])
        expect(told(rules, less)).toContain("analysts lose s3:GetObject on arn:aws:s3:::reports/*");
    });

    it("are the same where their rule names what else there is, in any order", () => {
      const [one, other] = [
        ["s3:GetObject", "s3:PutObject"],
        ["s3:PutObject", "s3:GetObject"],
      ].map((names) => [all, deny({ deny: names, when })]);
      expect(told(one ?? [], other ?? [])).toEqual([]);
      const apart = [all, deny({ when }), deny({ name: "no more", deny: ["s3:PutObject"], when })];
      expect(told(one ?? [], apart)).toEqual([]);
      expect(told(apart, one ?? [])).toEqual([]);
    });

    it("lose nothing to one that is about more things", () => {
      const wide = [all, deny({ deny: ["s3:PutObject"], on: ["*"], when })];
      const narrow = [all, deny({ deny: ["s3:PutObject"], on: ["arn:aws:s3:::reports/*"], when })];
      expect(told(narrow, wide)).toEqual([]);
    });
  });

  it("of a gain are told as parts of it that nobody gets", () => {
    const none = deny({ deny: ["s3:*"], on: ["arn:aws:s3:::reports/secret/*"] });
    expect(changesBetween([none], [none, analysts()])).toEqual([
      expect.objectContaining({ except: ["s3:GetObject on arn:aws:s3:::reports/secret/*"] }),
    ]);
  });
});

it("tells what is left of what is lost", () => {
  const changes = changesBetween(
    [analysts({ allow: ["s3:*"] })],
    [analysts({ allow: ["s3:GetObject", "s3:Put*", "s3:PutObject"], role: roleArn("x") })],
  );
  expect(changes[0]).toMatchObject({
    kind: "lose",
    except: ["s3:GetObject on arn:aws:s3:::reports/*", "s3:Put* on arn:aws:s3:::reports/*"],
  });
});

it("S3.4 says what is lost with the conditions that name a guarded key, though others allow the rest", () => {
  const when = { StringEquals: { "s3:x-amz-acl": "private" } };
  const old = [analysts({ when }), analysts({ name: "any" })];
  expect(told(old, [analysts()])).toEqual(["analysts conditions s3:GetObject on arn:aws:s3:::reports/*"]);
});

it.each([
  ["Claim:custom:Dept", "Claim:custom:dept"],
  ["claim:Dept", "claim:dept"],
])("tells claims apart by case, as tokens do: %s and %s", (one, other) => {
  const [old = [], changed = []] = [one, other].map((key) => [
    analysts({ when: { StringEquals: { [key]: "x" } } }),
  ]);
  const caller = aCaller({ "cognito:groups": ["analysts"], dept: "x", "custom:dept": "x" });
  expect([old, changed].map((rules) => decided(rules, caller, [get]))).toEqual(["denial", "pool default"]);
  expect(changesBetween(old, changed)).toEqual([expect.objectContaining({ kind: "conditions" })]);
});

it("takes other keys, and what claims are called by, in any case", () => {
  const [old, changed] = ["S3:Prefix", "s3:prefix"].map((key) => [
    analysts({ when: { StringEquals: { [key]: "x", ["Claim:dept"]: "y" } } }),
  ]);
  expect(told(old ?? [], changed ?? [])).toEqual([]);
  const lower = [analysts({ when: { StringEquals: { "s3:prefix": "x", "claim:dept": "y" } } })];
  expect(told(old ?? [], lower)).toEqual([]);
});

const list = (name: string, length: number) => Array.from({ length }, (_, i) => `${name}${i}`);

it("says that there may be more where the policies are too large to compare, never that nothing changes", () => {
  const large = [
    analysts({
      who: { groups: list("g", 60) },
      allow: list("s3:Get", 100),
      on: list("arn:aws:s3:::b", 100),
    }),
  ];
  const compared = diffPolicies({ rules: large, names: NAMES }, { rules: [], names: NAMES }, COUNTED);
  expect(compared).toEqual({ changes: [], isCutShort: true });
});

const of = (...issuers: readonly string[]) => [analysts({ who: { groups: ["analysts"], issuers } })];

it("tells issuers apart", () => {
  const names = { ...NAMES, issuers: ["staff", "partners"] };
  expect(told(of("staff"), of("staff", "partners"), [names, names])).toEqual([
    "analysts gain s3:GetObject on arn:aws:s3:::reports/*",
  ]);
});

it("knows that nobody is a guest and a user, nor of two issuers", () => {
  const names = { ...NAMES, issuers: ["staff", "partners"] };
  const staff = analysts({ who: { groups: ["analysts"], issuers: ["staff"] } });
  const partners = deny({ who: { issuers: ["partners"] } });
  expect(told([staff], [staff, partners], [names, names])).toEqual([]);
  for (const caller of [GUEST, aMachine()]) expect(decided([staff], caller, [get])).toBe("denial");
});
