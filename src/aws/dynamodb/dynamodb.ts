import type { Head, Headers } from "../../domain/head.ts";
import type { HeaderLine } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { checkBodyHeaders, decodeBody } from "../body.ts";
import { refuseAsDynamoDb } from "./errors.ts";
import { requirementsOf } from "./resources.ts";
import { DYNAMODB_TABLE } from "./table.ts";
import { splitTarget } from "../parameters.ts";
import type { BodyDecided, Service, Upstream } from "../service.ts";
import { faultOfJson } from "../signature-fault.ts";
import { parseStrictJson } from "../strict-json.ts";

/** Amazon DynamoDB (API 2012-08-10, JSON 1.0): every operation is decided by its body. */
export const dynamodb: Service = {
  recognise,
  refuse: refuseAsDynamoDb,
  faultOf: faultOfJson,
  redirectOf: () => undefined,
};

const PREFIX = "DynamoDB_20120810.";
const JSON_TYPE = "application/x-amz-json-1.0";

/** The client's own signature and tracing, and the target, which is sent from what was understood. */
const NOT_THE_OPERATION = new Set([
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-target",
  "x-amz-user-agent",
]);

function recognise(head: Head, upstream: Upstream): BodyDecided {
  if (head.method !== "POST") throw new Refusal("operation-unknown", { detail: `DynamoDB ${head.method}` });
  const { path, query } = splitTarget(head.target);
  if (path !== "/") throw new Refusal("target-malformed", { detail: "DynamoDB has the one path /" });
  if (query !== "") throw new Refusal("query-not-allowed", { detail: "DynamoDB takes no query" });
  const name = readName(head.headers);
  const row = Object.hasOwn(DYNAMODB_TABLE, name) ? DYNAMODB_TABLE[name] : undefined;
  if (row === undefined) throw new Refusal("operation-unknown", { detail: `DynamoDB ${name}` });
  checkBodyHeaders(head.headers, [JSON_TYPE]);
  const admitted = admittedLines(head.headers, name, upstream);
  return {
    needsBody: true,
    name,
    read: (body) => ({
      upstream: upstream.name,
      service: "dynamodb",
      region: upstream.region,
      name,
      requirements: requirementsOf(name, row, parseStrictJson(decodeBody(body)), upstream),
      method: "POST",
      path: "/",
      query: "",
      headers: [["content-type", JSON_TYPE], ["x-amz-target", `${PREFIX}${name}`], ...admitted],
      payload: { kind: "buffered", bytes: body },
    }),
  };
}

/** The whole target must be known: another date is another API, with bodies of another shape. */
function readName(headers: Headers): string {
  const target = headers.get("x-amz-target") ?? "";
  if (!target.startsWith(PREFIX)) {
    throw new Refusal("operation-unknown", { detail: "not a target of DynamoDB_20120810" });
  }
  return target.slice(PREFIX.length);
}

/** No operation of DynamoDB has `x-amz-` headers of its own; what the operator lets through is sent. */
function admittedLines(headers: Headers, name: string, upstream: Upstream): readonly HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (const [header, value] of headers.entries()) {
    if (!header.startsWith("x-amz-") || NOT_THE_OPERATION.has(header)) continue;
    if (!upstream.allowHeaders.has(header)) {
      throw new Refusal("header-not-allowed", { detail: `DynamoDB ${name} with ${header}` });
    }
    lines.push([header, value]);
  }
  return lines;
}
