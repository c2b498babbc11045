import { describe, expect, it } from "vitest";
import {
  AwsError,
  isDecision,
  isFault,
  isTransient,
  type Meaning,
  refusalOf,
  troubleOf,
} from "../../src/credentials/aws-error.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { OutboundError } from "../../src/outbound/call.ts";
import { HeldBackError } from "../../src/outbound/held-back.ts";

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

const of = (type: string, meaning: Meaning) =>
  new Refusal("credentials-unavailable", { cause: new AwsError("GetId", type, meaning) });
const by = (cause: unknown) => new Refusal("credentials-unavailable", { cause });

describe("what a refusal means", () => {
  it.each([
    ["a token that does not do", new Refusal("id-token-required"), "refused", "decision"],
    ["a role not granted", new Refusal("role-not-granted"), "refused", "decision"],
    ["another role", new Refusal("role-mismatch"), "refused", "decision"],
    ["a denial", new Refusal("credentials-refused"), "refused", "decision"],
    ["a wrong set-up", of("Broken", "misconfigured"), "misconfigured", "decision"],
    ["throttling", of("TooMany", "throttled"), "throttled", "transient"],
    ["a fault", of("Failed", "failed"), "unavailable", "transient fault"],
    [
      "an issuer that did not answer Cognito",
      of("ExternalServiceException", "failed"),
      "unavailable",
      "transient",
    ],
    ["an issuer that did not answer STS", of("IDPCommunicationError", "failed"), "unavailable", "transient"],
    [
      "the same in another spelling",
      of("IDPCommunicationErrorException", "failed"),
      "unavailable",
      "transient",
    ],
    ["nobody there", by(new OutboundError("unreachable")), "unavailable", "transient fault"],
    ["no answer in time", by(new OutboundError("timeout")), "timeout", "transient fault"],
    ["too much of an answer", by(new OutboundError("too-large")), "too-large", ""],
    ["too many calls", by(new HeldBackError("pace")), "held-back", ""],
    ["an API left alone", by(new HeldBackError("breaker", of("Failed", "failed"))), "held-back", ""],
    ["an answer nobody can read", by(new SyntaxError("no JSON")), "malformed", ""],
    ["an answer without what it promises", by(undefined), "malformed", ""],
    [
      "no refusal",
      new Error("x", { cause: new AwsError("GetId", "Broken", "misconfigured") }),
      "malformed",
      "",
    ],
    ["nothing", undefined, "malformed", ""],
  ])("%s", (_what, error, trouble, meaning) => {
    const names = { decision: isDecision, transient: isTransient, fault: isFault };
    const said = Object.entries(names).flatMap(([name, says]) => (says(error) ? [name] : []));
    expect([troubleOf(error), said.join(" ")]).toEqual([trouble, meaning]);
  });
});
