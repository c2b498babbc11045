import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toJsonSchema } from "../../src/config/json-schema.ts";
import { referenceOf } from "../support/config-reference.ts";
import { documentsOf, pageText, saidOf } from "../support/doc-pages.ts";

const PAGE = "configuration.md";
const SECTIONS = Object.keys(toJsonSchema().properties ?? {});

describe("docs/configuration.md", () => {
  const text = pageText(PAGE);

  /** After a change of the schema, `npx vitest run test/docs/configuration.test.ts -u` writes the tables anew. */
  it("has the tables that the schema gives", async () => {
    const head = text.split(`\n## ${SECTIONS[0]}\n`)[0]?.trimEnd() ?? "";
    const page = `${head}\n\n${referenceOf(toJsonSchema())}`;
    await expect(page).toMatchFileSnapshot(join(import.meta.dirname, "../../docs", PAGE));
  });

  it("has a meaning in every row", () => {
    const rows = text.split("\n").filter((line) => line.startsWith("| `"));
    expect(rows.length).toBeGreaterThan(100);
    for (const row of rows) expect(row).toMatch(/^(?:\| [^|]*[^ |](?:\\\|[^|]*)* ){4}\|$/);
  });

  it("shows a configuration that check finds no fault with", () => {
    expect(documentsOf(text).map(saidOf)).toEqual([[]]);
  });
});
