import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageText } from "../support/doc-pages.ts";
import { findBoto3 } from "../support/found-clients.ts";
import { type PageReader, startPageReader } from "../support/page-reader.ts";

const TEXT = pageText("recipes.md");

/** A block of the page, and what runs it. */
interface Block {
  readonly section: string;
  readonly language: string;
  readonly text: string;
}

function blocksIn(section: string): readonly Block[] {
  const name = /^.*/.exec(section)?.[0] ?? "";
  const found = section.matchAll(/^```(?<language>\w+)\n(?<text>.*?)^```$/gms);
  return [...found].map(({ groups }) => ({
    section: name,
    language: groups?.["language"] ?? "",
    text: groups?.["text"] ?? "",
  }));
}

const BLOCKS = TEXT.split(/^##? /m).flatMap(blocksIn);
const of = (...languages: readonly string[]): readonly Block[] =>
  BLOCKS.filter(({ language }) => languages.includes(language));

const python = findBoto3()[0];

/** Whether the `aws` of the path knows the variables that the page names, from 1.30 and 2.15 on. */
function findsCli(): boolean {
  const { stdout } = spawnSync("aws", ["--version"], { encoding: "utf8", timeout: 20_000 });
  const { major, minor } = /aws-cli\/(?<major>\d+)\.(?<minor>\d+)/.exec(stdout ?? "")?.groups ?? {};
  return Number(minor) >= (major === "1" ? 30 : 15);
}
const hasCli = findsCli();

let reader: PageReader;

beforeAll(async () => {
  reader = await startPageReader();
});
afterAll(() => reader.close());

/** What blocks print. That which makes the token and that which uploads print nothing. */
const READ = "Third quarter: revenue";
const SILENT = /> \.postern\/token|curl -T/;
const needsCli = ({ text }: Block): boolean => /\baws s3\b/.test(text);
const needsPython = ({ language }: Block): boolean => language === "python";

describe("docs/recipes.md", () => {
  it("has blocks of every kind", () => {
    expect(new Set(BLOCKS.map(({ language }) => language))).toEqual(
      new Set(["sh", "yaml", "js", "python", "ini"]),
    );
  });

  it("leads to its own sections", () => {
    const links = [...TEXT.matchAll(/\]\(#(?<anchor>[^)]+)\)/g)].map(({ groups }) => groups?.["anchor"]);
    const anchors = [...TEXT.matchAll(/^## (?<title>.*)$/gm)].map(({ groups }) =>
      groups?.["title"]?.toLowerCase().replaceAll(" ", "-"),
    );
    expect(new Set(links)).toEqual(new Set(anchors));
  });

  it.for(of("sh", "js", "python"))("$section: runs as it stands, in $language", async (block, { skip }) => {
    skip(needsCli(block) && !hasCli, "no aws on the path knows these variables");
    skip(needsPython(block) && python === undefined, "no python3 on the path has boto3");
    const { code, out, err } = await reader.run(block.language, block.text);
    expect({ code, err }).toMatchObject({ code: 0 });
    const printed = out.toString().split(READ).length - 1;
    const wanted = SILENT.test(block.text) ? 0 : Math.max(1, block.text.match(/aws s3 cp/g)?.length ?? 0);
    expect(printed).toBe(wanted);
  });

  it("wrote what it uploads", async () => {
    const { stack } = reader;
    const headers = { authorization: `Bearer ${await stack.tokenOf("editor")}` };
    const answer = await fetch(`${stack.url}/s3/reports/new.txt`, { headers });
    expect([answer.headers.get("content-type"), await answer.text()]).toEqual(["text/plain", "hello\n"]);
  });
});
