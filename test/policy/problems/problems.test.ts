import { describe, expect, it } from "vitest";
import { problemsOf } from "../../../src/policy/problems/problems.ts";
import { anAllow, NAMES, problemsIn, roleArn } from "../../support/ruling.ts";

const allow = (changes: object) => ({ ...anAllow("a"), ...changes });

describe("S4.1 a rule that cannot be meant", () => {
  it.each([
    ["without allow or deny", { name: "a" }, "0: a rule has either"],
    ["with both", allow({ deny: ["*"] }), "0: a rule has either"],
    ["an allow for nobody in particular", allow({ who: undefined }), "0.who: an allow states who"],
    [
      "an allow on nothing in particular",
      allow({ on: undefined }),
      '0.on: an allow states on; for everything write on: ["*"]',
    ],
    ["an allow without a role", allow({ role: undefined }), "0.role: an allow states role"],
    ["a who that names nobody", allow({ who: {} }), "0.who: who names nobody"],
    ["an empty allow", allow({ allow: [] }), "0.allow: nothing is in it"],
    ["an empty deny", { name: "a", deny: [] }, "0.deny: nothing is in it"],
    ["an empty on", allow({ on: [] }), "0.on: nothing is in it"],
    ["an empty on of a deny", { name: "a", deny: ["*"], on: [] }, "0.on: nothing is in it"],
    ["no groups", allow({ who: { groups: [] } }), "0.who.groups: nothing is in it"],
    ["no issuers", allow({ who: { issuers: [] } }), "0.who.issuers: nothing is in it"],
    ["no claims", allow({ who: { claims: {} } }), "0.who.claims: nothing is in it"],
    [
      "a claim of no values",
      allow({ who: { claims: { tenant: [] } } }),
      "0.who.claims.tenant: nothing is in it",
    ],
    ["a deny with a role", { name: "a", deny: ["*"], role: "pool" }, "0.role: a deny gives no role"],
    [
      "a deny with credentials",
      { name: "a", deny: ["*"], credentials: "pool" },
      "0.credentials: a deny gives no",
    ],
    [
      "an action without a service",
      allow({ allow: ["GetObject"] }),
      '0.allow.0: "GetObject" is not an action',
    ],
    ["an action of any service", allow({ allow: ["*:Get*"] }), "0.allow.0:"],
    ["an action of a service in capitals", allow({ allow: ["S3:GetObject"] }), "0.allow.0:"],
    ["an action with a blank", allow({ allow: ["s3:Get Object"] }), "0.allow.0:"],
    ["an empty action", allow({ allow: [""] }), "0.allow.0:"],
    ["a resource that is no ARN", allow({ on: ["reports/*"] }), '0.on.0: "reports/*" is neither'],
    ["a resource of no service", allow({ on: ["arn:*"] }), '0.on.0: "arn:*" is neither'],
    ["a resource with no partition", allow({ on: ["arn::s3:::a"] }), '0.on.0: "arn::s3:::a" is neither'],
    ["everything and more", allow({ on: ["*/x"] }), "0.on.0:"],
    [
      "a variable that is not known",
      allow({ on: ["arn:aws:s3:::${aws:userid}"] }),
      "0.on.0: ${aws:userid} is not known",
    ],
    [
      "a variable of the identity pool",
      allow({ on: ["arn:aws:s3:::h/${cognito-identity.amazonaws.com:sub}/*"] }),
      "0.on.0: the identity id is known only after the exchange: use ${claim:sub}",
    ],
    [
      "a variable without an end",
      { name: "a", deny: ["*"], on: ["arn:aws:s3:::h/${claim:sub"] },
      "0.on.0: ${claim:sub is not known",
    ],
    ["a variable in a variable", allow({ on: ["arn:aws:s3:::${claim:a${claim:b}}"] }), "0.on.0:"],
    ["a variable without a name", allow({ on: ["arn:aws:s3:::${claim:}"] }), "0.on.0:"],
    ["a variable with nothing but a path", allow({ on: ["arn:aws:s3:::${claim::path}"] }), "0.on.0:"],
    ["a claim with a blank", allow({ on: ["arn:aws:s3:::${claim: sub}"] }), "0.on.0:"],
    ["a role that is none", allow({ role: "analyst" }), '0.role: "analyst" is neither'],
    ["a role with a wildcard", allow({ role: "arn:aws:iam::123456789012:role/*" }), "0.role:"],
    ["a user for a role", allow({ role: "arn:aws:iam::123456789012:user/x" }), "0.role:"],
    [
      "a deny with session settings",
      { name: "a", deny: ["*"], sessionName: "x" },
      "0.sessionName: a deny gives no sessionName",
    ],
    ["no clients", allow({ who: { clients: [] } }), "0.who.clients: nothing is in it"],
  ])("is found: %s", (_name, rule, expected) => {
    expect(problemsIn(rule)).toContainEqual(expect.stringContaining(expected));
  });

  it("is found in each of several, by its place", () => {
    const rules = [anAllow("a"), anAllow("b", { role: "x" }), anAllow("a")];
    expect(problemsOf(rules, NAMES).map(({ path }) => path)).toEqual([
      [1, "role"],
      [2, "name"],
    ]);
  });
});

describe("a rule that can be meant", () => {
  it.each([
    anAllow("a"),
    anAllow("a", { allow: ["s3:GetObject", "dynamodb:*", "s3:Get?bject"], role: roleArn("path/analyst") }),
    anAllow("a", { on: ["arn:aws:s3:::home/${claim:sub}/${claim:custom:unit:path}/*"] }),
    anAllow("a", { who: { claims: { tenant: "acme", unit: ["a", "b"] } } }),
    { name: "a", deny: ["s3:*"] },
  ])("has no problems: %o", (rule) => {
    expect(problemsIn(rule)).toEqual([]);
  });
});
