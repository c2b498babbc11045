import { encode } from "cborg";
import { describe, expect, it } from "vitest";
import type { ErrorAnswer } from "../../../src/aws/service.ts";
import { cbor, json, query, rest } from "./models.ts";

const OF_AWS = { "x-amzn-requestid": "R" };

function answerOf(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = OF_AWS,
): ErrorAnswer {
  const bytes = Buffer.from(body);
  return {
    method: "POST",
    status: 403,
    header: (name) => headers[name],
    body: bytes.toString("utf8"),
    bytes,
  };
}

const xml = (code: string, message = "M") =>
  `<?xml version="1.0"?>\n<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">\n  <Error>\n` +
  `    <Type>Sender</Type>\n    <Code>${code}</Code>\n    <Message>${message}</Message>\n  </Error>\n</ErrorResponse>`;
const map = (type: string, message = "M") => encode({ __type: `com.amazon.coral.service#${type}`, message });

describe("an error answer about the signature", () => {
  it.each([
    ["ExpiredToken", "credentials"],
    ["InvalidClientTokenId", "credentials"],
    ["SignatureDoesNotMatch", "signature"],
    ["RequestExpired", "clock"],
    ["AccessDenied", undefined],
    ["InvalidParameter", undefined],
  ])("in the query protocol says by %s: %s", (code, fault) => {
    expect(query.faultOf(answerOf(xml(code)))).toBe(fault);
  });

  it("says by its message that the clock is another", () => {
    const message = "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z";
    expect(query.faultOf(answerOf(xml("SignatureDoesNotMatch", message)))).toBe("clock");
    expect(cbor.faultOf(answerOf(map("InvalidSignatureException", message)))).toBe("clock");
  });

  it.each([
    ["another document", "<Error><Code>ExpiredToken</Code></Error>"],
    ["a page", "<html>ExpiredToken</html>"],
    [
      "a code within another member",
      "<ErrorResponse><Error><Message><Code>ExpiredToken</Code></Message></Error></ErrorResponse>",
    ],
    ["nothing", ""],
  ])("is none in %s", (_name, body) => {
    expect(query.faultOf(answerOf(body))).toBeUndefined();
  });

  it.each([
    ["ExpiredTokenException", "credentials"],
    ["InvalidSignatureException", "signature"],
    ["AccessDeniedException", undefined],
  ])("in CBOR says by %s: %s", (type, fault) => {
    expect(cbor.faultOf(answerOf(map(type)))).toBe(fault);
  });

  it("is none in what is no CBOR, or has no bytes", () => {
    expect(cbor.faultOf(answerOf("ExpiredTokenException"))).toBeUndefined();
    const { bytes: _bytes, ...without } = answerOf(map("ExpiredTokenException"));
    expect(cbor.faultOf(without)).toBeUndefined();
  });

  it("counts from AWS alone", () => {
    expect(query.faultOf(answerOf(xml("ExpiredToken"), {}))).toBeUndefined();
    expect(cbor.faultOf(answerOf(map("ExpiredTokenException"), {}))).toBeUndefined();
  });

  it("is read in JSON as DynamoDB's, with the type in body or header", () => {
    expect(json.faultOf(answerOf('{"__type":"x#ExpiredTokenException"}'))).toBe("credentials");
    const headers = { ...OF_AWS, "x-amzn-errortype": "UnrecognizedClientException:http://x" };
    expect(rest.faultOf(answerOf('{"message":"M"}', headers))).toBe("credentials");
  });

  it("never leads elsewhere", () => {
    for (const service of [json, query, rest, cbor])
      expect(service.redirectOf(answerOf(xml("Moved")))).toBeUndefined();
  });
});
