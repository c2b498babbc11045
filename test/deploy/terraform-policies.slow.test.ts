import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { knownActionsOf } from "../../src/aws/known-actions.ts";
import { judgeIotPolicy } from "../../src/credentials/iot-policy-document.ts";
import { decideIam, type IamDecision } from "../../src/local/iam/decide.ts";
import { compilePolicy } from "../../src/local/iam/policy.ts";
import { trustAllows } from "../../src/local/iam/trust.ts";
import type { IamContext } from "../../src/local/iam/context.ts";
import { anUpstream } from "../support/known-actions.ts";
import { type Evaluated, NO_TERRAFORM, openModule, variablesOf, type Written } from "../support/terraform.ts";

const SUB = "0f3a6e7c-1111-4222-8333-444455556666";
const POOL = "eu-central-1:00000000-0000-4000-8000-000000000001";
const COGNITO = "cognito-identity.amazonaws.com";
/** Where Postern is: behind a VPC endpoint of the example's, in its network. */
const INSIDE = { "aws:SourceVpce": "vpce-0123456789abcdef0", "aws:VpcSourceIp": "10.20.3.4" };
const OWN = { "aws:ResourceOrgID": "o-a1b2c3d4e5", "aws:ResourceAccount": "123456789012" };
const CALLER = {
  "aws:ViaAWSService": "false",
  "aws:PrincipalTag/sub": SUB,
  "aws:PrincipalTag/tenant": "acme",
};
const ORDERS = "arn:aws:dynamodb:eu-central-1:123456789012:table/Orders";
/** What is given to the module besides what a test is about. */
const LEAST = { groups: {}, perimeter: { public_cidrs: ["203.0.113.7/32"] } };

/** A group that is granted one action. */
const granting = (action: string, name: string) => ({
  precedence: 1,
  grants: { x: { actions: [action], resources: [`arn:aws:s3:::${name}/*`] } },
});

