import { decode } from "cborg";
import { protocolOf } from "../protocol.ts";
import type { Protocol } from "../protocol.ts";
import { LocalError } from "../request.ts";
import { apiRequirements } from "./api-actions.ts";
import type { ApiInput, ApiService } from "./api-actions.ts";
import type { Place } from "./dynamodb-resource.ts";
import { readForm } from "./form-members.ts";
import { singleHeader } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";
import type { Requirement } from "./requirement.ts";
import { sqsMembers } from "./sqs-form.ts";

/** A call of one of the smaller services, as its signed bytes say it. */
export interface ApiCall {
  readonly operation: string;
  readonly protocol: Protocol;
  readonly input: ApiInput;
  readonly requirements: readonly Requirement[];
}

/** How a service is spoken to: what stands before an operation's name, and the version of its forms. */
interface Speech {
  readonly target?: string;
  readonly version?: string;
  /** Whether it takes CBOR too. */
  readonly cbor?: true;
}

const SPEECH: Readonly<Record<ApiService, Speech>> = {
  sqs: { target: "AmazonSQS", version: "2012-11-05" },
  sns: { version: "2010-03-31" },
  states: { target: "AWSStepFunctions" },
  monitoring: { target: "GraniteServiceVersion20100801", version: "2010-08-01", cbor: true },
  kinesis: { target: "Kinesis_20131202" },
};

/** What a request names, before anybody asks whether there is such a thing. */
interface Named {
  readonly prefix: string | undefined;
  readonly operation: string;
  readonly input: ApiInput;
}

/**
 * Reads what a request to one of the smaller services asks for, by the one protocol whose marks it has.
 *
 * @throws LocalError `UnknownOperationException`, `InvalidAction`, `SerializationException` or what names no resource.
 */
export function parseApi(
  service: ApiService,
  head: RequestHead,
  { body, place }: { readonly body: Buffer; readonly place: Place },
): ApiCall {
  const speech = SPEECH[service];
  const protocol = protocolOf((name) => head.headers.get(name)?.[0]);
  if (protocol === undefined) throw unknownOperation("The request has the marks of two protocols.");
  const { prefix, operation, input } = namedBy(protocol, head, body);
  if (prefix === undefined || prefix !== expectedOf(speech, protocol)) throw unknown(protocol, operation);
  const members = service === "sqs" && protocol === "query" ? sqsMembers(input) : input;
  const requirements = apiRequirements(service, operation, { input: members, place });
  if (requirements === undefined) throw unknown(protocol, operation);
  return { operation, protocol, input: members, requirements };
}

function expectedOf({ target, version, cbor }: Speech, protocol: Protocol): string | undefined {
  if (protocol === "query") return version;
  return protocol === "json" || cbor === true ? target : undefined;
}

function namedBy(protocol: Protocol, head: RequestHead, body: Buffer): Named {
  switch (protocol) {
    case "json":
      return namedByTarget(head, body);
    case "query":
      return namedByForm(head, body);
    case "rpc-v2-cbor":
      return namedByPath(head, body);
    case "rest-json":
      return { prefix: undefined, operation: "", input: {} };
  }
  return protocol satisfies never;
}

function namedByTarget(head: RequestHead, body: Buffer): Named {
  const [prefix, operation = "", ...rest] = (singleHeader(head, "x-amz-target") ?? "").split(".");
  const isRoot = head.method === "POST" && head.path === "/" && rest.length === 0;
  return { prefix: isRoot ? prefix : undefined, operation, input: readJson(body) };
}

function namedByForm(head: RequestHead, body: Buffer): Named {
  const { Action, Version, ...input } = readForm(body);
  const isRoot = head.method === "POST" && head.path === "/" && head.query.length === 0;
  return {
    prefix: isRoot ? String(Version) : undefined,
    operation: typeof Action === "string" ? Action : "",
    input,
  };
}

/** `POST /service/{service}/operation/{operation}` (Smithy RPC v2 CBOR). */
function namedByPath(head: RequestHead, body: Buffer): Named {
  const [, prefix, operation = ""] = /^\/service\/([^/]+)\/operation\/([^/]+)$/.exec(head.path) ?? [];
  const isMeant = head.method === "POST" && singleHeader(head, "smithy-protocol") === "rpc-v2-cbor";
  return { prefix: isMeant ? prefix : undefined, operation, input: readCbor(body) };
}

function readJson(body: Buffer): ApiInput {
  return asInput(() => JSON.parse(UTF_8.decode(body)) as unknown);
}

/** Times are tag 1, in seconds. */
function readCbor(body: Buffer): ApiInput {
  if (body.length === 0) return {};
  return asInput(() => decode(body, { rejectDuplicateMapKeys: true, tags: { 1: (inner) => inner() } }));
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function asInput(read: () => unknown): ApiInput {
  try {
    const input = read();
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as ApiInput;
  } catch {
    // The same answer for every kind of broken document.
  }
  throw new LocalError("SerializationException", "The request body is not an object.", 400);
}

function unknown(protocol: Protocol, operation: string): LocalError {
  if (protocol !== "query") return unknownOperation(`The operation ${operation} is unknown to the stand-in.`);
  return new LocalError("InvalidAction", `The action ${operation} is not valid for this endpoint.`, 400);
}

function unknownOperation(message: string): LocalError {
  return new LocalError("UnknownOperationException", message, 400);
}
