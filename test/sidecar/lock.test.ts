import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLock, type Lock } from "../../src/sidecar/lock.ts";

let folder: string;
let file: string;
let told: string[];
let lock: Lock;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-lock-"));
  file = join(folder, "locked");
  told = [];
  lock = createLock((isOn, by) => {
    expect(lock.isOn()).toBe(isOn);
    told.push(`${isOn ? "locked" : "unlocked"} by ${by}`);
  });
});

afterEach(async () => {
  await lock.close();
  rmSync(folder, { recursive: true });
});

describe("a lock", () => {
  it("is locked and unlocked by an operator, and told of once", () => {
    expect(lock.isOn()).toBe(false);
    lock.lock();
    lock.lock();
    expect([lock.isOn(), lock.unlock(), lock.unlock(), lock.isOn()]).toEqual([true, true, true, false]);
    expect(told).toEqual(["locked by operator", "unlocked by operator"]);
  });

  it("is on from the first moment where the file is there", () => {
    writeFileSync(file, "");
    lock.follow(file);
    expect([lock.isOn(), told]).toEqual([true, ["locked by file"]]);
  });

  it("stays on while the file is there, whatever an operator says", () => {
    writeFileSync(file, "");
    lock.follow(file);
    lock.lock();
    expect([lock.unlock(), lock.isOn()]).toEqual([false, true]);
    unlinkSync(file);
    expect([lock.unlock(), lock.isOn()]).toEqual([true, false]);
    expect(told).toEqual(["locked by file", "unlocked by file"]);
  });

  it("stays on by an operator when the file goes", () => {
    writeFileSync(file, "");
    lock.follow(file);
    lock.lock();
    lock.follow(undefined);
    expect(lock.isOn()).toBe(true);
    expect([lock.unlock(), told]).toEqual([true, ["locked by file", "unlocked by operator"]]);
  });

  it("goes by another file once it follows that, and does not open in between", () => {
    const other = join(folder, "other");
    writeFileSync(file, "");
    writeFileSync(other, "");
    lock.follow(file);
    lock.follow(other);
    expect(told).toEqual(["locked by file"]);
    lock.follow(join(folder, "not-there"));
    expect(told).toEqual(["locked by file", "unlocked by file"]);
  });

  it.each<readonly [what: string, make: () => void]>([
    ["a folder", () => mkdirSync(file)],
    ["a link that leads nowhere", () => symlinkSync("nowhere", file)],
  ])("is on where the file is %s", (_what, make) => {
    make();
    lock.follow(file);
    expect(lock.isOn()).toBe(true);
  });

  it("is on where nobody can say that the file is not there", () => {
    symlinkSync("loop", join(folder, "loop"));
    lock.follow(join(folder, "loop", "locked"));
    expect(lock.isOn()).toBe(true);
  });

  it("is off where the folder is not there", () => {
    lock.follow(join(folder, "not-there", "locked"));
    expect(lock.isOn()).toBe(false);
  });

  it("sees a ConfigMap's link swapped in at once", async () => {
    mkdirSync(join(folder, "..1"));
    symlinkSync("..1", join(folder, "..data"));
    lock.follow(join(folder, "..data", "locked"));
    mkdirSync(join(folder, "..2"));
    writeFileSync(join(folder, "..2", "locked"), "");
    symlinkSync("..2", join(folder, "..data_tmp"));
    renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
    // The poll sees it, or who asks.
    expect([lock.unlock(), told]).toEqual([false, ["locked by file"]]);
  });
});
