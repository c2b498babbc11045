import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findBoto3 } from "../support/found-clients.ts";
import { CLIENT_ENV, type ClientRun, runClient } from "../support/run-client.ts";
import { type Stack, startStack } from "../support/stack.ts";

const ROOT = join(import.meta.dirname, "../..");
const POSTERN = `${process.execPath} ${join(ROOT, "bin/postern.js")}`;
const TEXT = readFileSync(join(ROOT, "docs/recipes.md"), "utf8");

/** A block of the page, and what runs it. */
interface Block {
  readonly section: string;
  readonly language: string;
  readonly text: string;
}

function blocksOf(section: string): readonly Block[] {
  const name = /^.*/.exec(section)?.[0] ?? "";
  const found = section.matchAll(/^```(?<language>\w+)\n(?<text>.*?)^```$/gms);
  return [...found].map(({ groups }) => ({
    section: name,
    language: groups?.["language"] ?? "",
    text: groups?.["text"] ?? "",
  }));
}

const BLOCKS = TEXT.split(/^##? /m).flatMap(blocksOf);
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

let stack: Stack;
let folder: string;

beforeAll(async () => {
  stack = await startStack();
  folder = mkdtempSync(join(tmpdir(), "postern-recipes-"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  mkdirSync(join(folder, ".aws"));
  mkdirSync(join(folder, ".postern"));
  writeFileSync(join(folder, ".aws/config"), asHere(of("ini")[0]?.text ?? ""));
  writeFileSync(join(folder, ".postern/token"), await stack.tokenOf("analyst"));
});
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

/** With the addresses and paths that are the page's in place of the reader's. */
function asHere(text: string): string {
  return text
    .replaceAll("http://127.0.0.1:4480", stack.url)
    .replaceAll(/npx postern|(?<=^credential_process = )postern/gm, POSTERN)
    .replaceAll("/run/app/token", join(folder, ".postern/token"));
}

const PROGRAMS: Readonly<Record<string, { readonly program: string; readonly file: string }>> = {
  sh: { program: "sh", file: "block.sh" },
  js: { program: process.execPath, file: "block.mjs" },
  python: { program: python?.path ?? "python3", file: "block.py" },
};

async function runBlock({ language, text }: Block): Promise<ClientRun> {
  const { program, file } = PROGRAMS[language] ?? { program: "false", file: "block" };
  writeFileSync(join(folder, file), asHere(text));
  const { AWS_DEFAULT_REGION: _region, ...own } = CLIENT_ENV;
  const env = {
    ...own,
    AWS_CONFIG_FILE: join(folder, ".aws/config"),
    HOME: folder,
    TOKEN: readFileSync(join(folder, ".postern/token"), "utf8"),
    POSTERN_PORT: String(stack.ports.listen),
    POSTERN_LOCAL_PORT: String(stack.aws.port),
  };
  return runClient(program, language === "sh" ? ["-e", file] : [file], { env, folder });
}

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
    const { code, out, err } = await runBlock(block);
    expect({ code, err }).toMatchObject({ code: 0 });
    const printed = out.toString().split(READ).length - 1;
    const wanted = SILENT.test(block.text) ? 0 : Math.max(1, block.text.match(/aws s3 cp/g)?.length ?? 0);
    expect(printed).toBe(wanted);
  });

  it("wrote what it uploads", async () => {
    const headers = { authorization: `Bearer ${await stack.tokenOf("editor")}` };
    const answer = await fetch(`${stack.url}/s3/reports/new.txt`, { headers });
    expect([answer.headers.get("content-type"), await answer.text()]).toEqual(["text/plain", "hello\n"]);
  });
});
