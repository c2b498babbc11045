import { expect, it } from "vitest";
import { createPools } from "../../src/upstream/pools.ts";

it("has one pool for the origin and one for each host that a prefix makes of it", async () => {
  const pools = createPools("https://s3.test:8443", {});
  expect(pools.of("")).toBe(pools.of(""));
  expect(pools.of("reports.")).toBe(pools.of("reports."));
  expect(new Set([pools.of(""), pools.of("reports."), pools.of("home.")]).size).toBe(3);
  await pools.close();
  expect([pools.of("").destroyed, pools.of("reports.").destroyed]).toEqual([true, true]);
});

it("keeps the hosts that are asked for, however many there were", async () => {
  const pools = createPools("https://s3.test", {});
  const kept = pools.of("kept.");
  const first = pools.of("first.");
  for (let i = 0; i < 63; i++) {
    pools.of(`b${i}.`);
    pools.of("kept.");
  }
  expect([kept.closed, first.closed]).toEqual([false, true]);
  expect(pools.of("kept.")).toBe(kept);
  await pools.close();
});

it.each(["http://127.0.0.1:9000", "https://[::1]:9000", "http://localhost:9000"])(
  "has one pool for %s, since only the Host header can name more",
  async (origin) => {
    const pools = createPools(origin, {});
    expect(pools.of("reports.")).toBe(pools.of(""));
    await pools.close();
  },
);
