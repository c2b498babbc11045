import { encode } from "cborg";
import { randomUUID } from "node:crypto";
import type { ApiService } from "../guard/api-actions.ts";
import type { Protocol } from "../protocol.ts";
import type { LocalAnswer } from "../request.ts";
import type { Output } from "./operations.ts";
import { flattened } from "./sqs-xml.ts";
import { xml } from "./xml.ts";
import type { XmlContent } from "./xml.ts";

const NAMESPACES: Partial<Readonly<Record<ApiService, string>>> = {
  sqs: "http://queue.amazonaws.com/doc/2012-11-05/",
  sns: "http://sns.amazonaws.com/doc/2010-03-31/",
  monitoring: "http://monitoring.amazonaws.com/doc/2010-08-01/",
};

/** The answer to a call, in the protocol that it came by; members that are undefined are left out. */
export function apiAnswer(
  { service, operation, protocol }: { service: ApiService; operation: string; protocol: Protocol },
  output: Output,
): LocalAnswer {
  if (protocol === "query") return queryAnswer(service, operation, output);
  const json = JSON.stringify(output);
  if (protocol !== "rpc-v2-cbor") {
    const version = service === "kinesis" ? "1.1" : "1.0";
    return { status: 200, headers: { "content-type": `application/x-amz-json-${version}` }, body: json };
  }
  const headers = { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" };
  return { status: 200, headers, body: Buffer.from(encode(JSON.parse(json))) };
}

/** Smithy, "AWS query protocol", "Response serialization". */
function queryAnswer(service: ApiService, operation: string, output: Output): LocalAnswer {
  const result = (service === "sqs" ? flattened(output) : output) as XmlContent;
  const content = xml({ [`${operation}Result`]: result, ResponseMetadata: { RequestId: randomUUID() } });
  return {
    status: 200,
    headers: { "content-type": "text/xml" },
    body: `<${operation}Response xmlns="${NAMESPACES[service] ?? ""}">${content}</${operation}Response>`,
  };
}
