import { describe, expect, it } from "vitest";
import { readHeaders } from "../../src/domain/head.ts";
import { findToken } from "../../src/identity/bearer.ts";

const SIGNED =
  "AWS4-HMAC-SHA256 Credential=any/20260115/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00";
const find = (...raw: string[]): string => findToken(readHeaders(raw));

describe("findToken", () => {
  it("says that there is none where there is none", () => {
    expect(() => find("Host", "x")).toThrow(expect.objectContaining({ code: "token-missing" }));
    expect(() => find("Authorization", SIGNED)).toThrow(expect.objectContaining({ code: "token-missing" }));
    expect(() => find("X-Postern-Id-Token", "t")).toThrow(expect.objectContaining({ code: "token-missing" }));
  });

  it.each([
    ["in a bearer header", ["Authorization", "Bearer tok"]],
    ["in a bearer header of any case and spacing", ["authorization", "bEARER   tok"]],
    ["as the session token of a signed request", ["Authorization", SIGNED, "X-Amz-Security-Token", "tok"]],
    ["in a header of Postern's own", ["x-postern-token", "tok"]],
    ["in Postern's header beside a signature", ["Authorization", SIGNED, "X-Postern-Token", "tok"]],
  ])("finds a token %s", (_place, raw) => {
    expect(find(...raw)).toBe("tok");
  });

  it.each([
    ["a bearer and a session token", ["Authorization", "Bearer a", "X-Amz-Security-Token", "a"]],
    ["a bearer and Postern's header", ["Authorization", "Bearer a", "X-Postern-Token", "b"]],
    [
      "a real credential beside a token",
      ["Authorization", SIGNED, "X-Amz-Security-Token", "IQoJb3", "X-Postern-Token", "b"],
    ],
    ["two bearers", ["Authorization", "Bearer a", "Authorization", "Bearer b"]],
    ["one bearer twice", ["Authorization", "Bearer a", "authorization", "Bearer a"]],
    ["a bearer and a signature", ["Authorization", "Bearer a", "Authorization", SIGNED]],
    [
      "two session tokens",
      ["Authorization", SIGNED, "X-Amz-Security-Token", "a", "X-Amz-Security-Token", "b"],
    ],
    ["an ID token for the exchange", ["Authorization", "Bearer a", "X-Postern-Id-Token", "b"]],
    ["an empty second token", ["Authorization", "Bearer a", "X-Postern-Token", ""]],
  ])("S1.4 refuses %s", (_what, raw) => {
    expect(() => find(...raw)).toThrow(expect.objectContaining({ code: "two-tokens" }));
  });

  it.each([
    ["another scheme", ["Authorization", "Basic YTpi"]],
    ["a scheme that only begins like Bearer", ["Authorization", "Bearerish tok"]],
    ["a tab for a space", ["Authorization", "Bearer\ttok"]],
    ["SigV4a", ["Authorization", "AWS4-ECDSA-P256-SHA256 Credential=a/b"]],
    ["a session token that nothing signed", ["X-Amz-Security-Token", "tok"]],
    ["a token of 20 KB", ["Authorization", `Bearer ${"a".repeat(20_000)}`]],
  ])("refuses %s as malformed", (_what, raw) => {
    expect(() => find(...raw)).toThrow(expect.objectContaining({ code: "token-malformed" }));
  });

  it("S1.2 takes an empty token for one that was presented, not for none", () => {
    expect(find("Authorization", "Bearer")).toBe("");
    expect(find("X-Postern-Token", "")).toBe("");
  });

  it("leaves what is not a space in the token, for its reader to refuse", () => {
    expect(find("Authorization", "Bearer \u00a0tok")).toBe("\u00a0tok");
    expect(find("Authorization", "Bearer a b")).toBe("a b");
  });
});
