import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { blocksOf, pageText } from "../support/doc-pages.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const PAGES = [
  ...readdirSync(DOCS).filter((name) => name.endsWith(".md")),
  "../README.md",
  "../deploy/README.md",
];

/** What pages say to Postern: in commands to run, and within their prose. */
function saidIn(text: string): readonly string[] {
  const commands = blocksOf(text, "sh").join("\n");
  const inBlocks = [...commands.matchAll(/(?:^|[(\s])(?:npx )?postern (?<said>[a-z].*)$/gm)];
  const inProse = [...text.matchAll(/`(?:npx )?postern (?<said>[a-z][^`]*)`/g)];
  return [...inBlocks, ...inProse].map(({ groups }) => groups?.["said"] ?? "");
}

/** Why nobody can say that. */
async function problemOf(said: string): Promise<string | undefined> {
  // What stands in quotes, behind a pipe, or is another's command line is not looked at.
  const own = (said.split(/ -- | #|[|)\n]/)[0] ?? "").replaceAll(/'[^']*'|"[^"]*"/g, "TEXT");
  const [name = "", ...words] = own.split(/\s+/);
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) return `there is no command ${name}`;
  const { grammar } = await entry.load();
  const known = Object.entries(grammar.options ?? {}).flatMap(([option, { short = "" }]) => [
    `--${option}`,
    `-${short}`,
  ]);
  const odd = words.filter((word) => word.startsWith("-") && word !== "-" && !known.includes(word));
  return odd.length === 0 ? undefined : `${name} knows no ${odd.join(", ")}`;
}

describe("what pages say to Postern", () => {
  it.each(PAGES)("in %s is understood", async (page) => {
    const problems = await Promise.all(
      saidIn(pageText(page)).map(async (said) => ({ said, problem: await problemOf(said) })),
    );
    expect(problems.filter(({ problem }) => problem !== undefined)).toEqual([]);
  });

  it("is something", () => {
    expect(PAGES.flatMap((page) => saidIn(pageText(page))).length).toBeGreaterThan(40);
  });
});
