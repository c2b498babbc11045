import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { explain } from "../../src/cli/explain.ts";
import { asMap } from "../../src/config/draft.ts";
import { listening } from "../cli/spoken.ts";
import { blocksOf, documentsOf, pageText } from "../support/doc-pages.ts";

const [head = "", ...sections] = pageText("cookbook.md").split(/^## /m);
const devices = sections.find((section) => section.startsWith("Devices")) ?? "";
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-cookbook-"));
  const [base = {}] = documentsOf(head);
  const [own = {}] = documentsOf(devices);
  const upstreams = { ...asMap(base["upstreams"]), ...asMap(own["upstreams"]) };
  writeFileSync(join(folder, "postern.yaml"), JSON.stringify({ ...base, ...own, upstreams }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The words of a line as a shell takes them: those in quotes as they are. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'(?<quoted>[^']*)'|(?<bare>\S+)/g)].map(
    ({ groups }) => groups?.["quoted"] ?? groups?.["bare"] ?? "",
  );
}

describe("docs/cookbook.md, of devices", () => {
  const lines = blocksOf(devices, "sh").join("").split("\n").filter(Boolean);

  it("asks for more than one packet", () => {
    expect(lines.length).toBeGreaterThan(2);
  });

  it.each(lines)("%s", async (line) => {
    const [asked = "", comment = "exit code 0"] = line.split(" # ");
    const [, , ...args] = wordsOf(asked.replace("postern.yaml", join(folder, "postern.yaml")));
    const { code, err } = await listening(() => explain.run(args, {}));
    expect([`exit code ${code}`, err]).toEqual([comment, ""]);
  });
});
