import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit } from "../../src/cli/audit.ts";
import { createAuditCheck } from "../../src/cli/audit-check.ts";
import { withLastWords } from "../../src/cli/last-words.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { outcomeOf } from "../telemetry/outcomes.ts";
import { listening, type Spoken } from "./spoken.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-audit-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The log of a process: so many denials, with a line of no audit before each. */
function logOf(denials: number, auditChain = true): readonly string[] {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line.trimEnd()) };
  const log = createLog({ level: "info", requests: "all", auditChain }, stream);
  for (let i = 1; i <= denials; i++) {
    log.record(outcomeOf());
    log.record(
      outcomeOf({ outcome: "refused", reason: "denied-no-rule", status: 403, detail: `"chain":"${i}` }),
    );
  }
  return lines;
}

async function audited(lines: readonly string[], ...options: readonly string[]): Promise<Spoken> {
  const file = join(folder, "postern.log");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const { out, err, code } = await listening(() =>
    withLastWords(() => audit.run([...options, file], {}), {}),
  );
  return { code, out: out.replaceAll(`${folder}/`, ""), err: err.replaceAll(`${folder}/`, "") };
}

describe("a log in which nothing is missing or changed", () => {
  it("is told so, with its end", async () => {
    const { code, out } = await audited(logOf(3));
    expect(out).toMatch(
      /^chain [0-9a-f]{32}: 3 lines, the last with seq 3 and chain [0-9a-f]{64}\nnothing is missing or changed\n$/,
    );
    expect(code).toBe(0);
  });

  it("may be mixed of several processes, and have words of an outer log before each line", async () => {
    const [one, other] = [logOf(3), logOf(2)];
    const mixed = [...one.slice(0, 3), ...other, ...one.slice(3)];
    const { code, out } = await audited(mixed.map((line) => `2026-01-01T00:00:00Z stdout F ${line}`));
    expect([code, out.match(/^chain /gm)?.length]).toEqual([0, 2]);
  });

  it("may be in several files, the oldest first", async () => {
    const lines = logOf(4);
    writeFileSync(join(folder, "old.log"), lines.slice(0, 5).join("\n"));
    const { code } = await audited(lines.slice(5), join(folder, "old.log"));
    expect(code).toBe(0);
  });
});

const timed = (time: string): string =>
  `{"level":"info","time":"${time}","msg":"request","audit":"credentials","caller":"framed"}`;
const FRAMED = timed("2999-01-01T00:00:00.000Z");

