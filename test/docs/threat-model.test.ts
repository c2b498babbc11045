import { describe, expect, it } from "vitest";
import { asMap } from "../../src/config/draft.ts";
import { documentsOf, pageText, saidOf, WHOLE } from "../support/doc-pages.ts";

const text = pageText("threat-model.md");

describe("docs/threat-model.md", () => {
  it("says of each attacker what IAM, Postern and nothing stops", () => {
    const table = text.slice(text.indexOf("| attacker |")).split("\n\n")[0]?.split("\n") ?? [];
    expect(table[0]).toBe("| attacker | what IAM stops | what Postern stops | what nothing stops |");
    const rows = table.slice(2).map((row) => row.split("|").slice(1, -1));
    expect(rows.length).toBeGreaterThanOrEqual(10);
    for (const row of rows) expect(row.filter((cell) => cell.trim() !== "")).toHaveLength(4);
  });

  it("says where Postern is no boundary, and shows the closed set-up", () => {
    expect(text).toContain("\n## When Postern is not a boundary\n");
    const [closed = {}] = documentsOf(text);
    expect(saidOf({ ...WHOLE, ...closed, upstreams: asMap(closed["upstreams"]) })).toEqual([]);
  });
});
