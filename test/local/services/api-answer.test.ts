import { createHash } from "node:crypto";
import { decode, encode } from "cborg";
import { describe, expect, it } from "vitest";
import { refusalAnswer } from "../../../src/local/refusal-answer.ts";
import { LocalError } from "../../../src/local/request.ts";
import type { LocalAnswer } from "../../../src/local/request.ts";
import { apiAnswer } from "../../../src/local/services/api-answer.ts";
import { attributesMd5 } from "../../../src/local/services/sqs-digest.ts";
import { toLocal } from "../guard/signed-request.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** The answer to an operation by a form, without what is in all of them. */
function inXml(service: "sqs" | "sns", operation: string, output: object): string {
  const { body } = apiAnswer({ service, operation, protocol: "query" }, output as Record<string, unknown>);
  const [, result = ""] =
    new RegExp(`<${operation}Result>(.*)</${operation}Result>`, "s").exec(body as string) ?? [];
  return result;
}

describe("an answer by the query protocol", () => {
  it("has lists in elements of their own, and flattened ones at SQS", () => {
    expect(inXml("sns", "ListTopics", { Topics: [{ TopicArn: "a" }, { TopicArn: "b" }] })).toBe(
      "<Topics><member><TopicArn>a</TopicArn></member><member><TopicArn>b</TopicArn></member></Topics>",
    );
    expect(inXml("sqs", "ListQueues", { QueueUrls: ["a", "b"] })).toBe(
      "<QueueUrl>a</QueueUrl><QueueUrl>b</QueueUrl>",
    );
    const message = { Body: "x", Attributes: undefined, MessageAttributes: { k: { DataType: "String" } } };
    expect(inXml("sqs", "ReceiveMessage", { Messages: [message] })).toBe(
      "<Message><Body>x</Body><MessageAttribute><Name>k</Name><Value><DataType>String</DataType></Value></MessageAttribute></Message>",
    );
  });

  it("escapes what XML means something by", () => {
    expect(inXml("sns", "Publish", { MessageId: 'a<&>"\r\u0001' })).toBe(
      '<MessageId>a&lt;&amp;&gt;"&#13;?</MessageId>',
    );
  });
});

describe("a refusal", () => {
  const gone = new LocalError("QueueDoesNotExist", "It is <not> there.", 400);
  const told = (service: string, headers: Readonly<Record<string, string>>, error = gone): LocalAnswer =>
    refusalAnswer(error, { service, request: toLocal("POST", "/", headers) }, "id");

  it("has the words of the request's protocol", () => {
    expect(told("sqs", FORM).body).toContain(
      "<Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>It is &lt;not&gt; there.</Message>",
    );
    const json = told("sqs", { "X-Amz-Target": "AmazonSQS.SendMessage", "x-amzn-query-mode": "true" });
    expect(json.headers["x-amzn-query-error"]).toBe("AWS.SimpleQueueService.NonExistentQueue;Sender");
    expect(told("sqs", { "X-Amz-Target": "AmazonSQS.SendMessage" }).headers).not.toHaveProperty(
      "x-amzn-query-error",
    );
    const cbor = told("monitoring", { "smithy-protocol": "rpc-v2-cbor" });
    expect(decode(cbor.body as Buffer)).toMatchObject({ message: "It is <not> there." });
  });

  it("of API Gateway and Lambda is JSON with its type in a header", () => {
    const denied = new LocalError("AccessDeniedException", "User: x", 403);
    for (const service of ["execute-api", "lambda"]) {
      expect(told(service, {}, denied)).toEqual({
        status: 403,
        headers: { "content-type": "application/json", "x-amzn-errortype": "AccessDeniedException" },
        body: '{"Message":"User: x"}',
      });
    }
  });
});

it("an answer in CBOR leaves out what is undefined", () => {
  const asked = { service: "monitoring", operation: "ListMetrics", protocol: "rpc-v2-cbor" } as const;
  const { body } = apiAnswer(asked, { Metrics: [], NextToken: undefined });
  expect(body).toEqual(Buffer.from(encode({ Metrics: [] })));
});

it("the digest of message attributes is the one that clients compute", () => {
  // As botocore does for the same attributes: names in order, each with its type, its kind and its value.
  const attributes = {
    b: { DataType: "Binary", BinaryValue: "AP8=" },
    a: { DataType: "Number", StringValue: "1" },
  };
  const parts = ["00000001 61", "00000006 4e756d626572", "01", "00000001 31"];
  const others = ["00000001 62", "00000006 42696e617279", "02", "00000002 00ff"];
  const bytes = Buffer.from([...parts, ...others].join("").replaceAll(" ", ""), "hex");
  expect(attributesMd5(attributes)).toBe(createHash("md5").update(bytes).digest("hex"));
});
