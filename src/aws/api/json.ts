import type { Head } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import { checkBodyHeaders, decodeBody } from "../body.ts";
import type { BodyDecided, Upstream } from "../service.ts";
import { parseStrictJson } from "../strict-json.ts";
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

const TARGET = "x-amz-target";

/**
 * Reads a request of AWS JSON 1.0 or 1.1 (Smithy, AWS JSON protocols): the target names the operation, the body says the
 * rest.
 *
 * @throws Refusal operation-unknown, target-malformed, target-ambiguous, query-not-allowed, header-not-allowed
 */
export function recogniseJson(head: Head, upstream: Upstream): BodyDecided {
  const model = modelOf(upstream);
  checkRequestLine(head, "/", upstream);
  refuseMarkers(head.headers, TARGET);
  const target = head.headers.get(TARGET) ?? "";
  const name = nameIn(target, model.target, upstream);
  const row = rowOf(model, name, upstream);
  const type = `application/x-amz-json-${model.jsonVersion ?? "1.1"}`;
  checkBodyHeaders(head.headers, [type]);
  const lines = queryModeLines(head.headers, upstream);
  return {
    needsBody: true,
    name,
    read: (body) => ({
      ...ownPlace(upstream, row),
      name,
      requirements: requirementsOf(row, bodyMembers(parseStrictJson(decodeBody(body))), upstream),
      method: "POST",
      path: "/",
      query: "",
      headers: [["content-type", type], [TARGET, target], ...lines],
      payload: { kind: "buffered", bytes: body },
    }),
  };
}

/** The whole target must be known: another service may have an operation of the same name, or another version of this one. */
function nameIn(target: string, own: string | undefined, { name, service }: Upstream): string {
  if (own === undefined) throw new Refusal("internal", { detail: `upstream ${name} has no target` });
  if (target === "") throw unknownOperation(`${service} without ${TARGET}: another protocol than JSON`);
  if (!target.startsWith(`${own}.`)) throw unknownOperation(`not a target of ${service}`);
  return target.slice(own.length + 1);
}
