import type { Head, Headers } from "../domain/head.ts";
import type { Operation, Requirement } from "../domain/operation.ts";
import { Refusal } from "../domain/refusal.ts";
import { readText } from "./body.ts";
import { refuseAsDynamoDb } from "./dynamodb-errors.ts";
import { requirementsOf } from "./dynamodb-resources.ts";
import { DYNAMODB_TABLE, type DynamoDbRow } from "./dynamodb-table.ts";
import { splitTarget } from "./parameters.ts";
import type { BodyDecided, Service, Upstream } from "./service.ts";
import { parseStrictJson } from "./strict-json.ts";

/** Amazon DynamoDB (API 2012-08-10, JSON 1.0): every operation is decided by its body. */
export const dynamodb: Service = { recognise, refuse: refuseAsDynamoDb };

const PREFIX = "DynamoDB_20120810.";

/** The client's own signature and tracing, which do not belong to the operation. */
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
  refuseHeaders(head.headers, name, upstream);
  return { needsBody: true, name, read: (body) => read({ name, row, head, upstream }, body) };
}

/** The whole target must be known: another date is another API, with bodies of another shape. */
function readName(headers: Headers): string {
  const target = headers.get("x-amz-target") ?? "";
  if (!target.startsWith(PREFIX))
    throw new Refusal("operation-unknown", { detail: "not a target of DynamoDB_20120810" });
  return target.slice(PREFIX.length);
}

function refuseHeaders(headers: Headers, name: string, upstream: Upstream): void {
  for (const [header] of headers.entries()) {
    if (!header.startsWith("x-amz-") || NOT_THE_OPERATION.has(header) || upstream.allowHeaders.has(header))
      continue;
    throw new Refusal("header-not-allowed", { detail: `DynamoDB ${name} with ${header}` });
  }
}

interface DynamoDbRequest {
  readonly name: string;
  readonly row: DynamoDbRow;
  readonly head: Head;
  readonly upstream: Upstream;
}

function read({ name, row, head, upstream }: DynamoDbRequest, body: Buffer): Operation {
  const input = parseStrictJson(readText(head.headers, body, ["application/x-amz-json-1.0"]));
  const requirements: readonly Requirement[] = requirementsOf(name, row, input, upstream);
  return {
    upstream: upstream.name,
    service: "dynamodb",
    region: upstream.region,
    name,
    requirements,
    method: "POST",
    path: "/",
    query: "",
    headers: [
      ["content-type", "application/x-amz-json-1.0"],
      ["x-amz-target", `${PREFIX}${name}`],
    ],
    payload: { kind: "buffered", bytes: body },
  };
}
