import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDocument } from "../../src/config/document.ts";
import { asMap } from "../../src/config/draft.ts";
import { readConfig } from "../../src/config/read.ts";
import type { Config } from "../../src/config/schema.ts";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";

const ROOT = join(import.meta.dirname, "../..");

/** A page of `docs/`, or another file by its path from there. */
export function pageText(page: string): string {
  return readFileSync(join(ROOT, "docs", page), "utf8");
}

/** What stands in the fenced blocks of a language. */
export function blocksOf(text: string, language: string): readonly string[] {
  const fenced = new RegExp(`^\`\`\`${language}\\n(?<block>.*?)^\`\`\`$`, "gms");
  return [...text.matchAll(fenced)].map(({ groups }) => groups?.["block"] ?? "");
}

/** The YAML blocks of a text, read. */
export function documentsOf(text: string): readonly Readonly<Record<string, unknown>>[] {
  return blocksOf(text, "yaml").map((yaml) => asMap(readDocument(yaml).value));
}

/** The whole configuration of `docs/policy.md`, which other pages add to. */
export const WHOLE = documentsOf(pageText("policy.md")).find((document) => "upstreams" in document) ?? {};

const NOW = Date.UTC(2026, 0, 20);
const { certPem, keyPem } = createThrowAwayCertificate(NOW);
const FILES: Readonly<Record<string, string>> = {
  "/etc/postern/tls.crt": certPem,
  "/etc/postern/tls.key": keyPem,
};

/** A document as it is read, with what `check` says of it, but for the warning that record mode is on. */
export function configOf(document: unknown): {
  readonly config: Config | undefined;
  readonly said: readonly string[];
} {
  const surroundings = { env: () => undefined, file: (path: string) => FILES[path], now: () => NOW };
  const { config, problems, warnings } = readConfig(JSON.stringify(document), surroundings);
  const found = [...problems, ...warnings.filter(({ path }) => path !== "policy.mode")];
  return { config, said: found.map(({ path, message }) => `${path}: ${message}`) };
}

/** What `check` says of a document. */
export function saidOf(document: unknown): readonly string[] {
  return configOf(document).said;
}

/** What `check` says of the whole configuration with a block of a page in it. */
export function saidOfBlock(block: Readonly<Record<string, unknown>>): readonly string[] {
  const upstreams = { ...asMap(WHOLE["upstreams"]), ...asMap(block["upstreams"]) };
  return saidOf({ ...WHOLE, ...block, upstreams });
}
