import { expect, it } from "vitest";
import { documentsOf, pageText, saidOfBlock } from "../support/doc-pages.ts";

const shown = documentsOf(pageText("recipes.md"));

it.each(shown.map((document) => [Object.keys(document).join(", "), document] as const))(
  "shows nothing that check finds fault with: %s",
  (_, document) => expect(saidOfBlock(document)).toEqual([]),
);

it("names each setting for each language", () => {
  const section = pageText("recipes.md").split("\n## In other languages\n")[1] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| ") && line.includes("`"));
  expect(rows.length).toBeGreaterThanOrEqual(9);
  for (const row of rows) expect(row.split(" | ")).toHaveLength(4);
});
