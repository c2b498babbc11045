import { describe, expect, it } from "vitest";
import { REFUSALS, type RefusalCode } from "../../src/domain/refusal.ts";
import { REMEDIES } from "../../src/domain/remedies.ts";
import { pageText } from "../support/doc-pages.ts";

const rows = [...pageText("troubleshooting.md").matchAll(/^\| `(?<code>[a-z-]+)` \|(?<rest>.*)\|$/gm)].map(
  ({ groups }) => ({
    code: groups?.["code"] ?? "",
    cells: (groups?.["rest"] ?? "").split("|").map((cell) => cell.trim()),
  }),
);

describe("docs/troubleshooting.md", () => {
  it("has each reason once, and no other", () => {
    expect(rows.map(({ code }) => code).toSorted()).toEqual(Object.keys(REFUSALS).toSorted());
  });

  it.each(rows)("tells $code in the words of the code", ({ code, cells }) => {
    const { status, sentence } = REFUSALS[code as RefusalCode];
    const [shownStatus, shownSentence, why, remedy] = cells;
    expect([shownStatus, shownSentence, remedy]).toEqual([
      String(status),
      sentence,
      REMEDIES[code as RefusalCode],
    ]);
    expect(why).toMatch(/^.{5,}\.(?: See .*)?$/);
  });
});