describe("a log that somebody laid hands on", () => {
  const lines = logOf(6);
  const without = (...gone: readonly number[]) => lines.filter((_, i) => !gone.includes(i));
  const changed = (i: number, change: (line: string) => string) => lines.with(i, change(lines[i] ?? ""));

  it.each<readonly [what: string, lines: readonly string[], says: readonly string[]]>([
    ["a member", changed(3, (line) => line.replace("403", "200")), ["4: seq 2 of X is not what was written"]],
    ["a space", changed(3, (line) => line.replace(",", ", ")), ["4: seq 2 of X is not what was written"]],
    [
      "a chain, which its own line and the next have no more",
      changed(3, (line) => line.replace(/[0-9a-f]"\}$/, (end) => `${end.startsWith("0") ? "1" : "0"}"}`)),
      ["4: seq 2 of X is not what was written", "6: seq 3 of X is not what was written"],
    ],
    ["a line that is gone", without(3), ["5: seq 2 of X is missing before it"]],
    ["several", without(3, 5, 7), ["7: seq 2 to 4 of X are missing before it"]],
    ["the first", without(1), ["3: seq 1 of X is missing before it"]],
    ["the end of a line", changed(3, (line) => line.slice(0, -1)), ["6: seq 2 of X is missing before it"]],
    [
      "the order",
      lines.with(3, lines[5] ?? "").with(5, lines[3] ?? ""),
      ["4: seq 2 of X is missing before it", "6: seq 2 of X stands behind a later one, or twice"],
    ],
    ["a line twice", [...lines, lines[11] ?? ""], ["13: seq 6 of X stands behind a later one, or twice"]],
  ])("is found out: %s", async (_, read, says) => {
    const { code, out } = await audited(read);
    const told = out
      .split("\n")
      .filter((line) => line.startsWith("postern.log:"))
      .map((line) => line.replace("postern.log:", "").replace(/chain [0-9a-f]{8}/, "X"));
    expect(told).toEqual(says);
    expect(code).toBe(1);
  });

  it.each<readonly [what: string, line: string]>([
    ["as Postern writes it", FRAMED],
    ["with a space", FRAMED.replace(',"audit"', ', "audit"')],
    ["in another order", '{"audit":"denial","time":"2999-01-01T00:00:00.000Z"}'],
    ["of no time", '{"audit":"denial"}'],
    ["of a time before the chain", timed("2020-01-01T00:00:00.000Z")],
    ["in another spelling of its member", FRAMED.replace('"audit"', '"\\u0061udit"')],
    ["with words of an outer log", `2026-01-01T00:00:00Z stdout F ${FRAMED}`],
    ["with the end of a chain's line that is none", FRAMED.replace(/\}$/, ',"seq":2,"chain":"00"}')],
  ])("is found out by a line that was put in: %s", async (_, line) => {
    const { code, out } = await audited(lines.toSpliced(4, 0, line));
    expect(out).toContain("postern.log:5: a line of the audit is in no chain");
    expect(code).toBe(1);
  });

  it("is found out by one put in before the chain that is of a later time, and not by those of the time before", async () => {
    const earlier = timed("2020-01-01T00:00:00.000Z");
    const { code, out } = await audited([earlier, FRAMED, ...lines]);
    expect(out.split("\n").filter((line) => line.startsWith("postern.log:"))).toEqual([
      "postern.log:2: a line of the audit is in no chain",
    ]);
    expect(code).toBe(1);
    expect((await audited([earlier, ...lines])).code).toBe(0);
  });

  it("is told as JSON of a line that was put in", async () => {
    const { out } = await audited([...lines, FRAMED], "--json");
    expect(JSON.parse(out)).toMatchObject({
      isWhole: false,
      unchained: 1,
      faults: [{ line: 13, fault: "unchained" }],
    });
  });

  it("may have lines of others that only speak of an audit", async () => {
    const others = [
      '{"audit":true}',
      '{"msg":"the \\"audit\\" is over"}',
      'nginx "audit" {',
      '["audit"]',
      "{}",
    ];
    expect((await audited([...lines, ...others])).code).toBe(0);
  });

  it("is told as JSON", async () => {
    const { code, out } = await audited(without(3), "--json");
    expect(JSON.parse(out)).toMatchObject({
      isWhole: false,
      chains: [{ lines: 5, seq: 6 }],
      unchained: 0,
      faults: [{ line: 5, fault: "missing", seq: 3, from: 2 }],
    });
    expect(code).toBe(1);
  });

  it("may have lost its end, of which it tells the last line", async () => {
    const { code, out } = await audited(lines.slice(0, 8));
    expect(out).toContain("4 lines, the last with seq 4");
    expect(code).toBe(0);
  });
});

it("of a log without a chain nobody can tell", async () => {
  const { code, err } = await audited(logOf(2, false));
  expect(err).toContain("no line is in a chain; of 2 of an audit nobody can tell");
  expect(code).toBe(1);
  expect((await audited(["nothing"])).err).toContain("no line of an audit is there");
});

it("a file that cannot be read is told by name", async () => {
  const { code, err } = await listening(() => withLastWords(() => audit.run(["/nowhere/a.log"], {}), {}));
  expect([code, err]).toEqual([1, expect.stringContaining("/nowhere/a.log: ENOENT")]);
});

it("a line is read in one go, however many braces and ends of lines strangers have written in it", () => {
  const check = createAuditCheck();
  const long = 4 * 1024 ** 2;
  for (const part of ["{", ',"chain":"', '"seq":1,"chainStart":"', '"audit"', " "])
    check.read(`{"resource":"${part.repeat(long / part.length)}"}`, "a", 1);
  expect(check.report()).toEqual({ chains: [], unchained: 0, faults: [] });
});
