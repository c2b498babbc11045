import { describe, expect, it } from "vitest";
import { AwsError, isDecision, type Meaning, refusalOf } from "../../src/credentials/aws-error.ts";
import { Refusal } from "../../src/domain/refusal.ts";

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ["Denied", "denied"],
  ["Broken", "misconfigured"],
  ["TooMany", "throttled"],
  ["Failed", "failed"],
]);
const read = (status: number, type: string | undefined) =>
  refusalOf({ operation: "GetId", status, type }, MEANINGS, "role-not-granted");

describe("refusalOf", () => {
  it.each([
    [400, "Denied", "role-not-granted", true],
    [500, "Denied", "role-not-granted", true],
    [400, "Broken", "credentials-unavailable", true],
    [400, "TooMany", "credentials-throttled", false],
    [400, "Failed", "credentials-unavailable", false],
    [400, "ThrottlingException", "credentials-throttled", false],
    [429, undefined, "credentials-throttled", false],
    [400, "NeverHeardOf", "credentials-unavailable", true],
    [500, "NeverHeardOf", "credentials-unavailable", false],
    [400, "constructor", "credentials-unavailable", true],
    [403, undefined, "credentials-unavailable", false],
    [503, undefined, "credentials-unavailable", false],
    [307, undefined, "credentials-unavailable", false],
  ])("reads %i %s as %s, decided: %s", (status, type, code, decided) => {
    const refusal = read(status, type);
    expect([refusal.code, isDecision(refusal)]).toEqual([code, decided]);
  });

  it("names the call, the status and the error for the log", () => {
    expect(read(400, "Denied").detail).toBe("GetId: 400 Denied");
    expect(read(502, undefined).detail).toBe("GetId: 502 without an error of AWS");
  });
});

describe("isDecision", () => {
  it("takes a role that did not fit for one, and a missing answer or a fault of our own for none", () => {
    expect(isDecision(new Refusal("role-mismatch"))).toBe(true);
    expect(isDecision(new Refusal("credentials-unavailable"))).toBe(false);
    expect(isDecision(new Error("x", { cause: new AwsError("GetId", "Broken", "misconfigured") }))).toBe(
      false,
    );
    expect(isDecision(undefined)).toBe(false);
  });
});
