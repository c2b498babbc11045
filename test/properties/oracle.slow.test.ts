import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Oracle, startOracle } from "../support/oracle/oracle.ts";

const COUNT = Number(process.env["POSTERN_ORACLE"] ?? 5000);
const SEED = Number(process.env["POSTERN_ORACLE_SEED"] ?? Date.now() % 1_000_000);

let oracle: Oracle;
beforeAll(async () => {
  oracle = await startOracle();
});
afterAll(() => oracle.close());

describe("S8 what was decided is what is sent", () => {
  it(`in ${COUNT} random and hostile requests, seed ${SEED}`, { timeout: 60_000 + COUNT * 10 }, async () => {
    const start = performance.now();
    const judged = await oracle.run(COUNT, SEED);
    const seconds = (performance.now() - start) / 1000;
    if (process.env["POSTERN_ORACLE"] !== undefined) {
      const { differences, ...told } = judged;
      console.log(
        JSON.stringify(
          { seconds, ...told },
          (_, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value),
          1,
        ),
      );
      console.log(differences.length);
    }
    expect(judged.differences.join("\n\n")).toBe("");
  });
});
