import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDenylist, type Denylist, parseDenylist } from "../../src/identity/denylist.ts";
import { NOW } from "../support/signed-tokens.ts";

const SUB = "0f3a6e7c-1111-4222-8333-444455556666";

const entriesOf = (text: string): Record<string, number> => {
  const parsed = parseDenylist(text);
  return "entries" in parsed ? Object.fromEntries(parsed.entries) : expect.fail(JSON.stringify(parsed));
};
const problemsOf = (text: string): readonly { readonly line: number; readonly message: string }[] => {
  const parsed = parseDenylist(text);
  return "problems" in parsed ? parsed.problems : [];
};

describe("parseDenylist", () => {
  it("reads one entry a line, with or without an end, and comments", () => {
    const text = [
      "# Lost laptops",
      "",
      "jti:cccccccc-0000-4000-8000-000000000001",
      "  origin_jti:a#1   2026-02-01T00:00:00Z  # Anna's, until her token ends",
      `sub:staff/${SUB}\r`,
      "jti:leap 2028-02-29T23:59:59z",
      "sub:google/a/b:c\t2026-02-01T02:00:00.5+02:00",
      "   # nothing more",
    ].join("\n");
    expect(entriesOf(text)).toEqual({
      "jti:cccccccc-0000-4000-8000-000000000001": Number.POSITIVE_INFINITY,
      "origin_jti:a#1": Date.UTC(2026, 1, 1),
      [`sub:staff/${SUB}`]: Number.POSITIVE_INFINITY,
      "jti:leap": Date.UTC(2028, 1, 29, 23, 59, 59),
      "sub:google/a/b:c": Date.UTC(2026, 1, 1) + 500,
    });
  });

  it("may be empty", () => {
    expect([entriesOf(""), entriesOf("\n\n"), entriesOf("# none")]).toEqual([{}, {}, {}]);
  });

  it("takes the later end of an entry that stands twice, in whatever order", () => {
    const early = "jti:a 2026-02-01T00:00:00Z";
    const late = "jti:a 2026-03-01T00:00:00Z";
    for (const text of [`${early}\n${late}`, `${late}\n${early}`])
      expect(entriesOf(text)).toEqual({ "jti:a": Date.UTC(2026, 2, 1) });
    expect(entriesOf(`jti:a\n${late}`)).toEqual({ "jti:a": Number.POSITIVE_INFINITY });
  });

  it.each([
    "cccccccc-0000-4000-8000-000000000001",
    "jti:",
    "jti: a",
    "JTI:a",
    "kid:a",
    "sub:staff",
    "sub:staff/",
    `sub:${SUB}`,
    `sub:/${SUB}`,
    `sub:Staff/${SUB}`,
    "sub:https://accounts.google.com/1",
    "jti:a 2026-02-01",
    "jti:a 2026-02-01T00:00:00",
    "jti:a 2026-02-30T00:00:00Z",
    "jti:a 2026-04-31T00:00:00Z",
    "jti:a 2026-13-01T00:00:00Z",
    "jti:a 2026-01-00T00:00:00Z",
    "jti:a 2026-02-01T24:00:00Z",
    "jti:a 2026-02-01T00:00:60Z",
    "jti:a 2026-02-01T00:00:00+2",
    "jti:a 1893456000",
    "jti:a tomorrow",
    "jti:a 2026-02-01T00:00:00Z jti:b",
    "{",
  ])("M8 tells that %s is no entry, and in which line", (line) => {
    expect(problemsOf(`jti:good\n${line}\n`)).toEqual([{ line: 2, message: expect.any(String) }]);
  });

  it("tells all that is wrong, but not every line of some other file", () => {
    expect(problemsOf("a\njti:b\nc").map(({ line }) => line)).toEqual([1, 3]);
    expect(problemsOf("x\n".repeat(1000))).toHaveLength(20);
  });

  it("M8 takes a million lines, and not one more", () => {
    const text = `${"#\n".repeat(999_999)}jti:last`;
    expect(entriesOf(text)).toEqual({ "jti:last": Number.POSITIVE_INFINITY });
    expect(entriesOf(`${text}\n`)).toEqual({ "jti:last": Number.POSITIVE_INFINITY });
    expect(problemsOf(`${text}\n#`)).toEqual([{ line: 1_000_001, message: expect.any(String) }]);
  });

  it("M8 takes no more than 64 MiB", () => {
    expect(problemsOf(`# ${"x".repeat(64 * 1024 * 1024)}`)).toHaveLength(1);
  });
});

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 10 });

