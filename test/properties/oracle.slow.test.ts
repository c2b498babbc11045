import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Judged, type Oracle, startOracle } from "../support/oracle/oracle.ts";

/** How many requests: `POSTERN_ORACLE=100000` for a long run, which also tells what it came by. */
const COUNT = Number(process.env["POSTERN_ORACLE"] ?? 5000);
const SEED = Number(process.env["POSTERN_ORACLE_SEED"] ?? Date.now() % 1_000_000);

let oracle: Oracle;
beforeAll(async () => {
  oracle = await startOracle();
});
afterAll(() => oracle.close());

describe("S8 what was decided is what is sent", () => {
  it(`in ${COUNT} random and hostile requests, seed ${SEED}`, { timeout: 60_000 + COUNT * 20 }, async () => {
    const judged = await oracle.run(COUNT, SEED);
    if (process.env["POSTERN_ORACLE"] !== undefined) tell(judged);
    expect(judged.differences.join("\n\n")).toBe("");
    // Not by being refused at the door: a share of them was let through, of nearly every operation that there is.
    expect(judged.compared).toBeGreaterThan(COUNT / 4);
    expect(judged.operations.size).toBeGreaterThan(180);
    expect(judged.verdicts.size).toBeGreaterThan(440);
  });
});

function tell({ differences, ...others }: Judged): void {
  const told = { ...others, differences: differences.length };
  console.log(
    JSON.stringify(
      told,
      (_, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value),
      1,
    ),
  );
}
