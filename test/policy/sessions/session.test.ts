import { describe, expect, it } from "vitest";
import type { Caller } from "../../../src/domain/caller.ts";
import { createClaimPlaces } from "../../../src/policy/claim-places.ts";
import type { RuleDocument, SessionPlan } from "../../../src/policy/document.ts";
import { compileRule } from "../../../src/policy/rule.ts";
import { compileSession } from "../../../src/policy/sessions/session.ts";
import { aCaller, aMachine, anAllow, aPlan, roleArn } from "../../support/ruling.ts";

interface Asked {
  readonly plan?: Partial<SessionPlan>;
  readonly rule?: Partial<RuleDocument>;
  readonly denies?: readonly RuleDocument[];
  readonly caller?: Caller;
  readonly manyIssuers?: boolean;
}

const anna = aCaller({ sub: "anna", tenant: "acme" }, { subject: "anna" });

/** The session of one allow, as AssumeRole is asked for it where the plan does not say otherwise. */
function made({ plan = {}, rule = {}, denies = [], caller = anna, manyIssuers = false }: Asked = {}) {
  const places = createClaimPlaces();
  const allow = compileRule(anAllow("a", { role: roleArn("a"), ...rule }), 0, places);
  const material = {
    plan: aPlan(plan),
    allows: [allow] as const,
    denies: denies.map((deny, i) => compileRule(deny, i + 1, places)),
    manyIssuers,
  };
  return compileSession(material)(caller);
}

const policyIn = (session: ReturnType<typeof made>) =>
  "policy" in session && session.policy !== undefined ? JSON.parse(session.policy) : undefined;

