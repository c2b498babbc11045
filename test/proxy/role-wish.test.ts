import { describe, expect, it } from "vitest";
import type { Permit } from "../../src/domain/decision.ts";
import { readHeaders } from "../../src/domain/head.ts";
import { RECORDED } from "../../src/policy/record.ts";
import { withWish } from "../../src/proxy/role-wish.ts";
import { aCaller, roleArn } from "../support/ruling.ts";

const permit: Permit = { verdict: "permit", rule: "any", role: "pool", source: "pool" };
const caller = aCaller({}, { roles: [roleArn("analyst")] });
const wishing = (role: string) => readHeaders(["X-Postern-Role", role]);

describe("S2.2 a wish for a role", () => {
  it("is granted where the rule leaves the role to the identity pool and the token grants it", () => {
    expect(withWish(wishing(roleArn("analyst")), permit, caller)).toEqual({
      ...permit,
      role: roleArn("analyst"),
    });
  });

  it("may be left out", () => {
    expect(withWish(readHeaders([]), permit, caller)).toBe(permit);
  });

  it.each<readonly [why: string, role: string, changes: Partial<Permit>]>([
    ["the token does not grant the role", roleArn("admin"), {}],
    ["it names nothing", "", {}],
    ["the rule names the role", roleArn("analyst"), { role: roleArn("analyst") }],
    ["no rule decides", roleArn("analyst"), { rule: RECORDED, recorded: true }],
  ])("is refused where %s", (_why, role, changes) => {
    expect(() => withWish(wishing(role), { ...permit, ...changes }, caller)).toThrow(
      expect.objectContaining({ code: "role-not-granted" }),
    );
  });
});
