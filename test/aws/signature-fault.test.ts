import { describe, expect, it } from "vitest";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import type { ErrorAnswer } from "../../src/aws/service.ts";

function answerOf(body: string, headers: Readonly<Record<string, string>>, status = 400): ErrorAnswer {
  return { method: "GET", status, header: (name) => headers[name], body };
}

const FROM_S3 = { "x-amz-request-id": "R" };
const FROM_DYNAMODB = { "x-amzn-requestid": "R" };

const fromS3 = (code: string, headers: Readonly<Record<string, string>> = FROM_S3) =>
  s3.faultOf(
    answerOf(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>M</Message></Error>`,
      headers,
    ),
  );

const fromDynamoDb = (
  type: string,
  message = "",
  headers: Readonly<Record<string, string>> = FROM_DYNAMODB,
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

  it.each([
    ["a byte order mark", "\uFEFF<Error><Code>ExpiredToken</Code></Error>"],
    ["white space", ' \n<?xml version="1.0"?>\n <Error>\n <Code> ExpiredToken </Code></Error>'],
    [
      "a namespace",
      '<Error xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Code>ExpiredToken</Code></Error>',
    ],
    [
      "other members first",
      "<Error><Message>M</Message><Empty/><A><B>b</B></A><Code>ExpiredToken</Code></Error>",
    ],
    ["its end cut off", "<Error><Code>ExpiredToken</Code><Message>M"],
  ])("is read with %s", (_what, body) => {
    expect(s3.faultOf(answerOf(body, FROM_S3))).toBe("credentials");
  });

  it.each([
    "<Error><Message><Code>ExpiredToken</Code></Message><Code>AccessDenied</Code></Error>",
    "<Error>ExpiredToken</Error>",
    "<Error><Code>ExpiredToken",
    "<Error><Message>never ends<Code>ExpiredToken</Code></Error>",
    "<Errors><Code>ExpiredToken</Code></Errors>",
    "ExpiredToken",
  ])("says nothing by what is not its code: %s", (body) => {
    expect(s3.faultOf(answerOf(body, FROM_S3))).toBeUndefined();
  });

  it("lets a request be sent again only where it is S3's own word, of a request that S3 refused", () => {
    const body = "<Error><Code>ExpiredToken</Code></Error>";
    expect(fromS3("ExpiredToken", {})).toBeUndefined();
    expect(fromS3("RequestTimeTooSkewed", {})).toBeUndefined();
    for (const status of [307, 500]) expect(s3.faultOf(answerOf(body, FROM_S3, status))).toBeUndefined();
  });

  it("is not passed on where it is about the signature, whoever wrote it", () => {
    expect(fromS3("SignatureDoesNotMatch", {})).toBe("signature");
    const body = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
    expect(s3.faultOf(answerOf(body, {}, 500))).toBe("signature");
  });

  it("is read in time that grows with its length, however it is made", () => {
    for (const body of [
      " ".repeat(300_000),
      `<Error>${"<a>".repeat(100_000)}`,
      `<Error>${" ".repeat(300_000)}`,
    ])
      expect(s3.faultOf(answerOf(body, FROM_S3))).toBeUndefined();
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

  it.each([
    ["a suffix", { __type: "ExpiredTokenException:http://internal.amazon.com/coral/" }, {}],
    ["its type in a header", {}, { "x-amzn-errortype": "ExpiredTokenException:http://a/b#c" }],
    ["its type as a code", { code: "ExpiredTokenException" }, {}],
  ])("is read with %s", (_what, body, headers) => {
    const answer = answerOf(`\uFEFF${JSON.stringify(body)}`, { ...FROM_DYNAMODB, ...headers });
    expect(dynamodb.faultOf(answer)).toBe("credentials");
  });

  it.each(["IncompleteSignature", "IncompleteSignatureException", "InvalidSignatureException"])(
    "is not passed on where it is %s, whoever wrote it",
    (type) => expect(fromDynamoDb(type, "", {})).toBe("signature"),
  );

  it("lets a request be sent again only where it is DynamoDB's own, and an object", () => {
    expect(fromDynamoDb("com.amazon.coral.service#ExpiredTokenException", "", {})).toBeUndefined();
    for (const body of ["<html>", "null", "[]", '{"__type":7}', '"ExpiredTokenException"'])
      expect(dynamodb.faultOf(answerOf(body, FROM_DYNAMODB))).toBeUndefined();
  });
});
