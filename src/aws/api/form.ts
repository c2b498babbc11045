import type { QueryPair } from "../../domain/query.ts";
import { malformed } from "../body.ts";
import type { JsonObject } from "../strict-json.ts";

/** Deeper than any form of AWS. */
const MAX_DEPTH = 16;

/** Steps of all names together: more than a form of AWS's most, a megabyte, has room for. */
const MAX_STEPS = 200_000;

/** The indexes of a list count from one, and have one spelling. */
const INDEX = /^[1-9]\d{0,8}$/;

type Node = Map<string, Node | string>;

/**
 * The members of a form by their names, in which dots lead into structures: `Tag.member.1.Key` is a member of the first
 * entry of the list `Tag`, as is `Tag.1.Key` where the service has flat lists (Smithy, AWS query protocol).
 *
 * @throws Refusal body-malformed: a member that stands twice, or is a text and a structure at once
 */
export function membersOfForm(pairs: readonly QueryPair[]): JsonObject {
  const root: Node = new Map();
  let taken = 0;
  for (const [name, value] of pairs) {
    const steps = name.split(".", MAX_DEPTH + 1);
    taken += steps.length;
    if (steps.length > MAX_DEPTH || taken > MAX_STEPS)
      throw malformed("a form nested too deep, or too large");
    const last = steps.pop() ?? "";
    const node = steps.reduce(inner, root);
    if (node.has(last)) throw malformed("a member of a form stands twice");
    node.set(last, value);
  }
  return Object.fromEntries([...root].map(([name, node]) => [name, plain(node)]));
}

function inner(node: Node, step: string): Node {
  const found = node.get(step) ?? new Map<string, Node | string>();
  if (typeof found === "string") throw malformed("a member of a form is a text and a structure");
  node.set(step, found);
  return found;
}

function plain(node: Node | string): unknown {
  if (typeof node === "string") return node;
  const wrapped = node.size === 1 ? node.get("member") : undefined;
  const list = wrapped instanceof Map ? wrapped : node;
  if ([...list.keys()].every((name) => INDEX.test(name))) return [...list.values()].map(plain);
  return Object.fromEntries([...node].map(([name, value]) => [name, plain(value)]));
}
