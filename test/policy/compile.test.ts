import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.ts";
import { aCaller, anAllow, roleArn } from "../support/ruling.ts";

const caller = aCaller({ "cognito:groups": ["analysts"] });

describe("the rules that can matter", () => {
  const rules = [
    anAllow("s3", { allow: ["s3:Get*", "s3:List*"] }),
    anAllow("dynamodb", { allow: ["dynamodb:*"] }),
    anAllow("all"),
    { name: "no deletes", deny: ["s3:Delete*"] },
  ];
  const policy = compilePolicy(rules, "default");
  const named = (action: string, covers?: readonly string[]) => {
    const { allows, denies } = policy.candidates({ action, resource: "*", ...(covers && { covers }) });
    return [allows.map(({ name }) => name), denies.map(({ name }) => name)];
  };

  it("are those that name the action", () => {
    expect(named("s3:GetObject")).toEqual([["s3", "all"], []]);
    expect(named("dynamodb:GetItem")).toEqual([["dynamodb", "all"], []]);
    expect(named("s3:DeleteObject")).toEqual([["all"], ["no deletes"]]);
  });

  it("are, of the denies, those too that name what it covers", () => {
    expect(named("s3:PutLifecycleConfiguration", ["s3:DeleteObject"])).toEqual([["all"], ["no deletes"]]);
    expect(named("s3:PutLifecycleConfiguration")).toEqual([["all"], []]);
  });

  it("are found once for an action, so that rules for other services cost nothing", () => {
    const requirement = { action: "s3:GetObject", resource: "a" };
    expect(policy.candidates(requirement)).toBe(policy.candidates({ ...requirement, resource: "b" }));
  });
});

describe("S3.5 whether a caller may use a service at all", () => {
  it.each([
    [["s3:GetObject"], true],
    [["*"], true],
    [["dynamodb:*"], false],
    [["s3express:*"], false],
  ])("is decided by allows of %j: %s", (allow, answer) => {
    expect(compilePolicy([anAllow("a", { allow })], "default").mayUse(caller, "s3")).toBe(answer);
  });

  it("is not decided by rules for others, nor by denies", () => {
    const rules = [anAllow("a", { who: { groups: ["admins"] } }), { name: "no", deny: ["s3:*"] }];
    expect(compilePolicy(rules, "default").mayUse(caller, "s3")).toBe(false);
  });
});

describe("what allows give a caller", () => {
  it("is each pair of source and role once, with the first rule that gives it", () => {
    const rules = [
      anAllow("first", { allow: ["s3:GetObject"], role: roleArn("reader") }),
      anAllow("again", { allow: ["s3:PutObject"], role: roleArn("reader") }),
      anAllow("elsewhere", { role: roleArn("reader"), credentials: "service" }),
      anAllow("other service", { allow: ["dynamodb:*"] }),
      anAllow("others", { who: { groups: ["admins"] } }),
    ];
    expect(compilePolicy(rules, "default").permitsFor(caller, "s3")).toEqual([
      { verdict: "permit", rule: "first", role: roleArn("reader"), source: "default" },
      { verdict: "permit", rule: "elsewhere", role: roleArn("reader"), source: "service" },
    ]);
  });
});
