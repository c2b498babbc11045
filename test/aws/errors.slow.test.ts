import { Readable } from "node:stream";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DeleteObjectCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { parseXml } from "@rgrove/parse-xml";
import { describe, expect, it } from "vitest";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import type { Service } from "../../src/aws/service.ts";
import { REFUSALS, type RefusalCode } from "../../src/domain/refusal.ts";

const requestId = "11112222-3333-4444-8555-666677778888";
const answer = (service: Service, code: RefusalCode) =>
  service.refuse({ code, requestId, ...REFUSALS[code] });
const codes = Object.keys(REFUSALS) as RefusalCode[];

/** An SDK whose every request is answered with one refusal, and what it makes of that. */
async function raisedBy(service: Service, code: RefusalCode, act: (settings: object) => Promise<unknown>) {
  let attempts = 0;
  const requestHandler = {
    handle: () => {
      attempts++;
      const { status: statusCode, headers, body } = answer(service, code);
      return Promise.resolve({ response: { statusCode, headers, body: Readable.from([Buffer.from(body)]) } });
    },
  };
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const settings = { region: "us-east-1", endpoint: "http://127.0.0.1:1", credentials, requestHandler };
  const error = await act({ ...settings, maxAttempts: 2 }).then(
    () => new Error("it was not refused"),
    (error: unknown) => error as Error & { $metadata: { requestId?: string; httpStatusCode?: number } },
  );
  return { error, attempts };
}

const deleteObject = (settings: object) =>
  new S3Client({ ...settings, forcePathStyle: true }).send(
    new DeleteObjectCommand({ Bucket: "reports", Key: "a" }),
  );
const headObject = (settings: object) =>
  new S3Client({ ...settings, forcePathStyle: true }).send(
    new HeadObjectCommand({ Bucket: "reports", Key: "a" }),
  );
const getItem = (settings: object) =>
  new DynamoDBClient(settings).send(new GetItemCommand({ TableName: "Orders", Key: { id: { S: "1" } } }));

describe("a refusal in S3's words", () => {
  it.each(codes)("%s is XML that says nothing of the request", (code) => {
    const { body, headers, status } = answer(s3, code);
    expect(parseXml(String(body)).root?.toJSON()).toMatchObject({ name: "Error" });
    expect(headers["content-type"]).toBe("application/xml");
    expect(headers["x-amz-request-id"]).toBe(requestId);
    expect(status).not.toBe(413);
  });

  it("escapes what would end the text", () => {
    const { body } = s3.refuse({ code: "internal", sentence: `<&>"'`, status: 500, requestId: "<a>" });
    expect(body).toContain("<Message>&#60;&#38;&#62;&#34;&#39;</Message><RequestId>&#60;a&#62;</RequestId>");
  });

  it.each([
    ["denied-no-rule", "AccessDenied", 403],
    ["token-missing", "AccessDenied", 401],
    ["token-signature", "AccessDenied", 401],
    ["token-expired", "ExpiredToken", 401],
    ["token-malformed", "InvalidToken", 401],
    ["operation-unknown", "AccessDenied", 403],
    ["header-not-allowed", "AccessDenied", 403],
    ["credentials-refused", "AccessDenied", 403],
    ["target-ambiguous", "InvalidURI", 400],
    ["body-malformed", "MalformedXML", 400],
    ["body-too-large", "EntityTooLarge", 400],
    ["length-required", "MissingContentLength", 411],
    ["upstream-unknown", "AccessDenied", 403],
  ] as const)("%s is raised as %s by the SDK, which does not try again", async (code, name, status) => {
    const { error, attempts } = await raisedBy(s3, code, deleteObject);
    expect(error).toMatchObject({
      name,
      message: REFUSALS[code].sentence,
      $metadata: { httpStatusCode: status, requestId },
    });
    expect(attempts).toBe(1);
  });

  it.each([
    ["overloaded", "SlowDown"],
    ["keys-unavailable", "ServiceUnavailable"],
    ["credentials-throttled", "SlowDown"],
    ["upstream-timeout", "ServiceUnavailable"],
  ] as const)("%s is raised as %s after another try", async (code, name) => {
    const { error, attempts } = await raisedBy(s3, code, deleteObject);
    expect(error).toMatchObject({ name });
    expect(attempts).toBe(2);
  });

  it("never tells a client that asks for a head that its object is not there", async () => {
    for (const code of codes) {
      const { error } = await raisedBy(
        { ...s3, refuse: (view) => ({ ...s3.refuse(view), body: "" }) },
        code,
        headObject,
      );
      expect(error.name, code).not.toBe("NotFound");
    }
  });
});

describe("a refusal in DynamoDB's words", () => {
  it.each(codes)("%s is JSON, with its type in body and header", (code) => {
    const { body, headers } = answer(dynamodb, code);
    const parsed = JSON.parse(String(body)) as Record<string, string>;
    expect(parsed["message"]).toBe(REFUSALS[code].sentence);
    expect(parsed["__type"]?.endsWith(`#${headers["x-amzn-errortype"]}`)).toBe(true);
    expect(headers["x-amzn-requestid"]).toBe(requestId);
  });

  it.each([
    ["denied-by-rule", "AccessDeniedException"],
    ["token-missing", "MissingAuthenticationTokenException"],
    ["token-malformed", "UnrecognizedClientException"],
    ["token-signature", "UnrecognizedClientException"],
    ["token-expired", "ExpiredTokenException"],
    ["operation-unknown", "UnknownOperationException"],
    ["target-ambiguous", "ValidationException"],
    ["body-malformed", "SerializationException"],
    ["upstream-unknown", "AccessDeniedException"],
    ["method-not-allowed", "AccessDeniedException"],
  ] as const)(
    "%s is raised as %s by the SDK with DynamoDB's 400, and not tried again",
    async (code, name) => {
      const { error, attempts } = await raisedBy(dynamodb, code, getItem);
      expect(error).toMatchObject({
        name,
        message: REFUSALS[code].sentence,
        $metadata: { httpStatusCode: 400, requestId },
      });
      expect(attempts).toBe(1);
    },
  );

  it.each([
    ["overloaded", "ThrottlingException"],
    ["internal", "InternalServerError"],
    ["credentials-unavailable", "ServiceUnavailableException"],
  ] as const)("%s is raised as %s after another try", async (code, name) => {
    const { error, attempts } = await raisedBy(dynamodb, code, getItem);
    expect(error).toMatchObject({ name });
    expect(attempts).toBe(2);
  });
});
