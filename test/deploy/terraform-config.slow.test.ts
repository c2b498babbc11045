import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/read.ts";
import type { Config } from "../../src/config/schema.ts";
import { policyOptionsOf } from "../../src/config/stages.ts";
import { decideIam } from "../../src/local/iam/decide.ts";
import { compilePolicy as compileIam } from "../../src/local/iam/policy.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import { decide } from "../../src/policy/decide.ts";
import { aCaller, aContext, aMachine, anOperation } from "../support/ruling.ts";
import { type Evaluated, NO_TERRAFORM, openModule, variablesOf, type Written } from "../support/terraform.ts";

const SUB = "0f3a6e7c-1111-4222-8333-444455556666";
const S3 = "arn:aws:s3:::";

/** A grant of one action. */
const allOf = (action: string, resource: string) => ({ actions: [action], resources: [resource] });

/** Checks a configuration as `postern check --strict` does. */
function checked(yaml: string): Config {
  const surroundings = { env: () => undefined, file: () => undefined, now: Date.now };
  const { config, problems, warnings } = readConfig(yaml, surroundings);
  expect([...problems, ...warnings]).toEqual([]);
  if (config === undefined) throw new Error("there is no configuration");
  return config;
}

describe.skipIf(NO_TERRAFORM !== undefined)("the postern.yaml of the Terraform module", () => {
  let opened: Evaluated;
  beforeAll(async () => {
    opened = await openModule();
  });
  afterAll(() => opened.close());

  it("of people with ID tokens has their pool, and nothing that needs keys", async () => {
    const config = checked(opened.evaluate(await variablesOf("identity-pool")).posternYaml);
    expect(config.identity.userPools).toMatchObject([
      {
        name: "staff",
        id: "eu-central-1_AbCdEfGhI",
        clientIds: ["3n4b5urk1ft4fl3mg5e62d9ado"],
        tokenUse: ["id"],
        immutableClaims: ["custom:tenant"],
      },
    ]);
    expect(config.identity.guests).toBe("deny");
    expect(Object.keys(config.credentials)).not.toContain("service");
    expect(Object.keys(config.upstreams)).toEqual(["dynamodb", "s3"]);
  });

  it("of access tokens alone asks for their scope, and has no identity pool", async () => {
    const config = checked(opened.evaluate(await variablesOf("access-tokens")).posternYaml);
    expect(config.identity.userPools).toMatchObject([
      { tokenUse: ["access"], requiredScopes: ["orders/use"] },
    ]);
    expect(Object.keys(config.credentials)).not.toContain("pool");
    expect(config.probes.address).toMatchObject({ port: 4481 });
  });

  it("of everything at once may start", () => {
    const { posternYaml } = opened.evaluate({
      groups: { "A-1": { precedence: 5, grants: { 'it\'s "quoted": yes': allOf("s3:Get*", `${S3}x/*`) } } },
      guests: { "read what is public": { ...allOf("s3:GetObject", `${S3}public/*`), upstreams: ["s3"] } },
      machines: { m: { grants: { "write in": allOf("s3:PutObject", `${S3}in/{sub}/*`) } } },
      iot: { client_id: "identity" },
      sign_in: { domain_prefix: "x" },
      workload: { ecs: true },
      perimeter: { public_cidrs: ["203.0.113.7/32"] },
      settings: { log: { level: "warn" } },
    });
    const config = checked(posternYaml);
    expect(config.identity).toMatchObject({ guests: "allow", userPools: [{ tokenUse: ["id", "access"] }] });
    expect(config.policy.rules.map(({ name }) => name)).toContain('A-1: it\'s "quoted": yes');
    expect(config.upstreams["things"]).toMatchObject({ iotPolicy: "postern" });
  });

  it("puts groups in the order of their precedence", () => {
    const grants = { read: { actions: ["s3:GetObject"], resources: [`${S3}x/*`] } };
    const { posternYaml } = opened.evaluate({
      groups: { a: { precedence: 100, grants }, b: { precedence: 20, grants }, c: { precedence: 3, grants } },
      perimeter: { public_cidrs: ["203.0.113.7/32"] },
    });
    expect(checked(posternYaml).policy.rules.map(({ name }) => name)).toEqual([
      "c: read",
      "b: read",
      "a: read",
    ]);
  });

  describe("says what the roles' policies say", () => {
    const ACTIONS = [
      "s3:GetObject",
      "s3:PutObject",
      "s3:DeleteObject",
      "s3:ListBucket",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
    ];
    const RESOURCES = [
      `${S3}example-reports`,
      `${S3}example-reports/q3.txt`,
      `${S3}example-home`,
      `${S3}example-home/${SUB}/a.txt`,
      `${S3}example-home/another/a.txt`,
      `${S3}example-tenants/acme/a.txt`,
      `${S3}example-tenants/globex/a.txt`,
      "arn:aws:dynamodb:eu-central-1:123456789012:table/Orders",
      "arn:aws:dynamodb:eu-central-1:123456789012:table/Others",
    ];
    const KEYS = [
      {},
      { "s3:prefix": [`${SUB}/`] },
      { "s3:prefix": ["another/"] },
      { "dynamodb:LeadingKeys": [SUB] },
      { "dynamodb:LeadingKeys": ["another"] },
    ];
    const questions = ACTIONS.flatMap((action) =>
      RESOURCES.flatMap((resource) => KEYS.map((keys) => ({ action, resource, keys }))),
    );

    it.each([
      ["identity-pool", "group-analysts"],
      ["identity-pool", "group-tenants"],
      ["access-tokens", "group-clerks"],
      ["access-tokens", "machine-importer"],
    ])("in %s of %s", async (example, role) => {
      const written = opened.evaluate(await variablesOf(example));
      const allowed = questions.filter((question) => allowsAsIam(written, role, question));
      expect(allowed.length).toBeGreaterThan(0);
      const permitted = permitting(checked(written.posternYaml), role);
      expect(questions.filter(permitted)).toEqual(allowed);
    });
  });
});

interface Question {
  readonly action: string;
  readonly resource: string;
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

/** IAM's answer to a session of the role. */
function allowsAsIam(written: Written, role: string, { action, resource, keys }: Question): boolean {
  const policies = { identityPolicies: [compileIam(written.policies[role])], sessionPolicies: [] };
  const context = { "aws:PrincipalTag/sub": SUB, "aws:PrincipalTag/tenant": "acme", ...keys };
  return decideIam(policies, { action, resource, context }) === "allow";
}

/** Postern's answer to a caller whose the role is. */
function permitting(config: Config, role: string): (question: Question) => boolean {
  const policy = compilePolicy(config.policy.rules, policyOptionsOf(config));
  const caller = role.startsWith("group-")
    ? aCaller({ sub: SUB, "cognito:groups": [role.slice("group-".length)], "custom:tenant": "acme" })
    : aMachine({ clientId: `7q8r9s0t1u2v3w4x5y6z${role.slice("machine-".length)}` });
  return ({ action, resource, keys: byName }) => {
    const keys = new Map(Object.entries(byName).map(([name, values]) => [name.toLowerCase(), values]));
    const decision = decide(
      policy,
      caller,
      anOperation([{ action, resource, keys }], action.split(":")[0]),
      aContext(),
    );
    if (decision.verdict === "permit") expect(decision.role).toMatch(new RegExp(`-${role}$`));
    return decision.verdict === "permit";
  };
}
