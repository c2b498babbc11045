import { describe, expect, it } from "vitest";
import { readHeaders } from "../../src/domain/head.ts";
import { findTokens, type Presented } from "../../src/identity/bearer.ts";

const SIGNED =
  "AWS4-HMAC-SHA256 Credential=any/20260115/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00";
const find = (...raw: string[]): Presented | undefined => findTokens(readHeaders(raw), "session");
const refused = (code: string) => expect.objectContaining({ name: "Refusal", code });

/** The rows of the table: where the token that policy reads may stand. */
const PLACES: readonly (readonly [string, string[]])[] = [
  ["in a bearer header", ["Authorization", "Bearer tok"]],
  ["in a bearer header of any case and spacing", ["authorization", "bEARER   tok"]],
  ["as the session token of a signed request", ["Authorization", SIGNED, "X-Amz-Security-Token", "tok"]],
  ["in a header of Postern's own", ["x-postern-token", "tok"]],
  ["in Postern's header beside a signature", ["Authorization", SIGNED, "X-Postern-Token", "tok"]],
];

describe("findTokens", () => {
  it("S1.2 says that there is none only where there is no credential at all", () => {
    expect(find()).toBeUndefined();
    expect(find("Host", "x", "Cookie", "other=1", "X-Api-Key", "k")).toBeUndefined();
  });

  it("S1.2 takes a signature without a session token for a credential, though it brings no token", () => {
    expect(() => find("Authorization", SIGNED)).toThrow(refused("token-missing"));
  });

  it.each(PLACES)("S1.4 finds a token %s", (_place, raw) => {
    expect(find(...raw)).toEqual({ token: "tok", idToken: undefined, isCookie: false });
  });

  it.each(PLACES)("S1.4 finds a token %s with an ID token beside it", (_place, raw) => {
    expect(find(...raw, "X-Postern-Id-Token", "id")).toEqual({
      token: "tok",
      idToken: "id",
      isCookie: false,
    });
  });

  it("S1.4 finds a token in the configured cookie, and knows it for one", () => {
    expect(find("Cookie", "a=1; session=tok; b=2")).toEqual({
      token: "tok",
      idToken: undefined,
      isCookie: true,
    });
  });

  it("reads no cookie where none is configured, nor one of another name", () => {
    expect(findTokens(readHeaders(["Cookie", "session=tok"]))).toBeUndefined();
    expect(find("Cookie", "sessions=tok; Session=tok")).toBeUndefined();
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
    ["two ID tokens", ["Authorization", "Bearer a", "X-Postern-Id-Token", "b", "X-Postern-Id-Token", "b"]],
    ["an empty second token", ["Authorization", "Bearer a", "X-Postern-Token", ""]],
    ["an ID token beside nothing", ["X-Postern-Id-Token", "t"]],
    ["an ID token beside a bare signature", ["Authorization", SIGNED, "X-Postern-Id-Token", "t"]],
    ["an ID token beside the cookie", ["Cookie", "session=a", "X-Postern-Id-Token", "t"]],
    ["a bearer beside the cookie", ["Cookie", "session=a", "Authorization", "Bearer a"]],
    ["a bare signature beside the cookie", ["Cookie", "session=a", "Authorization", SIGNED]],
    ["a session token beside the cookie", ["Cookie", "session=a", "X-Amz-Security-Token", "b"]],
    ["Postern's header beside the cookie", ["Cookie", "session=a", "X-Postern-Token", ""]],
    ["the cookie twice", ["Cookie", "session=a; session=a"]],
  ])("S1.4 refuses %s", (_what, raw) => {
    expect(() => find(...raw)).toThrow(refused("two-tokens"));
  });

  it.each([
    ["another scheme", ["Authorization", "Basic YTpi"]],
    ["a scheme that only begins like Bearer", ["Authorization", "Bearerish tok"]],
    ["a tab for a space", ["Authorization", "Bearer\ttok"]],
    ["SigV4a", ["Authorization", "AWS4-ECDSA-P256-SHA256 Credential=a/b"]],
    ["a session token that nothing signed", ["X-Amz-Security-Token", "tok"]],
    ["a token of 20 KB", ["Authorization", `Bearer ${"a".repeat(20_000)}`]],
    ["a cookie of 20 KB", ["Cookie", `session=${"a".repeat(20_000)}`]],
    ["an ID token of 20 KB", ["X-Postern-Token", "tok", "X-Postern-Id-Token", "a".repeat(20_000)]],
  ])("refuses %s as malformed", (_what, raw) => {
    expect(() => find(...raw)).toThrow(refused("token-malformed"));
  });

  it("S1.2 takes an empty token for one that was presented, not for none", () => {
    expect(find("Authorization", "Bearer")?.token).toBe("");
    expect(find("X-Postern-Token", "")?.token).toBe("");
    expect(find("Cookie", "session=")?.token).toBe("");
    expect(find("X-Postern-Token", "tok", "X-Postern-Id-Token", "")?.idToken).toBe("");
  });

  it("leaves what is not a space in the token, for its reader to refuse", () => {
    expect(find("Authorization", "Bearer \u00a0tok")?.token).toBe("\u00a0tok");
    expect(find("Authorization", "Bearer a b")?.token).toBe("a b");
  });
});
