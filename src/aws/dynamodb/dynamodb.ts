import type { Head, Headers } from "../../domain/head.ts";
import type { HeaderLine } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { checkBodyHeaders, decodeBody } from "../body.ts";
import { refuseAsDynamoDb } from "./errors.ts";
import { requirementsOf } from "./resources.ts";
import { NOT_TAKEN } from "./not-taken.ts";
import { type DynamoDbRow, DYNAMODB_TABLE } from "./table.ts";
import { splitTarget } from "../parameters.ts";
import type { BodyDecided, Service, Upstream } from "../service.ts";
import { faultOfJson } from "../signature-fault.ts";
import { parseStrictJson } from "../strict-json.ts";

/** Amazon DynamoDB and DynamoDB Streams (APIs 2012-08-10, JSON 1.0): every operation is decided by its body. */
export const dynamodb: Service = {
  recognise,
  refuse: refuseAsDynamoDb,
  faultOf: faultOfJson,
  redirectOf: () => undefined,
  speaker: "aws",
  repeats: "always",
};

/** The whole target must be known: another date is another API, with bodies of another shape. */
const TARGET = /^(?<api>DynamoDB(?:Streams)?)_20120810\.(?<name>[A-Za-z]+)$/;
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
  if (head.method !== "POST") throw unknown(`DynamoDB ${head.method}`);
  const { path, query } = splitTarget(head.target);
  if (path !== "/") throw new Refusal("target-malformed", { detail: "DynamoDB has the one path /" });
  if (query !== "") throw new Refusal("query-not-allowed", { detail: "DynamoDB takes no query" });
  const { target, name, row } = readTarget(head.headers);
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
      hostPrefix: row.api === "DynamoDBStreams" && upstream.isRegional ? "streams." : undefined,
      path: "/",
      query: "",
      headers: [["content-type", JSON_TYPE], ["x-amz-target", target], ...admitted],
      payload: { kind: "buffered", bytes: body },
    }),
  };
}

/**
 * Both APIs are read on any upstream: no name belongs to both, and SDKs sign for both with one name. AWS has the streams
 * at a host of their own; at an endpoint that the configuration names they are where it says.
 */
function readTarget(headers: Headers): {
  readonly target: string;
  readonly name: string;
  readonly row: DynamoDbRow;
} {
  const target = headers.get("x-amz-target") ?? "";
  const { api = "", name = "" } = TARGET.exec(target)?.groups ?? {};
  if (name === "") throw unknown("not a target of DynamoDB_20120810 or DynamoDBStreams_20120810");
  const reason = NOT_TAKEN.get(name);
  if (reason !== undefined) throw unknown(`DynamoDB ${name}: ${reason}`);
  const row = Object.hasOwn(DYNAMODB_TABLE, name) ? DYNAMODB_TABLE[name] : undefined;
  if (row === undefined || (row.api ?? "DynamoDB") !== api) throw unknown(`${api} ${name}`);
  return { target, name, row };
}

function unknown(detail: string): Refusal {
  return new Refusal("operation-unknown", { detail });
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
