import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStrictJson } from "../../src/aws/strict-json.ts";
import { codeOf } from "../support/asking.ts";

/** Names that are hard to tell apart, or to find the end of. */
const name = fc.oneof(
  fc.constantFrom(
    "a",
    "b",
    "TableName",
    "__proto__",
    "constructor",
    "",
    '"',
    "\\",
    '\\"',
    ":",
    "{",
    "}",
    "1",
    "ü",
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
);

/** A JSON text, written by hand so that a name may stand twice, and whether one does. */
interface Written {
  readonly text: string;
  readonly repeats: boolean;
}

/** Spells a string with escapes where it need not have any. */
const spelled = (text: string, escape: boolean): string =>
  escape
    ? `"${[...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`
    : JSON.stringify(text);

const blank = fc.constantFrom("", " ", "\n\t ");
const leaf = fc
  .oneof(name, fc.integer(), fc.boolean(), fc.constant(null))
  .map((value): Written => ({ text: JSON.stringify(value), repeats: false }));

const { object } = fc.letrec<{ value: Written; object: Written; array: Written }>((tie) => ({
  value: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, tie("object"), tie("array")),
  array: fc.array(tie("value"), { maxLength: 4 }).map((items) => ({
    text: `[${items.map(({ text }) => text).join(",")}]`,
    repeats: items.some(({ repeats }) => repeats),
  })),
  object: fc.array(fc.tuple(name, fc.boolean(), blank, tie("value")), { maxLength: 5 }).map((members) => ({
    text: `{${members.map(([key, escape, gap, { text }]) => `${gap}${spelled(key, escape)}${gap}:${gap}${text}`).join(",")}}`,
    repeats:
      new Set(members.map(([key]) => key)).size < members.length ||
      members.some(([, , , { repeats }]) => repeats),
  })),
}));

describe("S3.5 strict JSON", () => {
  it("refuses a text exactly when a member stands twice, however it is spelled", () => {
    fc.assert(
      fc.property(object, ({ text, repeats }) => {
        expect(codeOf(() => parseStrictJson(text))).toBe(repeats ? "body-malformed" : "nothing");
      }),
      { numRuns: 2000 },
    );
  });

  it("reads what it takes as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.dictionary(name, fc.jsonValue({ maxDepth: 5 })), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(parseStrictJson(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it("ends with every text there is, in an object or a refusal", () => {
    const odd = fc.array(fc.constantFrom("{", "}", "[", "]", '"', "\\", ":", ",", "a", " ", "1"), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(odd, (parts) => {
        expect(["nothing", "body-malformed"]).toContain(codeOf(() => parseStrictJson(parts.join(""))));
      }),
      { numRuns: 2000 },
    );
  });
});
