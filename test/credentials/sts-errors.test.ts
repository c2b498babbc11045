import { describe, expect, it } from "vitest";
import { isDecision } from "../../src/credentials/aws-error.ts";
import { isAboutTheClock, stsRefusal } from "../../src/credentials/sts-errors.ts";
import type { StsAction } from "../../src/credentials/sts-question.ts";

type Row = readonly [name: string, status: number, code: string, decided: boolean];

const BOTH: readonly Row[] = [
  ["AccessDenied", 403, "role-not-granted", true],
  ["AccessDeniedException", 403, "role-not-granted", true],
  ["MalformedPolicyDocument", 400, "credentials-unavailable", true],
  ["MalformedPolicyDocumentException", 400, "credentials-unavailable", true],
  ["PackedPolicyTooLarge", 400, "credentials-unavailable", true],
  ["PackedPolicyTooLargeException", 400, "credentials-unavailable", true],
  ["RegionDisabledException", 403, "credentials-unavailable", true],
  ["ValidationError", 400, "credentials-unavailable", true],
  ["ValidationException", 400, "credentials-unavailable", true],
  ["SignatureDoesNotMatch", 403, "credentials-unavailable", true],
  ["InvalidClientTokenId", 403, "credentials-unavailable", true],
  ["Unheard", 400, "credentials-unavailable", true],
  ["Throttling", 400, "credentials-throttled", false],
  ["ThrottlingException", 400, "credentials-throttled", false],
  ["RequestLimitExceeded", 503, "credentials-throttled", false],
  ["InternalFailure", 500, "credentials-unavailable", false],
  ["ServiceUnavailable", 503, "credentials-unavailable", false],
];

const OF_TOKENS: readonly Row[] = [
  ["ExpiredTokenException", 400, "credentials-refused", true],
  ["ExpiredToken", 400, "credentials-refused", true],
  ["InvalidIdentityToken", 400, "credentials-refused", true],
  ["InvalidIdentityTokenException", 400, "credentials-refused", true],
  ["IDPRejectedClaim", 403, "credentials-refused", true],
  ["IDPRejectedClaimException", 403, "credentials-refused", true],
  ["IDPCommunicationError", 400, "credentials-unavailable", false],
  ["IDPCommunicationErrorException", 400, "credentials-unavailable", false],
];

const rows = (action: StsAction, table: readonly Row[]) => table.map((row) => [action, ...row] as const);

describe("stsRefusal", () => {
  it.each([
    ...rows("AssumeRoleWithWebIdentity", [...BOTH, ...OF_TOKENS]),
    ...rows("AssumeRole", BOTH),
    // Of Postern's own identity: nothing that the caller could mend.
    ...rows("AssumeRole", [["ExpiredToken", 403, "credentials-unavailable", true]]),
    ...rows("GetCallerIdentity", [
      ["AccessDenied", 403, "credentials-unavailable", true],
      ["ExpiredToken", 403, "credentials-unavailable", true],
      ["Throttling", 400, "credentials-throttled", false],
      ["InternalFailure", 500, "credentials-unavailable", false],
    ]),
  ])("reads %s %s (%i) as %s, decided: %s", (...row) => {
    const [action, name, status, code, decided] = row;
    const refusal = stsRefusal(action, status, { code: name, message: "" });
    expect(refusal).toMatchObject({ code, detail: `${action}: ${status} ${name}` });
    expect(isDecision(refusal)).toBe(decided);
  });

  it("takes a page without an error for a fault", () => {
    const refusal = stsRefusal("AssumeRole", 403, { code: undefined, message: "" });
    expect(refusal).toMatchObject({ code: "credentials-unavailable" });
    expect(isDecision(refusal)).toBe(false);
  });
});

describe("isAboutTheClock", () => {
  const EXPIRED = "Signature expired: 20260115T120000Z is now earlier than 20260115T120500Z";
  const EARLY = "Signature not yet current: 20260115T120000Z is still later than 20260115T115000Z";

  it.each([
    ["SignatureDoesNotMatch", EXPIRED],
    ["SignatureDoesNotMatch", EARLY],
    ["InvalidSignatureException", EXPIRED],
    ["RequestExpired", "Request has expired."],
    ["RequestTimeTooSkewed", ""],
    ["RequestInTheFuture", ""],
  ])("takes %s: %s for the clock", (code, message) => {
    expect(isAboutTheClock({ code, message })).toBe(true);
  });

  it.each([
    [
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided.",
    ],
    ["ExpiredToken", "The security token included in the request is expired"],
    ["AccessDenied", EXPIRED],
    [undefined, EXPIRED],
  ])("does not take %s: %s for it", (code, message) => {
    expect(isAboutTheClock({ code, message })).toBe(false);
  });
});
