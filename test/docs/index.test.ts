import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { documentsOf, pageText, saidOf } from "../support/doc-pages.ts";

const ROOT = join(import.meta.dirname, "../..");
const DOCS = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
const PAGES = [
  ...DOCS.map((name) => join("docs", name)),
  "README.md",
  "SECURITY.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "deploy/README.md",
];

const textAt = (path: string): string => pageText(relative("docs", path));

/** What leads to a heading: as GitHub makes it of its words. */
function anchorsOf(text: string): ReadonlySet<string> {
  const prose = text.replaceAll(/^```.*?^```$/gms, "");
  return new Set(
    [...prose.matchAll(/^#{1,6} (?<title>.*)$/gm)].map(({ groups }) =>
      (groups?.["title"] ?? "")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** Why a link of a page leads nowhere. */
function problemOf(page: string, link: string): string | undefined {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return `${link}: there is no ${target}`;
  if (anchor === undefined || anchorsOf(textAt(target)).has(anchor)) return undefined;
  return `${link}: no heading of ${target}`;
}

describe("the documents", () => {
  it.each(PAGES)("%s leads to what is there", (page) => {
    const links = [...textAt(page).matchAll(/\]\((?<link>[^)\s]+)\)/g)].map(
      ({ groups }) => groups?.["link"] ?? "",
    );
    const own = links.filter((link) => !/^https?:/.test(link));
    expect(own.flatMap((link) => problemOf(page, link) ?? [])).toEqual([]);
  });

  it("are all in the index", () => {
    const index = pageText("README.md");
    expect(DOCS.filter((name) => name !== "README.md" && !index.includes(`](${name})`))).toEqual([]);
  });

  it("begin with a README whose configuration check finds no fault with", () => {
    expect(documentsOf(textAt("README.md")).map(saidOf)).toEqual([[]]);
  });
});
