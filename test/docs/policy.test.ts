import { describe, expect, it } from "vitest";
import { readCases } from "../../src/config/cases.ts";
import { KEY_NAMES } from "../../src/policy/conditions/keys.ts";
import { OPERATORS } from "../../src/policy/conditions/operator.ts";
import { blocksOf, documentsOf, pageText, saidOf, WHOLE } from "../support/doc-pages.ts";

const TEXT = pageText("policy.md");
const BLOCKS = blocksOf(TEXT, "yaml");
const parsed = documentsOf(TEXT);

describe("docs/policy.md", () => {
  it("has a whole configuration, cases, and more", () => {
    expect(Object.keys(WHOLE)).toEqual(["aws", "identity", "credentials", "upstreams", "policy"]);
    expect(BLOCKS.length).toBeGreaterThanOrEqual(3);
  });

  it.each(
    parsed.map((document, i) => [Object.keys(document).join(", "), document, BLOCKS[i] ?? ""] as const),
  )("shows nothing that check finds fault with: %s", (_, document, yaml) => {
    if ("cases" in document) expect(readCases(yaml).problems).toEqual([]);
    else expect(saidOf({ ...WHOLE, ...document })).toEqual([]);
  });

  it("names every condition key and operator", () => {
    for (const name of [...KEY_NAMES, ...OPERATORS.keys()]) expect(TEXT).toContain(`\`${name}\``);
  });
});
