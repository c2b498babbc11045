import { describe, expect, it } from "vitest";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import { aCaller, aContext, aMachine, anAllow, aPlan, aPolicy, roleArn } from "../support/ruling.ts";

const NOW = aContext().nowMs;
const caller = aCaller({ "cognito:groups": ["analysts"] });

describe("the rules that can matter", () => {
  const rules = [
    anAllow("s3", { allow: ["s3:Get*", "s3:List*"] }),
    anAllow("dynamodb", { allow: ["dynamodb:*"] }),
    anAllow("all"),
    { name: "no deletes", deny: ["s3:Delete*"] },
  ];
  const policy = aPolicy(rules);
  const named = (action: string, covers?: readonly string[]) => {
    const { view, row } = policy.standing(caller);
    const requirement = { action, resource: "*", ...(covers && { covers }) };
    const { allows, denies } = view.candidates(requirement);
    return [allows("*").map(({ name }) => name), denies(requirement, row).map(({ name }) => name)];
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
    const { view } = policy.standing(caller);
    expect(view.candidates(requirement)).toBe(view.candidates({ ...requirement, resource: "b" }));
  });
});

describe("S3.5 whether a caller may use a service at all", () => {
  it.each([
    [["s3:GetObject"], true],
    [["*"], true],
    [["dynamodb:*"], false],
    [["s3express:*"], false],
  ])("is decided by allows of %j: %s", (allow, answer) => {
    expect(aPolicy([anAllow("a", { allow })]).mayUse(caller, "s3", NOW)).toBe(answer);
  });

  it("is not decided by rules for others, nor by denies", () => {
    const rules = [anAllow("a", { who: { groups: ["admins"] } }), { name: "no", deny: ["s3:*"] }];
    expect(aPolicy(rules).mayUse(caller, "s3", NOW)).toBe(false);
  });
});

describe("S1.1 whether it may use a service", () => {
  it("is a question of its kind too", () => {
    const rules = [
      anAllow("users"),
      anAllow("machines", { who: { machine: true }, allow: ["dynamodb:*"] }),
      anAllow("guests", { who: { guest: true }, allow: ["execute-api:*"] }),
    ];
    const policy = aPolicy(rules);
    const uses = (who: Caller) =>
      ["s3", "dynamodb", "execute-api"].filter((service) => policy.mayUse(who, service, NOW));
    expect(uses(caller)).toEqual(["s3", "dynamodb", "execute-api"]);
    expect(uses(aMachine())).toEqual(["dynamodb"]);
    expect(uses(GUEST)).toEqual(["execute-api"]);
  });
});

describe("what allows give a caller", () => {
  const up = { name: "up", actionPrefix: "s3" };

  it("is each pair of source and role once, with the first rule that gives it", () => {
    const rules = [
      anAllow("first", { allow: ["s3:GetObject"], role: roleArn("reader") }),
      anAllow("again", { allow: ["s3:PutObject"], role: roleArn("reader") }),
      anAllow("elsewhere", { role: roleArn("reader"), credentials: "service" }),
      anAllow("other service", { allow: ["dynamodb:*"] }),
      anAllow("others", { who: { groups: ["admins"] } }),
    ];
    expect(aPolicy(rules).permitsFor(caller, up)).toEqual([
      { verdict: "permit", rule: "first", role: roleArn("reader"), source: "default" },
      { verdict: "permit", rule: "elsewhere", role: roleArn("reader"), source: "service" },
    ]);
  });

  it("hangs on the upstream where a rule names no source", () => {
    const rules = [anAllow("any"), anAllow("own", { credentials: "own" })];
    const policy = aPolicy(rules, { upstreamSources: new Map([["down", "other"]]) });
    const sources = (name: string) =>
      policy.permitsFor(caller, { name, actionPrefix: "s3" }).map(({ source }) => source);
    expect(sources("up")).toEqual(["default", "own"]);
    expect(sources("down")).toEqual(["other", "own"]);
  });

  it("comes with its role session, and is not there where none can be made", () => {
    const plan = aPlan({ tags: { tenant: "${claim:tenant}" } });
    const rules = [
      anAllow("tagged", { role: roleArn("a"), credentials: "service" }),
      anAllow("plain", { role: roleArn("b") }),
    ];
    const permits = (tenant: unknown) =>
      aPolicy(rules, { sessions: new Map([["service", plan]]) }).permitsFor(aCaller({ tenant }), up);
    expect(permits("acme")).toMatchObject([
      {
        rule: "tagged",
        session: {
          name: "sub-1",
          tags: [
            ["tenant", "acme"],
            ["postern-sub", "sub-1"],
          ],
        },
      },
      { rule: "plain" },
    ]);
    expect(permits(undefined).map(({ rule }) => rule)).toEqual(["plain"]);
  });

  it("S2.4 is told apart by the session settings as they are written", () => {
    const same = { role: roleArn("a"), credentials: "service" };
    const rules = [
      anAllow("1", same),
      anAllow("2", { ...same, sessionName: "${claim:sub}" }),
      anAllow("3", { ...same, sessionDuration: 900 }),
      anAllow("4", { ...same, sessionPolicy: { Statement: [] } }),
      anAllow("5", { ...same, sessionPolicy: { Statement: [] } }),
      anAllow("6", same),
    ];
    const policy = aPolicy(rules, { sessions: new Map([["service", aPlan()]]) });
    expect(policy.permitsFor(caller, up).map(({ rule }) => rule)).toEqual(["1", "2", "3", "4"]);
  });
});

const names = (...issuers: readonly (readonly string[])[]) => {
  const rules = issuers.map((issuers, i) => anAllow(`${i}`, { who: { issuers }, role: roleArn("a") }));
  const guests = anAllow("guests", { who: { guest: true } });
  const policy = aPolicy([...rules, guests], { sessions: new Map([["default", aPlan()]]) });
  return policy.permitsFor(caller, { name: "up", actionPrefix: "s3" }).map(({ session }) => session?.name);
};

describe("S1.3 with callers of several issuers", () => {
  it("the names of sessions are marked with the issuer", () => {
    expect(names(["staff"], ["customers"])).toEqual([expect.stringMatching(/^sub-1-[0-9a-f]{16}$/)]);
    expect(names(["staff", "customers"])).toEqual([expect.stringMatching(/^sub-1-[0-9a-f]{16}$/)]);
    expect(names(["staff"], ["staff"])).toEqual(["sub-1"]);
  });
});
