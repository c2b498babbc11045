import { describe, expect, it } from "vitest";
import { usableCredentials } from "../../src/credentials/answered-credentials.ts";
import { NOW } from "../support/signed-tokens.ts";

const ANSWERED = {
  accessKeyId: "ASIA",
  secretAccessKey: "a/secret+",
  sessionToken: "a/token==",
  expiresAtMs: NOW + 1,
};
const PARTS = ["accessKeyId", "secretAccessKey", "sessionToken"] as const;

describe("usableCredentials", () => {
  it("takes what can stand in a header and has not ended", () => {
    expect(usableCredentials(ANSWERED, NOW)).toEqual(ANSWERED);
  });

  it("takes a session token of any length", () => {
    const sessionToken = "t".repeat(200_000);
    expect(usableCredentials({ ...ANSWERED, sessionToken }, NOW)).toMatchObject({ sessionToken });
  });

  it.each(
    PARTS.flatMap((part) =>
      ["", " ", "a b", "a\r\nx: y", "a\u0000", "ä", "a\n", 7, null, undefined, ["a"], { a: 1 }].map(
        (value) => [part, value] as const,
      ),
    ),
  )("refuses %s %j", (part, value) => {
    expect(() => usableCredentials({ ...ANSWERED, [part]: value }, NOW)).toThrow(
      expect.objectContaining({ code: "credentials-unavailable" }),
    );
  });

  it.each([NOW, NOW - 1, 0, Number.NaN, Number.POSITIVE_INFINITY])("refuses an end at %d", (expiresAtMs) => {
    expect(() => usableCredentials({ ...ANSWERED, expiresAtMs }, NOW)).toThrow(
      expect.objectContaining({ code: "credentials-unavailable" }),
    );
  });
});