describe("the role session of a caller", () => {
  it("is all that STS is asked", () => {
    expect(made({ plan: { tags: { tenant: "${claim:tenant}" } } })).toEqual({
      name: "anna",
      sourceIdentity: "staff@anna",
      tags: [
        ["tenant", "acme"],
        ["postern-sub", "anna"],
      ],
      policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]}',
      durationSeconds: 3600,
      digest: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it("has neither tags nor a source identity where the token brings them", () => {
    expect(made({ plan: { sourceIdentity: false, tags: { tenant: "${claim:tenant}" } } })).toMatchObject({
      name: "anna",
      sourceIdentity: undefined,
      tags: [],
    });
  });

  it("has what the rule says in place of the source", () => {
    const Statement = [{ Effect: "Allow", Action: "s3:*", Resource: "${claim:tenant}" }];
    const rule = { sessionName: "at-${claim:tenant}", sessionDuration: 900, sessionPolicy: { Statement } };
    expect(made({ rule })).toMatchObject({
      name: "at-acme",
      sourceIdentity: "staff@at-acme",
      durationSeconds: 900,
      policy: '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"acme"}]}',
    });
  });

  it("S2.5 has a digest of all that shapes it", () => {
    const digests = [
      made(),
      made({ caller: aCaller({ sub: "bob" }, { subject: "bob" }) }),
      made({ caller: { ...anna, issuer: "customers" } }),
      made({ plan: { durationSeconds: 900 } }),
      made({ plan: { downscope: false } }),
      made({ plan: { tags: { tenant: "${claim:tenant}" } } }),
      made({ plan: { tags: { Tenant: "${claim:tenant}" } } }),
      made({ plan: { sourceIdentity: false } }),
      made({ rule: { allow: ["s3:*"] } }),
      made({ rule: { sessionName: "other" } }),
    ].map((session) => ("digest" in session ? session.digest : ""));
    expect(new Set(digests).size).toBe(digests.length);
    expect(made()).toEqual(made());
  });
});

const at = (issuer: string) => made({ caller: { ...anna, issuer }, manyIssuers: true });

describe("S2.10 its name", () => {
  it("is the template with claims as they are, made valid", () => {
    expect(made({ plan: { sessionName: "${claim:tenant}/${claim:sub}" } })).toMatchObject({
      name: expect.stringMatching(/^acme_anna-[0-9a-f]{16}$/),
      sourceIdentity: expect.stringMatching(/^staff@acme_anna-[0-9a-f]{16}$/),
    });
  });

  it.each([undefined, "", 7, ["acme"]])("is the subject, marked, where a claim is %j", (tenant) => {
    const caller = aCaller({ sub: "anna", tenant }, { subject: "anna" });
    expect(made({ plan: { sessionName: "${claim:tenant}" }, caller })).toMatchObject({
      name: expect.stringMatching(/^anna-[0-9a-f]{16}$/),
      sourceIdentity: expect.stringMatching(/^staff@anna-[0-9a-f]{16}$/),
    });
  });

  it("S1.3 tells the same subject of two issuers apart", () => {
    expect(at("staff")).toMatchObject({ name: expect.stringMatching(/^anna-[0-9a-f]{16}$/) });
    expect(at("staff")).not.toMatchObject({ name: (at("customers") as { name: string }).name });
    expect(at("customers")).toMatchObject({ sourceIdentity: "customers@anna" });
  });

  it("is a machine's too", () => {
    expect(made({ caller: aMachine() })).toMatchObject({ name: "service", sourceIdentity: "staff@service" });
  });
});

const inTenant = (tenant: unknown, unit: unknown = "1") => aCaller({ tenant, unit }, { subject: "s|1" });

const subjected = (subject: string) => made({ caller: aCaller({ sub: subject }, { subject }) });

describe("S2.10 its tags", () => {
  const tags = { tenant: "${claim:tenant}", unit: "unit-${claim:unit}" };

  it.each(["acme", "Ünit 7", "a_b.c:d/e=f+g-h@i", "x".repeat(256), "日本"])("may hold %j", (tenant) => {
    expect(made({ plan: { tags }, caller: inTenant(tenant) })).toMatchObject({
      tags: [
        ["tenant", tenant],
        ["unit", "unit-1"],
      ],
    });
  });

  it.each(["a*", "a|b", "a,b", "a\nb", "😀", "", "x".repeat(257), ["acme"], 7, true, null, undefined])(
    "are refused with %j: there is no session without them",
    (tenant) => {
      expect(made({ plan: { tags }, caller: inTenant(tenant) })).toEqual({
        problem: "the session tag tenant cannot be made from this caller's claims",
      });
    },
  );

  it("are refused where one of them cannot be made", () => {
    expect(made({ plan: { tags }, caller: inTenant("acme", []) })).toHaveProperty("problem");
  });

  it("hold the exact subject, where STS takes it", () => {
    expect(subjected("auth0:1 2")).toMatchObject({ tags: [["postern-sub", "auth0:1 2"]] });
    expect(subjected("auth0|12")).toMatchObject({ tags: [] });
    expect(subjected("x".repeat(257))).toMatchObject({ tags: [] });
  });
});

describe("S2.9 its policy", () => {
  const on = ["arn:aws:s3:::home/${claim:sub}/*", "arn:aws:s3:::t/${claim:tenant}/*"];
  const rule = { allow: ["s3:GetObject"], on };

  it("is what the rule says of the caller", () => {
    expect(policyIn(made({ rule })).Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["s3:GetObject"],
        Resource: ["arn:aws:s3:::home/anna/*", "arn:aws:s3:::t/acme/*"],
      },
    ]);
  });

  it("leaves out what a claim cannot fill, and in a deny takes it for everything", () => {
    const caller = aCaller({ sub: "anna", tenant: "*" }, { subject: "anna" });
    expect(policyIn(made({ rule, caller, denies: [{ name: "no", deny: ["s3:*"], on }] })).Statement).toEqual([
      { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::home/anna/*"] },
      { Effect: "Deny", Action: ["s3:*"], Resource: ["arn:aws:s3:::home/anna/*", "*"] },
    ]);
  });

  it("has the denies that are about the caller and its actions", () => {
    const denies: readonly RuleDocument[] = [
      { name: "all", deny: ["s3:*Object"] },
      { name: "other actions", deny: ["s3:Put*", "dynamodb:*"] },
      { name: "others", deny: ["s3:*"], who: { groups: ["admins"] } },
      { name: "machines", deny: ["s3:*"], who: { machine: true } },
      { name: "acme", deny: ["s3:*"], who: { claims: { tenant: "acme" } }, on: ["arn:aws:s3:::x"] },
    ];
    expect(policyIn(made({ rule, denies })).Statement.slice(1)).toEqual([
      { Effect: "Deny", Action: ["s3:*Object"], Resource: ["*"] },
      { Effect: "Deny", Action: ["s3:*"], Resource: ["arn:aws:s3:::x"] },
    ]);
  });

  it("has of the denies with conditions those that AWS can tell, or that are of this caller", () => {
    const denies: readonly RuleDocument[] = [
      { name: "told by AWS", deny: ["s3:*"], when: { StringLike: { "s3:prefix": "${claim:tenant}/*" } } },
      { name: "of this caller", deny: ["s3:G*"], when: { StringEquals: { "claim:tenant": "acme" } } },
      { name: "of others", deny: ["s3:*"], when: { StringEquals: { "claim:tenant": "other" } } },
      { name: "of the request", deny: ["s3:*"], when: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } },
      {
        name: "of both",
        deny: ["s3:*"],
        when: { StringLike: { "s3:prefix": "a", "claim:tenant": "acme" } },
      },
      {
        name: "of other groups",
        deny: ["s3:*"],
        who: { groups: ["x"] },
        when: { Null: { "s3:prefix": true } },
      },
    ];
    expect(policyIn(made({ rule, denies })).Statement.slice(1)).toEqual([
      {
        Effect: "Deny",
        Action: ["s3:*"],
        Resource: ["*"],
        Condition: { StringLike: { "s3:prefix": "acme/*" } },
      },
      { Effect: "Deny", Action: ["s3:G*"], Resource: ["*"] },
    ]);
  });

  it("leaves a deny to Postern whose condition has a claim that cannot be used, and takes a claim for unknown", () => {
    const caller = aCaller({ sub: "anna", tenant: "*" }, { subject: "anna" });
    const denies: readonly RuleDocument[] = [
      { name: "told by AWS", deny: ["s3:*"], when: { StringLike: { "s3:prefix": "${claim:tenant}/*" } } },
      { name: "of the caller", deny: ["s3:G*"], when: { NumericEquals: { "claim:tenant": 1 } } },
    ];
    expect(policyIn(made({ rule, denies, caller })).Statement.slice(1)).toEqual([
      { Effect: "Deny", Action: ["s3:G*"], Resource: ["*"] },
    ]);
  });

  it("is none without downscope, but for one that the rule writes", () => {
    expect(made({ plan: { downscope: false } })).toMatchObject({ policy: undefined });
    const sessionPolicy = { Statement: "${claim:tenant}" };
    expect(policyIn(made({ plan: { downscope: false }, rule: { sessionPolicy } }))).toEqual({
      Statement: "acme",
    });
  });

  it("is none with a claim that cannot be used", () => {
    const sessionPolicy = { Statement: "${claim:gone}" };
    expect(made({ rule: { sessionPolicy } })).toEqual({
      problem: "the session policy has a claim that cannot be used",
    });
  });

  it("is none of more than 2,048 characters", () => {
    const eight = { ...rule, on: Array(8).fill(on[1]) };
    const inLong = (length: number) => made({ rule: eight, caller: aCaller({ tenant: "x".repeat(length) }) });
    expect(inLong(200)).toHaveProperty("policy");
    expect(inLong(256)).toEqual({
      problem: expect.stringMatching(/^the session policy has 2\d{3} characters, and STS takes 2048$/),
    });
  });
});
