import { malformed } from "../body.ts";
import { isObject, type JsonObject } from "../strict-json.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { Place, Step } from "./template.ts";

/** The members of a request, by where they stand. */
export interface Members {
  /** Of the path, by the names of the route. */
  readonly labels: ReadonlyMap<string, string>;
  /** Of the query, each with all its values. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Of the body; empty where it is not read. */
  readonly body: JsonObject;
}

const NO_LABELS: Members["labels"] = new Map();
const NO_QUERY: Members["query"] = new Map();

/** The members of a request that has them all in its body. */
export function bodyMembers(body: JsonObject): Members {
  return { labels: NO_LABELS, query: NO_QUERY, body };
}

/**
 * What stands in a place: one text, or one for each entry of a list; undefined for each that is not there.
 *
 * @throws Refusal body-malformed, target-ambiguous: it is there, and is no text; or stands under a name that differs in
 * case alone, which a service might take for it
 */
export function textsAt({ inQuery, steps }: Place, members: Members): readonly (string | undefined)[] {
  const [first, ...rest] = steps;
  if (inQuery) return valuesOf(members.query, first);
  const label = rest.length === 0 ? members.labels.get(first.member) : undefined;
  return label === undefined ? textsIn(members.body, steps) : [label];
}

function valuesOf(
  query: ReadonlyMap<string, readonly string[]>,
  { member, each }: Step,
): readonly (string | undefined)[] {
  const lower = member.toLowerCase();
  for (const name of query.keys()) {
    if (name !== member && name.toLowerCase() === lower)
      throw new Refusal("target-ambiguous", { detail: `the query has ${member} in another case` });
  }
  const values = query.get(member) ?? [];
  if (values.length > 1 && !each)
    throw new Refusal("target-ambiguous", { detail: `the query says ${member} twice` });
  return values.length === 0 && !each ? [undefined] : values;
}

function textsIn(value: unknown, steps: readonly Step[]): readonly (string | undefined)[] {
  const [step, ...rest] = steps;
  if (value === undefined || value === null) return step?.each === true ? [] : [undefined];
  if (step === undefined) {
    if (typeof value !== "string") throw malformed("a member that names a resource is no text");
    return [value];
  }
  if (!isObject(value)) throw malformed(`${step.member} does not stand in an object`);
  const inner = memberOf(value, step.member);
  if (!step.each) return textsIn(inner, rest);
  if (inner === undefined || inner === null) return [];
  if (!Array.isArray(inner)) throw malformed(`${step.member} is no list`);
  return (inner as readonly unknown[]).flatMap((entry) => textsIn(entry, rest));
}

function memberOf(object: JsonObject, member: string): unknown {
  const lower = member.toLowerCase();
  for (const name of Object.keys(object)) {
    if (name.length === member.length && name !== member && name.toLowerCase() === lower)
      throw malformed(`${member} in another case`);
  }
  return Object.hasOwn(object, member) ? object[member] : undefined;
}
