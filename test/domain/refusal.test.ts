import { describe, expect, it } from "vitest";
import { isTokenRefusal, REFUSALS, Refusal, type RefusalCode } from "../../src/domain/refusal.ts";

const codes = Object.keys(REFUSALS) as RefusalCode[];

describe("Refusal", () => {
  it.each(codes)("%s says one public sentence with a status of refusal", (code) => {
    const { status, sentence } = REFUSALS[code];
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(sentence).toMatch(/^[A-Z][^\n"<>&]*\.$|^[A-Z][^\n"<>&]* URL\.$/);
  });

  it("keeps no more of a detail than a line of a log can bear", () => {
    expect(new Refusal("internal", { detail: "x".repeat(100_000) }).detail).toBe("x".repeat(256));
  });

  it("keeps detail and cause out of its message", () => {
    const cause = new Error("secret cause");
    const refusal = new Refusal("body-malformed", { cause, detail: "secret detail" });
    expect(refusal.message).toBe(REFUSALS["body-malformed"].sentence);
    expect(refusal.cause).toBe(cause);
    expect(refusal.detail).toBe("secret detail");
  });

  it("asks for another token only where one would help", () => {
    expect(codes.filter(isTokenRefusal)).toEqual(
      codes.filter((code) => /^(?:id-)?token-/.test(code) || code === "two-tokens"),
    );
  });
});
