import { describe, expect, it } from "vitest";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import type { ErrorAnswer } from "../../src/aws/service.ts";

function answerOf(body: string, headers: Readonly<Record<string, string>>): ErrorAnswer {
  return { method: "GET", status: 400, header: (name) => headers[name], body };
}

const fromS3 = (code: string, headers: Readonly<Record<string, string>> = { "x-amz-request-id": "R" }) =>
  s3.faultOf(
    answerOf(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>M</Message></Error>`,
      headers,
    ),
  );

const fromDynamoDb = (
  type: string,
  message = "",
  headers: Readonly<Record<string, string>> = { "x-amzn-requestid": "R" },
) => dynamodb.faultOf(answerOf(JSON.stringify({ __type: type, message }), headers));

describe("an error answer of S3", () => {
  it.each(["ExpiredToken", "InvalidToken", "InvalidAccessKeyId", "TokenRefreshRequired"])(
    "says by %s that the credentials are not taken",
    (code) => expect(fromS3(code)).toBe("credentials"),
  );

  it("says by RequestTimeTooSkewed that the clock is another", () => {
    expect(fromS3("RequestTimeTooSkewed")).toBe("clock");
  });

  it.each(["AccessDenied", "NoSuchKey", "InvalidRequest"])("says nothing of the kind by %s", (code) =>
    expect(fromS3(code)).toBeUndefined(),
  );

  it("says by SignatureDoesNotMatch that AWS made another", () => {
    expect(fromS3("SignatureDoesNotMatch")).toBe("signature");
  });

  it("counts only where it is S3's own: with its request id, and with the code first", () => {
    expect(fromS3("ExpiredToken", {})).toBeUndefined();
    const other = "<Error><Message><Code>ExpiredToken</Code></Message><Code>AccessDenied</Code></Error>";
    expect(s3.faultOf(answerOf(other, { "x-amz-request-id": "R" }))).toBeUndefined();
    expect(s3.faultOf(answerOf("ExpiredToken", { "x-amz-request-id": "R" }))).toBeUndefined();
  });
});

describe("an error answer of DynamoDB", () => {
  it.each(["ExpiredTokenException", "UnrecognizedClientException"])(
    "says by %s that the credentials are not taken",
    (type) => expect(fromDynamoDb(`com.amazon.coral.service#${type}`)).toBe("credentials"),
  );

  it.each([
    ["Signature expired: 20260115T120000Z is now earlier than 20260115T121000Z", "clock"],
    ["Signature not yet current: 20260115T120000Z is still later than 20260115T110000Z", "clock"],
    ["The request signature we calculated does not match the signature you provided.", "signature"],
  ])("tells of an invalid signature what its message tells: %s", (message, fault) => {
    expect(fromDynamoDb("com.amazon.coral.service#InvalidSignatureException", message)).toBe(fault);
  });

  it.each(["AccessDeniedException", "ResourceNotFoundException", "ThrottlingException"])(
    "says nothing of the kind by %s",
    (type) => expect(fromDynamoDb(`com.amazon.coral.service#${type}`)).toBeUndefined(),
  );

  it("counts only where it is DynamoDB's own, and an object", () => {
    expect(fromDynamoDb("com.amazon.coral.service#ExpiredTokenException", "", {})).toBeUndefined();
    for (const body of ["<html>", "null", "[]", '{"__type":7}', '"ExpiredTokenException"'])
      expect(dynamodb.faultOf(answerOf(body, { "x-amzn-requestid": "R" }))).toBeUndefined();
  });
});
