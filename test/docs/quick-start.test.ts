import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { documentsOf, pageText, saidOf } from "../support/doc-pages.ts";

const TEXT = pageText("quick-start.md");
const DOCS = join(import.meta.dirname, "../../docs");

describe("docs/quick-start.md", () => {
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
