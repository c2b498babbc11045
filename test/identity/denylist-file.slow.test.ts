import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addToDenylist } from "../../src/identity/denylist-file.ts";
import { readDenylistLine } from "../../src/identity/denylist-line.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-denylist-"));
  path = join(folder, "denied.txt");
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = (): string => readFileSync(path, "utf8");

/** Leaves a file where one at a time writes, unless somebody does. */
function leave(left: string): void {
  try {
    linkSync(left, `${path}.new`);
  } catch {
    // Somebody writes.
  }
}

interface Written {
  readonly lines: readonly string[];
  readonly errors: readonly string[];
}

const WRITER = `
  import { addToDenylist } from ${JSON.stringify(join(import.meta.dirname, "../../src/identity/denylist-file.ts"))};
  const [path, name, count] = process.argv.slice(1);
  const [lines, errors] = [[], []];
  for (let i = 0; i < Number(count); i++)
    await addToDenylist(path, ["jti:" + name + i]).then(
      () => lines.push("jti:" + name + i),
      (error) => errors.push(String(error)),
    );
  console.log(JSON.stringify({ lines, errors }));
`;

/** Adds lines one by one, in a process of its own. */
async function write(name: string, count: number): Promise<Written> {
  const args = ["--import", "tsx", "--input-type=module", "--eval", WRITER, path, name, String(count)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [printed] = await Promise.all([textOf(child.stdout), once(child, "exit")]);
  return JSON.parse(printed) as Written;
}

describe("an entry that is added to a denylist's file", () => {
  it.each<readonly [what: string, before: string, after: string]>([
    ["of nothing", "", "jti:new\n"],
    ["with lines, blanks and comments", "# who\n\n  jti:a  \t# x\n", "# who\n\n  jti:a  \t# x\njti:new\n"],
    ["whose last line has no end", "jti:a", "jti:a\njti:new\n"],
    ["with ends of lines of another kind", "jti:a\r\n# b\r\n", "jti:a\r\n# b\r\njti:new\n"],
    ["that holds it already", "jti:a\njti:new # since long\n", "jti:a\njti:new # since long\n"],
    ["that holds it for a time", "jti:new 2026-12-31T23:59:59Z\n", "jti:new 2026-12-31T23:59:59Z\njti:new\n"],
  ])("leaves the rest byte for byte: a file %s", async (_what, before, after) => {
    writeFileSync(path, before);
    await addToDenylist(path, ["jti:new"]);
    expect(text()).toBe(after);
    expect(readdirSync(folder)).toEqual(["denied.txt"]);
  });

  it("keeps the file's mode, and another file takes its place at once", async () => {
    writeFileSync(path, "");
    chmodSync(path, 0o640);
    const before = statSync(path);
    await addToDenylist(path, ["jti:new"]);
    const after = statSync(path);
    expect([after.mode & 0o7777, after.uid, after.gid]).toEqual([0o640, before.uid, before.gid]);
    expect(after.ino).not.toBe(before.ino);
  });

  it("is lost to nobody, however many write at once", async () => {
    writeFileSync(path, "");
    const lines = Array.from({ length: 40 }, (_, i) => `jti:${i}`);
    await Promise.all(lines.map((line) => addToDenylist(path, [line])));
    expect(text().split("\n").filter(Boolean).toSorted()).toEqual(lines.toSorted());
  });

  it("is not written to a list that has an error, nor to what is no list", async () => {
    for (const spoiled of ["jti:a\nwho is this\n", Buffer.from([0xff, 0xfe, 0x00])]) {
      writeFileSync(path, spoiled);
      await expect(addToDenylist(path, ["jti:new"])).rejects.toThrow(/:2: |not UTF-8/);
      expect(readFileSync(path)).toEqual(Buffer.from(spoiled));
    }
    rmSync(path);
    await expect(addToDenylist(path, ["jti:new"])).rejects.toThrow("it is not there any more");
    mkdirSync(path);
    await expect(addToDenylist(path, ["jti:new"])).rejects.toThrow("is a folder");
    expect(readdirSync(folder)).toEqual(["denied.txt"]);
  });

  it("is not written through a link, as of a ConfigMap", async () => {
    writeFileSync(join(folder, "target"), "");
    symlinkSync("target", path);
    await expect(addToDenylist(path, ["jti:new"])).rejects.toThrow("change what it comes from");
    expect(readFileSync(join(folder, "target"), "utf8")).toBe("");
  });

  it("waits for who writes, and takes away what one left that ended", async () => {
    writeFileSync(path, "");
    writeFileSync(`${path}.new`, "half");
    const waiting = addToDenylist(path, ["jti:new"]);
    rmSync(`${path}.new`);
    await waiting;
    writeFileSync(`${path}.new`, "half");
    const longAgo = Date.now() / 1000 - 120;
    utimesSync(`${path}.new`, longAgo, longAgo);
    await addToDenylist(path, ["jti:other"]);
    expect(text()).toBe("jti:new\njti:other\n");
  });

  it("is lost to no process, where others end while they write, or are very slow", async () => {
    writeFileSync(path, "jti:old\n");
    const left = join(folder, "left");
    writeFileSync(left, "half");
    const longAgo = Date.now() / 1000 - 120;
    utimesSync(left, longAgo, longAgo);
    const leaving = setInterval(() => leave(left), 2);
    const writers = await Promise.all(["a", "b", "c", "d"].map((name) => write(name, 60)));
    clearInterval(leaving);
    expect(writers.flatMap(({ errors }) => errors)).toEqual([]);
    const added = writers.flatMap(({ lines }) => lines);
    expect(added.length).toBe(240);
    expect(text().split("\n").filter(Boolean).toSorted()).toEqual(["jti:old", ...added].toSorted());
    rmSync(`${path}.new`, { force: true });
    expect(readdirSync(folder).toSorted()).toEqual(["denied.txt", "left"]);
  });

  it("takes away nothing that is old by this machine's clock alone: the files' clock is another", async () => {
    writeFileSync(path, "");
    writeFileSync(`${path}.new`, "half");
    // As where the file system is another machine's, whose clock is two minutes behind.
    const spy = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 120_000);
    const waiting = addToDenylist(path, ["jti:new"]);
    await sleep(100);
    expect(readFileSync(`${path}.new`, "utf8")).toBe("half");
    spy.mockRestore();
    rmSync(`${path}.new`);
    await waiting;
    expect(text()).toBe("jti:new\n");
  });

  it.skipIf(process.getuid?.() === 0)("is not written where Postern may not", async () => {
    writeFileSync(path, "");
    chmodSync(folder, 0o500);
    await expect(addToDenylist(path, ["jti:new"])).rejects.toThrow("give its user the folder");
    chmodSync(folder, 0o700);
  });
});

describe("a line of a denylist", () => {
  it("is one entry, with an end and a comment where it has them", () => {
    expect(readDenylistLine("sub:staff/7c0e 2026-12-31T23:59:59Z # lost laptop")).toMatchObject({
      kind: "sub",
      issuer: "staff",
      endsAtMs: Date.UTC(2026, 11, 31, 23, 59, 59),
    });
    expect(readDenylistLine("origin_jti:a")).toMatchObject({ kind: "origin_jti", endsAtMs: Infinity });
  });

  it.each<readonly [what: string, line: string]>([
    ["nothing", ""],
    ["a comment", "# nobody"],
    ["two lines", "jti:a\njti:b"],
    ["a line with its end", "jti:a\n"],
    ["a comment that ends the line for some", "jti:a # \u2028jti:b"],
    ["what turns the writing direction", "jti:a # \u202etxet"],
    ["another word", "user:a"],
    ["two entries", "jti:a jti:b"],
    ["no real day", "jti:a 2026-02-30T00:00:00Z"],
    ["very much", `jti:${"a".repeat(5000)}`],
  ])("is not %s", (_what, line) => {
    expect(readDenylistLine(line)).toHaveProperty("problem");
  });
});
