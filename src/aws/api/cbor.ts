import type { Head, Headers } from "../../domain/head.ts";
import type { HeaderLine } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { checkBodyHeaders, malformed } from "../body.ts";
import type { BodyDecided, Upstream } from "../service.ts";
import type { JsonObject } from "../strict-json.ts";
import {
  checkRequestLine,
  modelOf,
  ownPlace,
  queryModeLines,
  refuseMarkers,
  rowOf,
  unknownOperation,
} from "./head.ts";
import { bodyMembers } from "./members.ts";
import { requirementsOf } from "./resources.ts";
import { parseStrictCbor } from "./strict-cbor.ts";

const MARKER = "smithy-protocol";
const PROTOCOL = "rpc-v2-cbor";
const TYPE = "application/cbor";

/** The service and the operation of a path (Smithy RPC v2 CBOR, requests). */
const PATH = /^\/service\/(?<service>[\w.]+)\/operation\/(?<name>\w+)$/;

/**
 * Reads a request of Smithy RPC v2 CBOR: the path names the operation, the body says the rest. One without input has no
 * body, and no content type.
 *
 * @throws Refusal operation-unknown, target-malformed, target-ambiguous, query-not-allowed, header-not-allowed
 */
export function recogniseCbor(head: Head, upstream: Upstream): BodyDecided {
  const { headers, target } = head;
  const model = modelOf(upstream);
  const { service, name = "" } = PATH.exec(target.replace(/\?.*/s, ""))?.groups ?? {};
  if (service === undefined || service !== model.target)
    throw unknownOperation(`not a path of ${upstream.service}`);
  checkRequestLine(head, `/service/${service}/operation/${name}`, upstream);
  refuseMarkers(headers, MARKER);
  if (headers.get(MARKER) !== PROTOCOL)
    throw new Refusal("header-not-allowed", { detail: `not the ${MARKER} ${PROTOCOL}` });
  const row = rowOf(model, name, upstream);
  checkBodyHeaders(headers, [TYPE, undefined]);
  const lines: readonly HeaderLine[] = [
    [MARKER, PROTOCOL],
    ...typeLines(headers),
    ...queryModeLines(headers, upstream),
  ];
  return {
    needsBody: true,
    name,
    read: (body) => ({
      ...ownPlace(upstream, row),
      name,
      requirements: requirementsOf(row, bodyMembers(inputIn(body, headers)), upstream),
      method: "POST",
      path: `/service/${service}/operation/${name}`,
      query: "",
      headers: lines,
      payload: { kind: "buffered", bytes: body },
    }),
  };
}

function typeLines(headers: Headers): readonly HeaderLine[] {
  return headers.has("content-type") ? [["content-type", TYPE]] : [];
}

function inputIn(body: Buffer, headers: Headers): JsonObject {
  if (body.length === 0) return {};
  if (!headers.has("content-type")) throw malformed("a body without a type");
  return parseStrictCbor(body);
}
