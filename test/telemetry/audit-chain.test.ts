import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createAuditChain } from "../../src/telemetry/audit-chain.ts";
import { createLog } from "../../src/telemetry/log.ts";
import type { LogSettings } from "../../src/telemetry/log-settings.ts";
import { outcomeOf } from "./outcomes.ts";

const START = "0123456789abcdef0123456789abcdef";
const REFUSED = outcomeOf({ outcome: "refused", reason: "denied-no-rule" });
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
    said: () => lines.map((line) => JSON.parse(line) as { msg: string; seq?: number; chainStart?: string }),
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

  const ALL = { level: "info", requests: "all" } as const;

  it("begins another after a time without one, so that what is missing shows", () => {
    const { made, said } = chained(true);
    made.audit("reload", "1");
    made.adopt(ALL);
    made.audit("reload", "-");
    made.adopt({ ...ALL, auditChain: true });
    made.audit("reload", "1");
    expect(said().map(({ seq }) => seq)).toEqual([1, undefined, 1]);
    expect(new Set(said().map(({ chainStart }) => chainStart)).size).toBe(3);
  });

  it.each<Partial<LogSettings>>([
    { auditChain: false },
    { auditChain: true, audit: false },
    { auditChain: true, level: "silent" },
    { auditChain: false, audit: false, level: "silent" },
  ])(
    "ends with the line that says so, where %j takes it away, and another begins with its return",
    (away) => {
      const { made, said } = chained(true);
      const before = { ...ALL, auditChain: true };
      made.audit("lock", "locked");
      made.adopt({ ...ALL, ...away });
      made.auditSince(before, "reload", "off");
      made.record(REFUSED);
      made.adopt(before);
      made.auditSince({ ...ALL, ...away }, "reload", "on");
      made.record(REFUSED);
      const tied = said().filter(({ seq }) => seq !== undefined);
      expect(tied.map(({ msg, seq }) => [msg, seq])).toEqual([
        ["locked", 1],
        ["off", 2],
        ["on", 1],
        ["request", 2],
      ]);
      expect(tied[1]?.chainStart).toBe(tied[0]?.chainStart);
      expect(tied[2]?.chainStart).not.toBe(tied[0]?.chainStart);
    },
  );

  it("goes on through a change that leaves it on", () => {
    const { made, said } = chained(true);
    const before = { ...ALL, auditChain: true };
    made.audit("lock", "locked");
    made.adopt({ ...before, level: "error" });
    made.auditSince(before, "reload", "quieter");
    expect(said().map(({ seq }) => seq)).toEqual([1, 2]);
  });
});

it("what changed the log has a line if it was wanted before or is now, and is for the audit if one is there", () => {
  const unaudited = { level: "info", requests: "all", audit: false } as const;
  const none = { level: "error", requests: "all", audit: false } as const;
  const lines: string[] = [];
  const made = createLog(none, { write: (line) => void lines.push(line) });
  made.auditSince(none, "reload", "neither");
  expect(lines).toEqual([]);
  made.auditSince(unaudited, "reload", "before");
  expect(JSON.parse(lines[0] ?? "")).toEqual({ level: "info", time: expect.any(String), msg: "before" });
});