describe.skipIf(NO_TERRAFORM !== undefined)("the policies of the Terraform module", () => {
  let opened: Evaluated;
  let byPool: Written;
  let closed: Written;

  beforeAll(async () => {
    opened = await openModule();
    byPool = opened.evaluate(await variablesOf("identity-pool"));
    closed = opened.evaluate(await variablesOf("access-tokens"));
  });
  afterAll(() => opened.close());

  /** What IAM says to a caller of a role, within its boundary; by default from inside, about what is one's own. */
  function ask(
    role: string,
    action: string,
    resource: string,
    context: IamContext = { ...INSIDE, ...OWN },
  ): IamDecision {
    return decideIam(
      {
        identityPolicies: [compilePolicy(byPool.policies[role])],
        // As a session policy, a boundary has to allow, too.
        sessionPolicies: [compilePolicy(byPool.callers_boundary)],
      },
      { action, resource, context: { ...CALLER, ...context } },
    );
  }

  const readReport = (context: IamContext): IamDecision =>
    ask("group-analysts", "s3:GetObject", "arn:aws:s3:::example-reports/q3.txt", context);
  const putAtHome = (owner: string): IamDecision =>
    ask("group-tenants", "s3:PutObject", `arn:aws:s3:::example-home/${owner}/a.txt`);
  const listHome = (prefix: string): IamDecision =>
    ask("group-tenants", "s3:ListBucket", "arn:aws:s3:::example-home", {
      ...INSIDE,
      ...OWN,
      "s3:prefix": prefix,
    });
  const readOfTenant = (tenant: string): IamDecision =>
    ask("group-tenants", "s3:GetObject", `arn:aws:s3:::example-tenants/${tenant}/a.txt`);
  const query = (keys: readonly string[]): IamDecision =>
    ask("group-analysts", "dynamodb:Query", ORDERS, { ...INSIDE, ...OWN, "dynamodb:LeadingKeys": keys });

  /** With MQTT for everyone. */
  const withIot = (iot: object): Written =>
    opened.evaluate({ ...LEAST, groups: { a: { precedence: 1, grants: {} } }, iot, workload: { ecs: true } });

  describe("the perimeter", () => {
    it("allows from inside, and nothing more than the role's policy", () => {
      expect(readReport({ ...INSIDE, ...OWN })).toBe("allow");
      expect(ask("group-analysts", "s3:PutObject", "arn:aws:s3:::example-reports/q3.txt")).toBe(
        "implicit-deny",
      );
    });

    it.each([
      ["from the internet", { "aws:SourceIp": "198.51.100.1", ...OWN }],
      ["from the internet with an address of the VPC's", { "aws:SourceIp": "10.20.3.4", ...OWN }],
      ["by another VPC's endpoint", { ...INSIDE, "aws:SourceVpce": "vpce-0aaaaaaaaaaaaaaaa", ...OWN }],
      ["by the endpoint from another network", { ...INSIDE, "aws:VpcSourceIp": "10.99.3.4", ...OWN }],
      ["by the endpoint from nobody knows where", { "aws:SourceVpce": "vpce-0123456789abcdef0", ...OWN }],
      ["from nobody knows where", OWN],
      ["about another organization's resource", { ...INSIDE, "aws:ResourceOrgID": "o-zzzzzzzzzz" }],
      ["about a resource of no organization", INSIDE],
    ])("denies %s, whatever the role's policy says", (_, context) => {
      expect(readReport(context)).toBe("explicit-deny");
    });

    it("does not ask where an AWS service comes from that goes on with a request", () => {
      expect(readReport({ "aws:ViaAWSService": "true", ...OWN })).toBe("allow");
      expect(readReport({ "aws:ViaAWSService": "true" })).toBe("explicit-deny");
    });

    it("is a ceiling over what anybody adds to a role", () => {
      const added = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
      const policies = {
        identityPolicies: [compilePolicy(added)],
        sessionPolicies: [compilePolicy(byPool.callers_boundary)],
      };
      const may = (action: string): IamDecision =>
        decideIam(policies, { action, resource: "*", context: { ...CALLER, ...INSIDE, ...OWN } });
      expect(["iam:CreateUser", "sts:AssumeRole", "ec2:RunInstances", "s3:GetObject"].map(may)).toEqual([
        "implicit-deny",
        "implicit-deny",
        "implicit-deny",
        "allow",
      ]);
    });

    it.each([
      ["203.0.113.8", "allow"],
      ["203.0.113.9", "explicit-deny"],
    ])("goes by public addresses where it has no endpoints: %s", (address, wanted) => {
      const policies = {
        identityPolicies: [compilePolicy(closed.policies["group-clerks"])],
        sessionPolicies: [compilePolicy(closed.callers_boundary)],
      };
      const context = { ...CALLER, "aws:SourceIp": address, "aws:ResourceAccount": "123456789012" };
      expect(decideIam(policies, { action: "dynamodb:GetItem", resource: ORDERS, context })).toBe(wanted);
      const foreign = { ...context, "aws:ResourceAccount": "999999999999" };
      expect(decideIam(policies, { action: "dynamodb:GetItem", resource: ORDERS, context: foreign })).toBe(
        "explicit-deny",
      );
    });

    it("holds Postern's own role, too", () => {
      const policies = {
        identityPolicies: [compilePolicy(closed.workload_policy)],
        sessionPolicies: [compilePolicy(closed.workload_boundary)],
      };
      const assume = (role: string, address: string): IamDecision =>
        decideIam(policies, {
          action: "sts:AssumeRole",
          resource: `arn:aws:iam::123456789012:role/${role}`,
          context: { "aws:SourceIp": address, "aws:ResourceAccount": "123456789012" },
        });
      expect(assume("orders-group-clerks", "203.0.113.7")).toBe("allow");
      expect(assume("orders-group-clerks", "198.51.100.1")).toBe("explicit-deny");
      expect(assume("administrator", "203.0.113.7")).toBe("implicit-deny");
    });

    it("lets VPC endpoints be used by the organization, for its own resources", () => {
      const [statement] = (byPool.endpointPolicy as { readonly Statement: readonly unknown[] }).Statement;
      expect(statement).toMatchObject({
        Effect: "Allow",
        Condition: {
          StringEquals: { "aws:PrincipalOrgID": ["o-a1b2c3d4e5"], "aws:ResourceOrgID": ["o-a1b2c3d4e5"] },
        },
      });
    });
  });

  describe("grants", () => {
    it("give each caller a home by principal tag, and nobody another's", () => {
      expect([putAtHome(SUB), putAtHome("another"), putAtHome("*"), putAtHome(`${SUB}x`)]).toEqual([
        "allow",
        "implicit-deny",
        "implicit-deny",
        "implicit-deny",
      ]);
      expect([listHome(`${SUB}/`), listHome("another/"), listHome("")]).toEqual([
        "allow",
        "implicit-deny",
        "implicit-deny",
      ]);
    });

    it("give a session without its tag no home at all", () => {
      const resource = "arn:aws:s3:::example-home//a.txt";
      const policies = {
        identityPolicies: [compilePolicy(byPool.policies["group-tenants"])],
        sessionPolicies: [],
      };
      expect(decideIam(policies, { action: "s3:PutObject", resource, context: INSIDE })).toBe(
        "implicit-deny",
      );
    });

    it("give a trusted attribute's files to whose it is", () => {
      expect([readOfTenant("acme"), readOfTenant("globex")]).toEqual(["allow", "implicit-deny"]);
    });

    it("give items by their leading key, and none where a request has no key", () => {
      expect([query([SUB]), query([SUB, "another"]), query([])]).toEqual([
        "allow",
        "implicit-deny",
        "implicit-deny",
      ]);
    });

    it("give the role of nobody nothing", () => {
      expect(Object.keys(byPool.trust)).toContain("nobody");
      expect(Object.keys(byPool.policies)).not.toContain("nobody");
    });

    it("name actions that IAM has", () => {
      const known = ["s3", "dynamodb", "iotdevicegateway"].flatMap((service) =>
        knownActionsOf(anUpstream(service)).map(({ action }) => action),
      );
      const iot = withIot({});
      const policies = [byPool, closed, iot].flatMap((one) => Object.values(one.policies));
      const named = (
        policies as readonly { readonly Statement: readonly { readonly Action: readonly string[] }[] }[]
      )
        .flatMap(({ Statement: statements }) => statements)
        .flatMap(({ Action: actions }) => actions);
      expect(named.filter((action) => !known.includes(action))).toEqual([]);
      expect(new Set(named.map((action) => action.split(":")[0]))).toEqual(
        new Set(["s3", "dynamodb", "iot"]),
      );
    });
  });

  describe("trust", () => {
    const signedIn = { [`${COGNITO}:aud`]: POOL, [`${COGNITO}:amr`]: ["authenticated", "cognito-idp/x"] };
    const asWebIdentity = (
      written: Written,
      role: string,
      context: IamContext,
      action = "sts:AssumeRoleWithWebIdentity",
    ) => trustAllows(written.trust[role], { action, federated: COGNITO, context });

    const tag = (...keys: readonly string[]): boolean =>
      asWebIdentity(byPool, "group-analysts", { ...signedIn, "aws:TagKeys": keys }, "sts:TagSession");

    it("lets those who signed in at the pool have a role, and guests not", () => {
      const role = "group-analysts";
      expect(asWebIdentity(byPool, role, signedIn)).toBe(true);
      expect(asWebIdentity(byPool, role, { ...signedIn, [`${COGNITO}:aud`]: `${POOL}x` })).toBe(false);
      expect(asWebIdentity(byPool, role, { ...signedIn, [`${COGNITO}:amr`]: "unauthenticated" })).toBe(false);
      expect(asWebIdentity(byPool, role, {})).toBe(false);
    });

    it("takes the tags that are mapped, and no other", () => {
      expect([tag("sub", "tenant"), tag("sub"), tag("sub", "admin")]).toEqual([true, true, false]);
    });

    it("has a role for guests where there are grants for them, and for nobody who signed in", () => {
      expect(byPool.trust["guests"]).toBeUndefined();
      const guests = { read: { actions: ["s3:GetObject"], resources: ["arn:aws:s3:::public/*"] } };
      const written = opened.evaluate({ ...LEAST, guests });
      const asGuest = { ...signedIn, [`${COGNITO}:amr`]: "unauthenticated" };
      expect(asWebIdentity(written, "guests", asGuest)).toBe(true);
      expect(asWebIdentity(written, "guests", signedIn)).toBe(false);
      expect(asWebIdentity(written, "guests", { ...asGuest, "aws:TagKeys": ["sub"] }, "sts:TagSession")).toBe(
        false,
      );
    });

    it.each(["group-clerks", "machine-importer"])(
      "gives %s to Postern's role, with a source identity",
      (role) => {
        const assume = (action: string, context: IamContext, by = "orders-workload"): boolean =>
          trustAllows(closed.trust[role], {
            action,
            principal: `arn:aws:sts::123456789012:assumed-role/${by}/postern`,
            context,
          });
        const named = { "sts:SourceIdentity": `staff@${SUB}` };
        const tagged = { ...named, "aws:TagKeys": ["postern-sub", "sub"] };
        for (const action of ["sts:AssumeRole", "sts:SetSourceIdentity"]) {
          expect(assume(action, named)).toBe(true);
          expect(assume(action, {})).toBe(false);
          expect(assume(action, { "sts:SourceIdentity": "others@1" })).toBe(false);
          expect(assume(action, named, "application")).toBe(false);
        }
        expect(assume("sts:TagSession", tagged)).toBe(true);
        expect(assume("sts:TagSession", { ...tagged, "aws:TagKeys": ["postern-sub", "admin"] })).toBe(false);
        expect(asWebIdentity(closed, role, signedIn)).toBe(false);
      },
    );

    it("gives Postern's role to its service account alone", () => {
      const issuer = "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
      const assume = (account: string, audience = "sts.amazonaws.com"): boolean =>
        trustAllows(closed.workload_trust, {
          action: "sts:AssumeRoleWithWebIdentity",
          federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}`,
          context: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: `system:serviceaccount:${account}` },
        });
      expect([assume("orders:postern"), assume("orders:application"), assume("other:postern")]).toEqual([
        true,
        false,
        false,
      ]);
      expect(assume("orders:postern", "else")).toBe(false);
    });

    it("of a pod identity and of a task names the account, and whose they are", () => {
      const name = {
        cluster_arn: "arn:aws:eks:eu-central-1:123456789012:cluster/c",
        namespace: "n",
        name: "s",
      };
      const { workload_trust: trust } = opened.evaluate({
        ...LEAST,
        groups: { a: { precedence: 1, grants: {} } },
        iot: {},
        workload: { pod_identity: name, ecs: true },
      });
      const statements = (trust as { readonly Statement: readonly Readonly<Record<string, unknown>>[] })
        .Statement;
      expect(statements.map(({ Principal: principal }) => principal)).toEqual([
        { Service: "pods.eks.amazonaws.com" },
        { Service: "ecs-tasks.amazonaws.com" },
      ]);
      for (const { Condition: condition } of statements)
        expect(condition).toMatchObject({ StringEquals: { "aws:SourceAccount": "123456789012" } });
    });
  });

  describe("the IoT policy", () => {
    it("is fit to be attached to each identity", () => {
      expect(judgeIotPolicy(JSON.stringify(withIot({}).iot_policy))).toEqual({
        problem: undefined,
        bindsClientIdOnly: true,
      });
      expect(judgeIotPolicy(JSON.stringify(withIot({ client_id: "identity" }).iot_policy))).toEqual({
        problem: undefined,
        bindsClientIdOnly: false,
      });
    });

    it("goes with a role's policy that holds the client id to its caller", () => {
      const { policies } = withIot({});
      const connect = (id: string): IamDecision =>
        decideIam(
          { identityPolicies: [compilePolicy(policies["group-a"])], sessionPolicies: [] },
          {
            action: "iot:Connect",
            resource: `arn:aws:iot:eu-central-1:123456789012:client/${id}`,
            context: CALLER,
          },
        );
      expect([connect(SUB), connect("another")]).toEqual(["allow", "implicit-deny"]);
    });
  });

  describe("what is refused", () => {
    const group = { precedence: 1, grants: {} };
    it.each([
      ["no perimeter", { perimeter: {} }, "Name vpc_endpoint_ids or public_cidrs"],
      ["a perimeter around everything", { perimeter: { public_cidrs: ["0.0.0.0/0"] } }, "/0 is no perimeter"],
      [
        "private addresses as public",
        { perimeter: { public_cidrs: ["10.0.0.0/8"] } },
        "AWS never sees a private address",
      ],
      [
        "a VPC's addresses alone",
        { perimeter: { public_cidrs: ["203.0.113.7/32"], vpc_cidrs: ["10.0.0.0/8"] } },
        "mean little",
      ],
      ["two groups of one precedence", { groups: { a: group, b: group } }, "leave open which role"],
      [
        "guests without an identity pool",
        { people_by: "assume-role", guests: { x: { actions: [], resources: [] } } },
        "from an identity pool alone",
      ],
      ["machines without a domain", { machines: { m: { grants: {} } } }, "set sign_in.domain_prefix"],
      ["settings that the module writes", { settings: { policy: {} } }, "What the module writes itself"],
      ["an attribute with a name of its own", { trusted_attributes: ["sub"] }, "neither sub nor identity"],
      ["nothing granted", {}, "Nobody is granted anything"],
      ["an action of every service", { groups: { a: granting("*", "x") } }, "written with its service"],
      [
        "a placeholder of nothing",
        { groups: { a: granting("s3:GetObject", "{tenat}") } },
        "neither {sub} nor",
      ],
    ])("%s", (_, variables, why) => {
      expect(() => opened.evaluate({ ...LEAST, ...variables })).toThrow(why);
    });
  });
});
