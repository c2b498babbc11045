import { describe, expect, it } from "vitest";
import { sessionName } from "../../../src/policy/sessions/session-name.ts";

const named = (value: string, issuer = "staff", shared = false) =>
  sessionName(value, { issuer, value, shared });
/** First sixteen hex digits of SHA-256 of `["staff","auth0|123"]`. */
const MARK = "739c25455a20404f";

describe("S2.10 the name of a role session", () => {
  it.each(["ab", "anna", "a_b+c=d,e.f@g-h", "x".repeat(64), "00000000-aaaa-4000-8000-000000000001"])(
    "is the value itself: %s",
    (value) => {
      expect(named(value)).toBe(value);
    },
  );

  it("is made valid where STS would not take it, and then ends in a mark", () => {
    expect(named("auth0|123")).toBe(`auth0_123-${MARK}`);
  });

  it.each([
    ["other characters", "auth0|123"],
    ["too many characters", "x".repeat(65)],
    ["too few characters", "x"],
    ["none at all", ""],
    ["letters that are no ASCII", "änne"],
    ["characters of two halves", "a😀b"],
    ["a half of one", "a\ud83d"],
    ["a line break at the end", "anna\n"],
  ])("takes %s", (_what, value) => {
    expect(named(value)).toMatch(/^[\w+=,.@-]{2,64}$/);
    expect(named(value)).toMatch(/-[0-9a-f]{16}$/);
  });

  it("keeps what there is room for", () => {
    expect(named("x".repeat(100))).toMatch(/^x{47}-[0-9a-f]{16}$/);
  });

  it("differs for values that look the same when they are made valid", () => {
    const values = ["auth0|123", "auth0:123", "auth0_123", `${"x".repeat(64)}1`, `${"x".repeat(64)}2`];
    expect(new Set(values.map((value) => named(value))).size).toBe(values.length);
  });

  it("differs by issuer where it is marked", () => {
    expect(named("auth0|123", "customers")).not.toBe(named("auth0|123"));
  });

  it("is never another's marked name, though that is valid", () => {
    const victim = named("auth0|123");
    expect(named(victim)).not.toBe(victim);
  });

  it("is marked in any case where others may have the same", () => {
    expect(named("anna", "staff", true)).toMatch(/^anna-[0-9a-f]{16}$/);
    expect(named("anna", "customers", true)).not.toBe(named("anna", "staff", true));
  });
});
