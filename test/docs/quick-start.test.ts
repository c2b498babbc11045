import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blocksOf, documentsOf, pageText, saidOf } from "../support/doc-pages.ts";

const TEXT = pageText("quick-start.md");
const DOCS = join(import.meta.dirname, "../../docs");

/** The shell commands below titles, as one text. */
function commandsOf(...titles: readonly string[]): string {
  const sections = TEXT.split(/^## /m).filter((one) => titles.some((title) => one.startsWith(`${title}\n`)));
  return sections.flatMap((section) => blocksOf(section, "sh")).join("");
}

describe("docs/quick-start.md", () => {
  it.each(["With Terraform", "With a user pool that is there"])(
    "names no variable that was not set before: %s",
    (way) => {
      const commands = commandsOf(way, "Check and serve", "Sign in and ask");
      const used = [...commands.matchAll(/\$(?<name>[A-Z_]+)/g)];
      expect(used.length).toBeGreaterThan(5);
      const unset = used.filter(({ index, groups }) => {
        const before = commands.slice(0, commands.lastIndexOf("\n", index) + 1);
        return !new RegExp(`(?:^|^export .*)\\b${groups?.["name"]}=`, "m").test(before);
      });
      expect(unset.map(([name]) => name)).toEqual([]);
    },
  );

  it("shows a whole configuration that check finds no fault with", () => {
    const [whole, ...others] = documentsOf(TEXT);
    expect(others).toEqual([]);
    expect(saidOf(whole)).toEqual([]);
  });

  it("leads to sections and files that are there", () => {
    const links = [...TEXT.matchAll(/\]\((?<to>[^)]+)\)/g)].map(({ groups }) => groups?.["to"] ?? "");
    expect(links.length).toBeGreaterThan(10);
    const titles = [...TEXT.matchAll(/^## (?<title>.*)$/gm)].map(({ groups }) => groups?.["title"] ?? "");
    const anchors = titles.map((title) => `#${title.toLowerCase().replaceAll(" ", "-")}`);
    const isThere = (link: string): boolean =>
      link.startsWith("#") ? anchors.includes(link) : existsSync(join(DOCS, link.replace(/#.*/, "")));
    expect(links.filter((link) => !isThere(link))).toEqual([]);
  });
});
