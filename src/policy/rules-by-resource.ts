import type { ResourcePattern } from "./resource-pattern.ts";
import type { Rule } from "./rule.ts";

/** Rules by what their resource patterns begin with. */
export interface RulesByResource<R extends Rule> {
  /** The rules with a pattern whose literal beginning the resource has, in file order: no others can mean it. */
  readonly under: (resource: string) => readonly R[];
  /** The rules with a pattern whose literal beginning goes along with that of another: no others can meet it. */
  readonly near: (pattern: string) => readonly R[];
}

const WILDCARD = /[*?]/;

type PatternsOf = (rule: Rule) => readonly ResourcePattern[];

/** A literal beginning, and the rules that have it. */
interface Node<R> {
  readonly start: string;
  readonly own: readonly R[];
  /** The longest other beginning that this one begins with. */
  readonly parent: Node<R> | undefined;
  /** Its own rules and those of its parents, once somebody asked for them. */
  all: readonly R[] | undefined;
}

/**
 * Prepares rules to be found by a resource. `keep` is told of each list that is kept, by its length.
 *
 * @param patternsOf the resource patterns of a rule. Default: as they are written
 */
export function rulesByResource<R extends Rule>(
  rules: readonly R[],
  keep: (references: number) => void,
  patternsOf: PatternsOf = ({ resources }) => resources,
): RulesByResource<R> {
  const [root, ...nodes] = nodesOf(rules, patternsOf);
  const allOf = (node: Node<R>): readonly R[] => {
    if (node.all !== undefined) return node.all;
    const above = node.parent === undefined ? [] : allOf(node.parent);
    node.all = above.length === 0 ? node.own : merged(above, node.own);
    keep(node.all.length);
    return node.all;
  };
  const under = (resource: string): readonly R[] => {
    let node = nodes[countUpTo(nodes, resource) - 1] ?? root;
    // Whatever the resource begins with, this one begins with too: the sorted texts between the two have no choice.
    while (node.parent !== undefined && !resource.startsWith(node.start)) node = node.parent;
    return allOf(node);
  };
  return {
    under,
    near: (pattern) => {
      const [start = ""] = pattern.split(WILDCARD, 1);
      const longer: (readonly R[])[] = [];
      for (let i = countUpTo(nodes, start); nodes[i]?.start.startsWith(start) === true; i++) {
        longer.push(nodes[i]?.own ?? []);
      }
      return merged(under(start), ...longer);
    },
  };
}

/** Each rule once, in file order. */
export function merged<R extends Rule>(...lists: readonly (readonly R[])[]): readonly R[] {
  return [...new Set(lists.flat())].sort((a, b) => a.order - b.order);
}

/** In the order of their beginnings; the first is the empty one, with which everything begins. */
function nodesOf<R extends Rule>(rules: readonly R[], patternsOf: PatternsOf): [Node<R>, ...Node<R>[]] {
  const byStart = new Map<string, R[]>();
  for (const rule of rules) {
    for (const start of new Set(patternsOf(rule).map(({ head: [first] }) => textOf(first)))) {
      const before = byStart.get(start);
      if (before === undefined) byStart.set(start, [rule]);
      else before.push(rule);
    }
  }
  const root: Node<R> = { start: "", own: byStart.get("") ?? [], parent: undefined, all: undefined };
  const nodes: [Node<R>, ...Node<R>[]] = [root];
  let parent = root;
  for (const start of [...byStart.keys()].filter((start) => start !== "").sort()) {
    while (parent.parent !== undefined && !start.startsWith(parent.start)) parent = parent.parent;
    parent = { start, own: byStart.get(start) ?? [], parent, all: undefined };
    nodes.push(parent);
  }
  return nodes;
}

function textOf(piece: string | number | undefined): string {
  return typeof piece === "string" ? piece : "";
}

/** How many nodes have a beginning that does not sort after a text. */
function countUpTo<R>(nodes: readonly Node<R>[], text: string): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const node = nodes[middle];
    if (node !== undefined && node.start <= text) low = middle + 1;
    else high = middle;
  }
  return low;
}
