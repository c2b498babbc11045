import { expect, it } from "vitest";
import { Refusal, REFUSALS, type RefusalCode } from "../../src/domain/refusal.ts";
import { challenge, toRefusal } from "../../src/proxy/respond.ts";

it("leaves a refusal as it is", () => {
  const refusal = new Refusal("token-expired");
  expect(toRefusal(refusal)).toBe(refusal);
});

it("tells of an unforeseen error what it is and where it was thrown, but not what it says", () => {
  const thrown = new SyntaxError('"eyJhbGciOiJSUzI1NiJ9\n    at eyJhdWQi" is not valid JSON');
  const refusal = toRefusal(thrown);
  expect(refusal.code).toBe("internal");
  expect(refusal.detail).toMatch(/^SyntaxError at /);
  expect(refusal.detail).not.toContain("eyJ");
  expect(refusal.cause).toBe(thrown);
  expect(toRefusal("thrown text").detail).toBe("not an error");
  expect(toRefusal({ stack: "eyJ" }).detail).toBe("not an error");
});

it("challenges with words that stay within their quotes, and tells no error to who brought no token", () => {
  expect(challenge("token-missing")).toBe('Bearer realm="postern"');
  for (const code of Object.keys(REFUSALS) as RefusalCode[]) {
    expect(challenge(code)).toMatch(
      /^Bearer realm="postern"(?:, error="(?:invalid_token|insufficient_scope)", error_description="[\x20-\x7e]+")?$/,
    );
    expect(challenge(code).split('"').length % 2).toBe(1);
  }
});