describe("createDenylist", () => {
  let directory: string;
  let path: string;
  let nowMs: number;
  let changes: number;
  let failures: unknown[];
  let list: Denylist | undefined;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "denylist-"));
    path = join(directory, "denied.txt");
    nowMs = NOW;
    changes = 0;
    failures = [];
  });
  afterEach(() => {
    list?.close();
    list = undefined;
    rmSync(directory, { recursive: true });
  });

  const begin = (text: string): Denylist => {
    writeFileSync(path, text);
    list = createDenylist({
      path,
      now: () => nowMs,
      onChange: () => changes++,
      onFailure: (error) => failures.push(error),
    });
    return list;
  };
  const replace = (text: string): void => {
    writeFileSync(join(directory, "next"), text);
    renameSync(join(directory, "next"), path);
  };

  it("means a caller by each of its handles", () => {
    const { isRevoked } = begin(`jti:a\norigin_jti:b\nsub:staff/${SUB}\n`);
    for (const handle of ["jti:a", "origin_jti:b", `sub:staff/${SUB}`])
      expect(isRevoked({ handles: ["jti:x", handle] })).toBe(true);
  });

  it("S1.3 means no one else's: a subject is of its issuer", () => {
    const { isRevoked } = begin(`jti:a\norigin_jti:b\nsub:staff/${SUB}\n`);
    for (const handle of ["jti:b", "origin_jti:a", `sub:customers/${SUB}`, "sub:staff/", "jti:A"])
      expect(isRevoked({ handles: [handle] })).toBe(false);
    expect(isRevoked({ handles: [] })).toBe(false);
  });

  it("ends an entry at its end, by the clock as it goes", () => {
    const { isRevoked } = begin("jti:a 2026-01-15T12:00:01Z");
    expect(isRevoked({ handles: ["jti:a"] })).toBe(true);
    nowMs += 999;
    expect(isRevoked({ handles: ["jti:a"] })).toBe(true);
    nowMs += 1;
    expect(isRevoked({ handles: ["jti:a"] })).toBe(false);
  });

  it("takes a change over, and tells of it", async () => {
    const { isRevoked } = begin("jti:a");
    expect(changes).toBe(0);
    replace("jti:b");
    await eventually(() => expect(changes).toBe(1));
    expect([isRevoked({ handles: ["jti:a"] }), isRevoked({ handles: ["jti:b"] })]).toEqual([false, true]);
  });

  it("M8 keeps the last good entries while the file has an error, and tells where", async () => {
    const { isRevoked, ageMs } = begin("jti:a");
    replace("jti:b\nbroken\nbroken too\n");
    await eventually(() => expect(failures).toHaveLength(1));
    expect(String(failures[0])).toContain(`${path}:2: a line is`);
    expect(String(failures[0])).toContain("(and 1 more)");
    expect([isRevoked({ handles: ["jti:a"] }), isRevoked({ handles: ["jti:b"] })]).toEqual([true, false]);
    nowMs += 60_000;
    expect([changes, ageMs()]).toEqual([0, 60_000]);
  });

  it("M8 keeps them while the file is gone", async () => {
    const { isRevoked } = begin("jti:a");
    rmSync(path);
    await eventually(() => expect(failures).toHaveLength(1));
    expect(isRevoked({ handles: ["jti:a"] })).toBe(true);
  });

  it.each([
    ["broken", "broken"],
    ["not UTF-8", Buffer.from([0xff])],
  ])("M8 does not begin with a file that is %s", (_what, content) => {
    expect(() => begin(content as string)).toThrow(`no denylist can be had from ${path}`);
    expect(failures).toEqual([]);
  });

  it("M8 does not begin without a file", () => {
    const options = { path, now: Date.now, onChange: () => {}, onFailure: () => {} };
    expect(() => createDenylist(options)).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ code: "ENOENT" }) }),
    );
  });
});
