import { samplesIn } from "./scrape.ts";

/** Labels that Prometheus adds to what it scrapes, or that come of where it found it. */
const OF_PROMETHEUS = ["job", "instance", "namespace"];

/** What metrics there are, each with its labels: of every sample and of none else. */
export type Known = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads them out of an exposition. */
export function knownOf(exposition: string): Known {
  const known = new Map<string, Set<string>>();
  for (const { name, labels } of samplesIn(exposition)) {
    const of = known.get(name) ?? new Set(OF_PROMETHEUS);
    for (const label of Object.keys(labels)) of.add(label);
    known.set(name, of);
  }
  return known;
}

/** What an expression of PromQL speaks of that there is not: metrics, and labels of the metrics in it. */
export function unknownIn(expression: string, known: Known): readonly string[] {
  const selectors = [
    ...expression.matchAll(/\b(?<name>(?:postern|nodejs|process)_\w+)(?:\{(?<matchers>[^}]*)\})?/g),
  ].map(({ groups }) => groups ?? {});
  const names = selectors.map(({ name = "" }) => name);
  const labels = new Set(names.flatMap((name) => [...(known.get(name) ?? [])]));
  return [
    ...names.filter((name) => !known.has(name)),
    ...selectors.flatMap(({ name = "", matchers = "" }) =>
      matchedBy(matchers)
        .filter((label) => known.get(name)?.has(label) === false)
        .map((label) => `${name}{${label}}`),
    ),
    ...groupedBy(expression).filter((label) => !labels.has(label)),
  ];
}

function matchedBy(matchers: string): readonly string[] {
  return [...matchers.matchAll(/(\w+)\s*[=!]~?\s*"/g)].map(([, label = ""]) => label);
}

/** The labels that an expression keeps, leaves out or joins on. */
function groupedBy(expression: string): readonly string[] {
  const lists = expression.matchAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g);
  return [...lists].flatMap(([, list = ""]) => list.split(",").map((label) => label.trim())).filter(Boolean);
}

/** The labels of what an expression gives, where it sums by them; undefined where it does not. */
export function keptBy(expression: string): readonly string[] | undefined {
  const list = /\bby\s*\(([^)]*)\)/.exec(expression)?.[1];
  return list?.split(",").map((label) => label.trim());
}
