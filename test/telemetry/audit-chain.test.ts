import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createAuditChain } from "../../src/telemetry/audit-chain.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { outcomeOf } from "./outcomes.ts";

const START = "0123456789abcdef0123456789abcdef";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("a chain", () => {
  it("numbers lines from 1 and hashes each with the one before, the first with the chain's own start", () => {
    const chain = createAuditChain(START);
    const one = `{"a":1,"seq":1,"chainStart":"${START}"}`;
    const two = `{"b":"x","seq":2,"chainStart":"${START}"}`;
    expect(chain('{"a":1}')).toBe(`${one.slice(0, -1)},"chain":"${sha256(START + one)}"}`);
    expect(chain('{"b":"x"}')).toBe(`${two.slice(0, -1)},"chain":"${sha256(sha256(START + one) + two)}"}`);
  });

  it("begins at random, so that two processes never share one", () => {
    const starts = [1, 2].map(
      () => (JSON.parse(createAuditChain()(`{"a":1}`)) as { chainStart: string }).chainStart,
    );
    expect(starts[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(starts[0]).not.toBe(starts[1]);
  });
});

function chained(auditChain: boolean) {
  const lines: string[] = [];
  const made = createLog(
    { level: "info", requests: "all", auditChain },
    { write: (line) => void lines.push(line) },
  );
  return {
    made,
    said: () => lines.map((line) => JSON.parse(line) as { seq?: number; chainStart?: string }),
  };
}

describe("a log with a chain", () => {
  it("has the lines of the audit in it and no others", () => {
    const { made, said } = chained(true);
    made.record(outcomeOf());
    made.audit("reload", "reloaded");
    made.info("something else");
    made.record(outcomeOf({ recorded: true }));
    expect(said().map(({ seq }) => seq)).toEqual([undefined, 1, undefined, 2]);
  });

  it("goes on with the same chain after a time without one", () => {
    const { made, said } = chained(true);
    made.audit("reload", "1");
    made.adopt({ level: "info", requests: "all" });
    made.audit("reload", "-");
    made.adopt({ level: "info", requests: "all", auditChain: true });
    made.audit("reload", "2");
    expect(said().map(({ seq }) => seq)).toEqual([1, undefined, 2]);
    expect(new Set(said().map(({ chainStart }) => chainStart)).size).toBe(2);
  });
});
