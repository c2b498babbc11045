import type { Head } from "../../domain/head.ts";
import { parseQuery, type QueryPair } from "../../domain/query.ts";
import type { Operation } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { checkBodyHeaders, decodeBody, malformed } from "../body.ts";
import type { BodyDecided, Upstream } from "../service.ts";
import { membersOfForm } from "./form.ts";
import {
  admittedLines,
  checkRequestLine,
  modelOf,
  ownPlace,
  refuseMarkers,
  rowOf,
  unknownOperation,
} from "./head.ts";
import { bodyMembers } from "./members.ts";
import type { ApiModel } from "./model.ts";
import { requirementsOf } from "./resources.ts";

const TYPE = "application/x-www-form-urlencoded";

/** More than a thousand of CloudWatch's metrics with all their dimensions have. */
const MAX_PAIRS = 100_000;

/** Another signature, by another caller, that a service might go by (Signature Version 2, and 4 in a query). */
const SIGNATURE = /^(?:x-amz-.*|awsaccesskeyid|signature(?:method|version)?|securitytoken)$/is;

/**
 * Reads a request of the query protocol (Smithy, AWS query protocol): a form, in which `Action` names the operation.
 *
 * @throws Refusal operation-unknown, target-malformed, target-ambiguous, query-not-allowed, header-not-allowed
 */
export function recogniseQuery(head: Head, upstream: Upstream): BodyDecided {
  const model = modelOf(upstream);
  checkRequestLine(head, "/", upstream);
  refuseMarkers(head.headers);
  checkBodyHeaders(head.headers, [TYPE]);
  const lines = admittedLines(head.headers, [], upstream);
  return {
    needsBody: true,
    name: "Query", // all that the head says of it
    read: (body) => ({
      ...actionIn(body, model, upstream),
      method: "POST",
      path: "/",
      query: "",
      headers: [["content-type", `${TYPE}; charset=utf-8`], ...lines],
      payload: { kind: "buffered", bytes: body },
    }),
  };
}

type Named = Pick<Operation, "upstream" | "service" | "region" | "hostPrefix" | "name" | "requirements">;

function actionIn(body: Buffer, model: ApiModel, upstream: Upstream): Named {
  const pairs = pairsIn(decodeBody(body));
  const name = theOne("Action", pairs);
  if (theOne("Version", pairs) !== model.apiVersion)
    throw unknownOperation(`another version of ${upstream.service}`);
  const row = rowOf(model, name, upstream);
  const members = bodyMembers(membersOfForm(pairs));
  return { ...ownPlace(upstream, row), name, requirements: requirementsOf(row, members, upstream) };
}

function pairsIn(text: string): readonly QueryPair[] {
  let parts = 1;
  for (let at = text.indexOf("&"); at !== -1; at = text.indexOf("&", at + 1)) {
    if (++parts > MAX_PAIRS) throw malformed("a form of too many members");
  }
  const pairs = parseQuery(text, "space");
  if (pairs === undefined) throw malformed("the form cannot be decoded");
  if (pairs.some(([name]) => SIGNATURE.test(name))) throw new Refusal("presigned-not-accepted");
  return pairs;
}

/** The value of a name that must stand once, in one spelling. */
function theOne(name: string, pairs: readonly QueryPair[]): string {
  const lower = name.toLowerCase();
  const found = pairs.filter(([other]) => other.length === name.length && other.toLowerCase() === lower);
  const [only, ...others] = found;
  if (only === undefined) throw unknownOperation(`a form without ${name}`);
  if (others.length > 0 || only[0] !== name) throw malformed(`${name} does not stand once`);
  return only[1];
}
