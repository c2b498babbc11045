import { samplesIn } from "./scrape.ts";

const PARTS = /_(?:bucket|sum|count)$/;

/** Postern's own metrics in an exposition, as a Markdown table: name, kind, labels, and what it says of itself. */
export function metricTableOf(exposition: string): string {
  const samples = samplesIn(exposition);
  const labelsOf = (name: string): readonly string[] => {
    const own = samples.filter((sample) => sample.name === name || sample.name.replace(PARTS, "") === name);
    const labels = new Set(own.flatMap((sample) => Object.keys(sample.labels)));
    return [...labels].filter((label) => label !== "le").map((label) => `\`${label}\``);
  };
  const told = [
    ...exposition.matchAll(/^# HELP (?<name>postern_\w+) (?<help>.*)\n# TYPE \w+ (?<kind>\w+)$/gm),
  ]
    .map(({ groups: { name = "", help = "", kind = "" } = {} }) => ({ name, help, kind }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rows = told.map(
    ({ name, help, kind }) => `| \`${name}\` | ${kind} | ${labelsOf(name).join(" ")} | ${help} |`,
  );
  return ["| metric | kind | labels | meaning |", "|---|---|---|---|", ...rows].join("\n");
}
