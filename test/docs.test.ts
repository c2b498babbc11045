import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NOT_TAKEN as S3_NOT_TAKEN } from "../src/aws/s3/not-taken.ts";
import { readDocument } from "../src/config/document.ts";
import { readCases } from "../src/config/cases.ts";
import { readConfig } from "../src/config/read.ts";
import { asMap } from "../src/config/draft.ts";
import { KEY_NAMES } from "../src/policy/conditions/keys.ts";
import { createThrowAwayCertificate } from "../src/local/certificate.ts";
import { OPERATORS } from "../src/policy/conditions/operator.ts";

const TEXT = readFileSync(join(import.meta.dirname, "../docs/policy.md"), "utf8");
const blocksOf = (text: string): readonly string[] =>
  [...text.matchAll(/^```yaml\n(?<yaml>.*?)^```$/gms)].map(({ groups }) => groups?.["yaml"] ?? "");
const BLOCKS = blocksOf(TEXT);
const NOW = Date.UTC(2026, 0, 20);
const { certPem, keyPem } = createThrowAwayCertificate(NOW);
const FILES: Readonly<Record<string, string>> = {
  "/etc/postern/tls.crt": certPem,
  "/etc/postern/tls.key": keyPem,
};

/** What `check` says of a document. */
function saidOf(document: unknown): readonly string[] {
  const surroundings = { env: () => undefined, file: (path: string) => FILES[path], now: () => NOW };
  const { problems, warnings } = readConfig(JSON.stringify(document), surroundings);
  return [...problems, ...warnings.filter(({ path }) => path !== "policy.mode")].map(
    ({ path, message }) => `${path}: ${message}`,
  );
}

const parsed = BLOCKS.map((yaml) => asMap(readDocument(yaml).value));
const whole = parsed.find((document) => "upstreams" in document) ?? {};

describe("docs/policy.md", () => {
  it("has a whole configuration, cases, and more", () => {
    expect(Object.keys(whole)).toEqual(["aws", "identity", "credentials", "upstreams", "policy"]);
    expect(BLOCKS.length).toBeGreaterThanOrEqual(3);
  });

  it.each(
    parsed.map((document, i) => [Object.keys(document).join(", "), document, BLOCKS[i] ?? ""] as const),
  )("shows nothing that check finds fault with: %s", (_, document, yaml) => {
    if ("cases" in document) expect(readCases(yaml).problems).toEqual([]);
    else expect(saidOf({ ...whole, ...document })).toEqual([]);
  });

  it("names every condition key and operator", () => {
    for (const name of [...KEY_NAMES, ...OPERATORS.keys()]) expect(TEXT).toContain(`\`${name}\``);
  });
});

describe("docs/s3-and-dynamodb.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../docs/s3-and-dynamodb.md"), "utf8");
  const shown = blocksOf(text).map((yaml) => asMap(readDocument(yaml).value));

  it.each(shown.map((document) => [JSON.stringify(document), document] as const))(
    "shows nothing that check finds fault with: %s",
    (_, document) => {
      // A block with rules of its own is about nothing else.
      const others = "policy" in document ? {} : asMap(whole["upstreams"]);
      const upstreams = { ...others, ...asMap(document["upstreams"]) };
      expect(saidOf({ ...whole, ...document, upstreams })).toEqual([]);
    },
  );

  it("names every operation that is not taken", () => {
    for (const name of S3_NOT_TAKEN.keys()) expect(text).toContain(name);
  });
});
