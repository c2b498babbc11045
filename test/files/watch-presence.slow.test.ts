import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Presence, watchPresence } from "../../src/files/watch-presence.ts";
import { until } from "../support/until.ts";

let folder: string;
let changes: boolean[];
let presence: Presence | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-presence-"));
  changes = [];
});
afterEach(() => {
  presence?.close();
  rmSync(folder, { recursive: true });
});

function watch(path: string, pollMs: number): void {
  const watched = watchPresence({ path, pollMs, onChange: () => changes.push(watched.isThere()) });
  presence = watched;
}

it("tells by events that a file has come and gone", async () => {
  const path = join(folder, "locked");
  watch(path, 1e9);
  writeFileSync(path, "");
  await until(() => changes.length === 1);
  rmSync(path);
  await until(() => changes.length === 2);
  expect(changes).toEqual([true, false]);
});

it("looks by itself where the folder was not there, or was made anew", async () => {
  const path = join(folder, "later", "locked");
  watch(path, 5);
  mkdirSync(join(folder, "later"));
  writeFileSync(path, "");
  await until(() => changes.length === 1);
  rmSync(join(folder, "later"), { recursive: true });
  await until(() => changes.length === 2);
  mkdirSync(join(folder, "later"));
  writeFileSync(path, "");
  await until(() => changes.length === 3);
  expect(changes).toEqual([true, false, true]);
});
