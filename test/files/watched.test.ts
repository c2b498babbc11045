import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FileError } from "../../src/files/read-text-file.ts";
import { type WatchedFile, watchFile, type WatchOptions } from "../../src/files/watched.ts";

let directory: string;
let path: string;
let texts: string[];
let failures: unknown[];
let file: WatchedFile | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "watched-"));
  path = join(directory, "denied.txt");
  texts = [];
  failures = [];
});
afterEach(() => {
  file?.close();
  file = undefined;
  rmSync(directory, { recursive: true });
});

const follow = (more: Partial<WatchOptions> = {}): WatchedFile => {
  file = watchFile({
    path,
    maxBytes: 1000,
    onText: (text) => texts.push(text),
    onFailure: (error) => failures.push(error),
    now: Date.now,
    settleMs: 5,
    pollMs: 3_600_000,
    ...more,
  });
  return file;
};
const replace = (text: string): void => {
  writeFileSync(join(directory, "next"), text);
  renameSync(join(directory, "next"), path);
};
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 5 });
/** Long enough for the events of what was done to have come; what did not happen until then is said not to. */
const pass = () => new Promise((resolve) => setTimeout(resolve, 60));

describe("watchFile", () => {
  it("reads the file at once", () => {
    writeFileSync(path, "one");
    follow();
    expect([texts, failures]).toEqual([["one"], []]);
  });

  it("reads it again when another is renamed onto it", async () => {
    writeFileSync(path, "one");
    follow();
    replace("two");
    await eventually(() => expect(texts).toEqual(["one", "two"]));
    replace("three");
    await eventually(() => expect(texts).toEqual(["one", "two", "three"]));
  });

  it("reads it again when it is written in place, and has the whole in the end", async () => {
    writeFileSync(path, "one");
    follow();
    for (const part of ["t", "tw", "two"]) writeFileSync(path, part);
    await eventually(() => expect(texts.at(-1)).toBe("two"));
  });

  it("follows a link that is swapped, as Kubernetes does for a ConfigMap", async () => {
    for (const [version, text] of [
      ["..2026_01", "one"],
      ["..2026_02", "two"],
    ] as const) {
      mkdirSync(join(directory, version));
      writeFileSync(join(directory, version, "denied.txt"), text);
    }
    symlinkSync("..2026_01", join(directory, "..data"));
    symlinkSync("..data/denied.txt", path);
    follow();
    for (const [version, text] of [
      ["..2026_02", "two"],
      ["..2026_01", "one"],
    ] as const) {
      symlinkSync(version, join(directory, "..data_tmp"));
      renameSync(join(directory, "..data_tmp"), join(directory, "..data"));
      await eventually(() => expect(texts.at(-1)).toBe(text));
    }
    expect([texts, failures]).toEqual([["one", "two", "one"], []]);
  });

  it("finds by looking what no event tells of, such as a change behind a link", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "watched-"));
    writeFileSync(join(elsewhere, "real"), "one");
    symlinkSync(join(elsewhere, "real"), path);
    follow({ pollMs: 10 });
    writeFileSync(join(elsewhere, "real"), "two");
    await eventually(() => expect(texts).toEqual(["one", "two"]));
    rmSync(elsewhere, { recursive: true });
  });

  it("does not read what has not changed, whatever else happens beside it", async () => {
    writeFileSync(path, "one");
    follow({ pollMs: 5 });
    writeFileSync(join(directory, "other"), "x");
    await pass();
    expect(texts).toEqual(["one"]);
  });

  it("tells once that the file is gone, and takes it up again when it is back", async () => {
    writeFileSync(path, "one");
    follow({ pollMs: 5 });
    unlinkSync(path);
    await eventually(() => expect(failures).toHaveLength(1));
    await pass();
    expect(failures).toHaveLength(1);
    replace("two");
    await eventually(() => expect(texts).toEqual(["one", "two"]));
  });

  it("begins without a file, and without a directory", async () => {
    const missing = join(directory, "later");
    follow({ path: join(missing, "denied.txt"), pollMs: 10 });
    expect([texts, failures.length]).toEqual([[], 2]);
    mkdirSync(missing);
    writeFileSync(join(missing, "denied.txt"), "one");
    await eventually(() => expect(texts).toEqual(["one"]));
  });

  it.each([
    ["too large", "x".repeat(1001)],
    ["not UTF-8", Buffer.from([0x61, 0xff])],
  ])("does not take a file that is %s", (_what, content) => {
    writeFileSync(path, content);
    follow();
    expect([texts, failures.length]).toEqual([[], 1]);
  });

  it("does not take a directory, or whatever else is no file", () => {
    mkdirSync(path);
    follow();
    expect([texts, failures]).toEqual([[], [new FileError("EISDIR", `${path} is a folder`)]]);
  });

  it("takes a failure of whoever is told for one of the file, and goes on", async () => {
    writeFileSync(path, "bad");
    follow({
      onText: (text) => {
        if (text === "bad") throw new Error("not this");
        texts.push(text);
      },
    });
    expect([texts, failures]).toEqual([[], [new Error("not this")]]);
    replace("good");
    await eventually(() => expect(texts).toEqual(["good"]));
  });

  it("tells how long ago the file was seen to hold what was taken from it", async () => {
    let nowMs = 0;
    writeFileSync(path, "one");
    const { ageMs } = follow({
      now: () => nowMs,
      pollMs: 5,
      onText: (text) => {
        if (text === "bad") throw new Error("not this");
      },
    });
    expect(ageMs()).toBe(0);
    nowMs = 1000;
    await eventually(() => expect(ageMs()).toBe(0));
    replace("bad");
    await eventually(() => expect(failures).toHaveLength(1));
    nowMs = 61_000;
    await pass();
    expect(ageMs()).toBeGreaterThanOrEqual(60_000);
  });

  it("knows no age before anything was taken", () => {
    expect(follow().ageMs()).toBeUndefined();
  });

  it("does nothing more once it is closed", async () => {
    writeFileSync(path, "one");
    const { close } = follow({ pollMs: 5 });
    replace("two");
    close();
    await pass();
    expect(texts).toEqual(["one"]);
  });

  it("leaves no timer when it is closed while it waits for the file to keep still", () => {
    vi.useFakeTimers();
    writeFileSync(path, "one");
    const { close } = follow({ pollMs: 5 });
    replace("two");
    vi.advanceTimersByTime(5);
    expect(vi.getTimerCount()).toBe(2);
    close();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});
