import { describe, expect, it } from "vitest";
import { decide } from "../../src/policy/decide.ts";
import { aCaller, aContext, anAllow, anOperation, aPolicy, roleArn } from "../support/ruling.ts";

const inGroup = (group: string) => aCaller({ "cognito:groups": [group] });

describe("what a policy knows of a caller", () => {
  const rules = [
    anAllow("admins", { who: { groups: ["admins"] } }),
    anAllow("analysts", { who: { groups: ["analysts"] }, on: ["${claim:sub}"] }),
    { name: "no", deny: ["s3:Delete*"], who: { groups: ["admins", "analysts"] } },
  ];

  it("is found once", () => {
    const policy = aPolicy(rules);
    const caller = inGroup("admins");
    expect(policy.standing(caller)).toBe(policy.standing(caller));
  });

  it("is in common with all of whom the same rules are, but for the claims", () => {
    const policy = aPolicy(rules);
    const one = policy.standing(inGroup("analysts"));
    const other = policy.standing(aCaller({ sub: "sub-2", "cognito:groups": ["analysts"] }));
    expect(other.view).toBe(one.view);
    expect([one.row, other.row]).toEqual([["sub-1"], ["sub-2"]]);
    expect(policy.standing(inGroup("admins")).view).not.toBe(one.view);
    expect(one.view.allows.map(({ name }) => name)).toEqual(["analysts"]);
  });

  it("asks of rules for the same callers once whether they are for this one", () => {
    let asked = 0;
    const groups: readonly string[] = ["analysts"];
    const counting = {
      ...aCaller(),
      get groups() {
        asked++;
        return groups;
      },
    };
    const many = Array.from({ length: 50 }, (_, i) =>
      anAllow(`${i}`, { who: { groups: ["analysts"] }, on: [`${i}`], role: roleArn("a") }),
    );
    const policy = aPolicy(many);
    for (let i = 0; i < 50; i++) {
      const asking = anOperation([{ action: "s3:GetObject", resource: `${i}` }]);
      expect(decide(policy, counting, asking, aContext())).toMatchObject({ rule: `${i}` });
    }
    expect(asked).toBe(1);
  });

  it("is forgotten where it gets too much, and decides the same then", () => {
    const policy = aPolicy([anAllow("a", { on: ["arn:aws:s3:::${claim:sub}/*"] })]);
    const first = inGroup("g");
    const before = policy.standing(first);
    for (let i = 0; i < 60_000; i++) policy.standing(aCaller({ sub: `${i}` }));
    expect(policy.standing(first)).not.toBe(before);
    expect(policy.standing(first)).toMatchObject({ row: before.row });
    const asking = anOperation([{ action: "s3:GetObject", resource: "arn:aws:s3:::sub-1/x" }]);
    expect(decide(policy, first, asking, aContext())).toMatchObject({ rule: "a" });
  });
});
