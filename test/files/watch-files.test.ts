import { rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type FilesWatch, stampsOf, watchFiles } from "../../src/files/watch-files.ts";
import { type ConfigMap, mountConfigMap } from "../support/config-map.ts";

let map: ConfigMap;
let other: ConfigMap;
let watch: FilesWatch;
let changes: number;
let failures: unknown[];

beforeEach(() => {
  map = mountConfigMap({ a: "1", b: "1" });
  other = mountConfigMap({ c: "1" });
  changes = 0;
  failures = [];
  watch = watchFiles({
    onChange: () => changes++,
    onFailure: (error) => failures.push(error),
    settleMs: 5,
    pollMs: 3_600_000,
  });
});
afterEach(() => {
  watch.close();
  map.remove();
  other.remove();
});

const follow = (...paths: readonly string[]): void => watch.follow(paths, stampsOf(paths));
const told = (count: number) => vi.waitFor(() => expect(changes).toBe(count), { timeout: 5000, interval: 5 });
/** Long enough for the events of what was done to have come. */
const pass = () => new Promise((resolve) => setTimeout(resolve, 60));

describe("files that are followed as one", () => {
  it("tell of a swap of all of them once", async () => {
    follow(map.pathOf("a"), map.pathOf("b"), other.pathOf("c"));
    map.swap({ a: "2", b: "2" });
    await told(1);
    await pass();
    expect(changes).toBe(1);
    other.swap({ c: "2" });
    await told(2);
    expect(failures).toEqual([]);
  });

  it("tell of what changed since they were read, before anybody followed them", async () => {
    const stamps = stampsOf([map.pathOf("a")]);
    map.swap({ a: "22", b: "2" });
    watch.follow([map.pathOf("a")], stamps);
    await told(1);
  });

  it("may come, go and come again", async () => {
    const path = map.pathOf("late");
    follow(path);
    writeFileSync(path, "here");
    await told(1);
    rmSync(path);
    await told(2);
    writeFileSync(path, "again");
    await told(3);
  });

  it("are told of no more once others are followed, or none", async () => {
    follow(map.pathOf("a"));
    follow(other.pathOf("c"));
    map.swap({ a: "2", b: "2" });
    await pass();
    expect(changes).toBe(0);
    other.swap({ c: "2" });
    await told(1);
    watch.close();
    other.swap({ c: "3" });
    await pass();
    expect(changes).toBe(1);
  });

  it("are looked at from time to time where events cannot be had, and that is told", async () => {
    watch.close();
    watch = watchFiles({
      onChange: () => changes++,
      onFailure: (error) => failures.push(error),
      settleMs: 1,
      pollMs: 5,
    });
    follow("/proc/self/nowhere/a");
    expect(failures).toHaveLength(1);
    follow(map.pathOf("a"));
    map.swap({ a: "2", b: "2" });
    await told(1);
  });
});
