import { describe, expect, it } from "vitest";
import { explainRole } from "../../src/policy/roles.ts";
import { ROLE_CASES } from "../support/role-cases.ts";

describe("the role that an identity pool chooses", () => {
  it.each(ROLE_CASES.map((one) => [one.name, one] as const))("%s", (_name, { asked, answer }) => {
    expect(explainRole(asked)).toMatchObject(answer);
  });

  it("comes with the reason", () => {
    const mapping = {
      type: "Rules",
      ambiguousRoleResolution: "AuthenticatedRole",
      rules: [{ claim: "tenant", matchType: "Equals", value: "acme", roleArn: "arn:a" }],
    } as const;
    const why = (claims: Readonly<Record<string, unknown>>) =>
      explainRole({ mapping, claims, authenticatedRole: "arn:d" }).why;
    expect(why({ tenant: "acme" })).toBe("rule 1: tenant Equals acme");
    expect(why({})).toBe("no rule matches: the pool's role for authenticated identities");
    expect(explainRole({ mapping, claims: {}, customRoleArn: "arn:x" }).why).toBe(
      "arn:x is asked for, and nothing grants it",
    );
    expect(explainRole({ claims: {} }).why).toBe(
      "the pool has no role mapping for this app client, and the pool has no role for authenticated identities",
    );
  });
});
