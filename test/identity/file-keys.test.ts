import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFileKeys } from "../../src/identity/file-keys.ts";
import { type KeySet, USER_POOL_KEYS } from "../../src/identity/jwks.ts";
import type { KeySource } from "../../src/identity/key-source.ts";
import { keySetOf, makeKey } from "../support/signed-tokens.ts";

const one = makeKey("one");
const two = makeKey("two");
const refused = (code: string) => expect.objectContaining({ name: "Refusal", code });

let directory: string;
let path: string;
let changes: KeySet[];
let failures: unknown[];
let source: KeySource;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "file-keys-"));
  path = join(directory, "jwks.json");
  changes = [];
  failures = [];
  source = createFileKeys({
    path,
    terms: USER_POOL_KEYS,
    onChange: (keys) => changes.push(keys),
    onFailure: (error) => failures.push(error),
    now: Date.now,
  });
});
afterEach(() => {
  source.stop();
  rmSync(directory, { recursive: true });
});

const replace = (text: string): void => {
  writeFileSync(join(directory, "next"), text);
  renameSync(join(directory, "next"), path);
};
const kids = () => source.current()?.keys.map(({ kid }) => kid);
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 10 });

describe("createFileKeys", () => {
  it("reads nothing before it is asked to, and then at once", async () => {
    writeFileSync(path, keySetOf(one));
    expect([kids(), source.ageMs()]).toEqual([undefined, undefined]);
    await source.refresh();
    expect([kids(), changes.length]).toEqual([["one"], 1]);
    expect(source.ageMs()).toBeGreaterThanOrEqual(0);
  });

  it("takes up a file that is replaced, so that a withdrawn key goes", async () => {
    writeFileSync(path, keySetOf(one));
    await source.refresh();
    replace(keySetOf(two));
    await eventually(() => expect(kids()).toEqual(["two"]));
  });

  it("keeps the last good keys while the file is none, and tells of it", async () => {
    writeFileSync(path, keySetOf(one));
    await source.refresh();
    replace("<html>");
    await eventually(() => expect(failures).toEqual([refused("keys-unavailable")]));
    expect(kids()).toEqual(["one"]);
  });

  it("knows no other place for a key that the file does not hold", async () => {
    await source.refresh();
    expect(failures).toHaveLength(1);
    await expect(source.seek("one")).rejects.toThrow(refused("keys-unavailable"));
    replace(keySetOf(one));
    await eventually(() => expect(kids()).toEqual(["one"]));
    await expect(source.seek("two")).rejects.toThrow(refused("token-signature"));
  });

  it("follows nothing once it is stopped", async () => {
    writeFileSync(path, keySetOf(one));
    source.stop();
    await source.refresh();
    expect(kids()).toBeUndefined();
  });
});
