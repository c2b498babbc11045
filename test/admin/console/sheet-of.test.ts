import { describe, expect, it } from "vitest";
import { changesOf } from "../../../src/admin/console/sheet/changes.ts";
import type { Cell, Row, TableName, WordName } from "../../../src/admin/console/sheet/sheet.ts";
import { sheetOf } from "../../../src/admin/console/sheet/sheet-of.ts";
import type { ConsoleView } from "../../../src/admin/console/view.ts";
import { createRecent, type Recent } from "../../../src/telemetry/recent.ts";
import { outcomeOf } from "../../telemetry/outcomes.ts";
import { NOON, viewOf } from "./views.ts";

const textOf = (cell: Cell): string =>
  cell.map((line) => (typeof line === "string" ? line : line.text)).join(" | ");
const textsIn = (rows: readonly Row[]): readonly (readonly string[])[] => rows.map((row) => row.map(textOf));

const tableOf = (name: TableName, more: Partial<ConsoleView>, loopDelayMs?: number) =>
  textsIn(sheetOf(viewOf(more), loopDelayMs).tables[name]);
const wordOf = (name: WordName, more: Partial<ConsoleView> = {}) => textOf(sheetOf(viewOf(more)).words[name]);

/** What is known a second after something happened. */
function after(happen: (recent: Recent) => void): Pick<ConsoleView, "recent"> {
  let nowMs = NOON - 1000;
  const recent = createRecent(() => nowMs);
  happen(recent);
  nowMs = NOON;
  return { recent: recent.look() };
}

const readiness = { ready: false, waitingFor: [], draining: false, locked: false };

describe("the head of the page", () => {
  it.each<readonly [state: string, given: Partial<ConsoleView["readiness"]>]>([
    ["ready", { ready: true }],
    ["waiting for keys of staff, the data listener", { waitingFor: ["keys of staff", "the data listener"] }],
    ["draining", { draining: true, locked: true }],
    ["locked", { locked: true }],
  ])("says that it is %s", (state, given) => {
    expect(wordOf("state", { readiness: { ...readiness, ...given } })).toBe(state);
  });

  it("says which Postern it is and since when", () => {
    expect(wordOf("since")).toBe("1.2.3, up 1 h 30 min, since 2026-01-15 10:30:00 UTC");
    expect(wordOf("taken")).toBe("As it was at 12:00:00 UTC");
  });

  it("has remarks on what must not be overlooked, and none where all is as it should be", () => {
    expect(sheetOf(viewOf()).words.remarks).toEqual([]);
    const configuration = { isLatest: false, takenAtMs: NOON };
    const odd = { recordsUntilMs: NOON + 3_600_000, endpointOverridden: true, configuration };
    expect(wordOf("remarks", odd)).toBe(
      "record mode until 2026-01-15 13:00:00 UTC | AWS endpoint overridden | the newest configuration is not taken over",
    );
    expect(sheetOf(viewOf(odd)).isRecording).toBe(true);
  });
});

describe("requests", () => {
  const traffic = after((recent) => {
    for (let i = 0; i < 3; i++) recent.record(outcomeOf({ durationMs: 100 }));
    recent.record(outcomeOf({ outcome: "refused", reason: "token-expired", durationMs: 100 }));
  });

  it("are counted by how they ended", () => {
    expect(tableOf("traffic", traffic)).toEqual([
      ["ok | answered whole", "0.3", "3 | 75 %", "3"],
      ["refused | with a reason", "0.1", "1 | 25 %", "1"],
      ["broken | no whole answer", "0", "0 | 0 %", "0"],
    ]);
  });

  it("have their times by stage", () => {
    const [whole, ...stages] = tableOf("stages", traffic);
    expect(whole).toEqual(["whole request | from end to end", expect.any(String), expect.any(String)]);
    expect(stages.map(([name = ""]) => name.split(" | ")[0])).toEqual([
      "identity",
      "operation",
      "decision",
      "credentials",
      "AWS",
      "answer",
    ]);
    expect(tableOf("stages", {}).every(([, p50, p95]) => p50 === "–" && p95 === "–")).toBe(true);
  });

  it("are charted, with as many times as values", () => {
    const { requests, latency } = sheetOf(viewOf(traffic)).charts;
    expect([requests.at.length, ...requests.lines.map((line) => line.length)]).toEqual([300, 300, 300, 300]);
    expect(requests.at.at(-1)).toBe(NOON / 1000 - 1);
    expect([latency.at.length, ...latency.lines.map((line) => line.length)]).toEqual([30, 30, 30, 30, 30]);
    expect(requests.lines.map((line) => line.at(-1))).toEqual([3, 1, 0]);
  });

  it("are told in a sentence too", () => {
    expect(wordOf("summary", traffic)).toMatch(
      /^In the last five minutes 3 requests were answered, 1 refused and 0 broken\. In the last minute 95 of 100 took at most \d+ ms\.$/,
    );
    expect(wordOf("summary")).toBe(
      "In the last five minutes 0 requests were answered, 0 refused and 0 broken.",
    );
  });
});

describe("rules", () => {
  it("stand in the order of the file, those never used marked, and what no rule said at the end", () => {
    const used = after((recent) => {
      recent.record(outcomeOf({ rule: "b" }));
      recent.record(outcomeOf({ rule: "gone" }));
      recent.record(
        outcomeOf({ verdict: "denial", rule: undefined, outcome: "refused", reason: "denied-no-rule" }),
      );
    });
    const rules = [
      { name: "a", effect: "allow" },
      { name: "b", effect: "allow" },
      { name: "c", effect: "deny" },
    ] as const;
    expect(tableOf("rules", { rules, ...used })).toEqual([
      ["a | allow", "0", "0", "never used"],
      ["b | allow", "1 | 1 in 5 min", "0", "just now"],
      ["c | deny", "0", "0", "never used"],
      [
        "gone | not in the configuration any more, or not as a single rule",
        "1 | 1 in 5 min",
        "0",
        "just now",
      ],
      ["no rule | what nothing allows is denied", "0", "1 | 1 in 5 min", "just now"],
    ]);
  });
});

describe("refusals", () => {
  const refused = outcomeOf({
    verdict: "denial",
    outcome: "refused",
    reason: "denied-by-rule",
    rule: "the audit trail stays",
    requestId: "request-7",
  });

  it("say who, what, why and what helps", () => {
    const { recent } = after(({ record }) => {
      record(refused);
      record(refused);
    });
    expect(tableOf("refusals", { recent })).toEqual([
      [
        "11:59:59 | 2 times on end",
        "Wm9vbWVkLWluLWhl | analysts",
        "GetObject at s3 | arn:aws:s3:::reports/q3.txt",
        "denied-by-rule | A rule denies this operation. Rule: the audit trail stays. | No allow helps while it matches: a deny always wins. | request request-7",
      ],
    ]);
  });

  it.each([
    ["nobody proved", { caller: undefined, callerKind: undefined }],
    ["a guest", { callerKind: "guest" }],
    ["Wm9vbWVkLWluLWhl | machine", { callerKind: "machine", groups: [] }],
  ] as const)("are of %s", (who, changes) => {
    const { recent } = after(({ record }) => record({ ...refused, ...changes }));
    expect(tableOf("refusals", { recent })[0]?.[1]).toBe(who);
  });

  it("S6.7 show what clients wrote, with nothing hidden in it", () => {
    const { recent } = after(({ record }) =>
      record({ ...refused, resource: "arn:aws:s3:::a/\u202etxt.\u0007exe", groups: ["g\u2066\n"] }),
    );
    const [, who, what] = tableOf("refusals", { recent })[0] ?? [];
    expect(who).toContain("g\\u2066\\u000a");
    expect(what).toContain("arn:aws:s3:::a/\\u202etxt.\\u0007exe");
  });
});

describe("credentials", () => {
  it("say whose they are, and how long they last", () => {
    const one = {
      caller: "digest",
      kind: "user",
      source: "pool",
      role: "arn:aws:iam::123456789012:role/path/analyst",
      assumedRoleArn: "arn:aws:sts::123456789012:assumed-role/analyst/CognitoIdentityCredentials",
      endsAtMs: NOON + 45 * 60_000,
      usedAtMs: NOON - 120_000,
    } as const;
    const pool = { ...one, role: "pool", endsAtMs: NOON + 30_000 };
    const newest = [one, pool, { ...pool, assumedRoleArn: undefined, endsAtMs: NOON }];
    expect(tableOf("identities", { identities: { total: 3, newest } })).toEqual([
      [
        "digest | user",
        "analyst | arn:aws:iam::123456789012:role/path/analyst",
        "pool",
        "45 min",
        "2 min ago",
      ],
      ["digest | user", "analyst | chosen by the identity pool", "pool", "30 s", "2 min ago"],
      ["digest | user", "the pool's choice | chosen by the identity pool", "pool", "ended", "2 min ago"],
    ]);
    expect(wordOf("identities", { identities: { total: 3, newest } })).toBe("3 are at hand.");
    expect(wordOf("identities", { identities: { total: 1234, newest } })).toBe(
      "1,234 are at hand. The 3 that were used last:",
    );
    expect(wordOf("identities")).toBe("Nobody's credentials are at hand.");
  });

  it("say how exchanges go", () => {
    const { recent } = after(({ exchange }) => {
      exchange({ operation: "GetId", outcome: "ok", durationMs: 1 });
      exchange({ operation: "GetId", outcome: "held-back", durationMs: 1 });
    });
    expect(tableOf("exchanges", { recent })).toEqual([
      [
        "GetId",
        "2 | < 0.01/s",
        "1 | 1 of 2 since start",
        expect.stringMatching(/ms$/),
        "held back by Postern's own limits | just now",
      ],
    ]);
  });
});

describe("what it stands on", () => {
  it("says how old keys and denylist are, and whether the shared tier answers", () => {
    const issuers = new Map([
      ["staff", 90],
      ["partner", undefined],
    ]);
    expect(tableOf("issuers", { issuers, sharedTierUp: false, denylistAgeMs: 5000 })).toEqual([
      ["keys of staff", "fetched 1 min ago"],
      ["keys of partner", "none yet"],
      ["shared tier", "away"],
      ["denylist", "read just now"],
    ]);
    expect(tableOf("issuers", {})).toEqual([]);
  });

  it("says how full it is, and warns where it fills", () => {
    const load = { ...viewOf().load, inFlight: { is: 950, max: 1000 }, tunnels: { is: 1500, max: 2000 } };
    expect(tableOf("load", { load }, 1.234)).toEqual([
      ["requests in flight", "950", "1,000", "95 %"],
      ["WebSocket tunnels", "1,500", "2,000", "75 %"],
      ["bodies in memory", "0 B", "64 MiB", "0 %"],
      ["heap", "20 MiB", "4.0 GiB", "< 1 %"],
      ["memory of the process", "80 MiB", "", ""],
      ["event loop delay", "1.2 ms", "", ""],
    ]);
    const tones = sheetOf(viewOf({ load })).tables.load.map(([, , , [line = ""] = []]) => line);
    expect(tones.slice(0, 3)).toEqual([{ text: "95 %", tone: "bad" }, { text: "75 %", tone: "warn" }, "0 %"]);
  });
});

describe("the configuration", () => {
  it("is nearly as it was written", () => {
    const document = {
      listen: { address: "127.0.0.1:4480" },
      identity: { userPools: [{ name: "staff", clientIds: ["a", "b"] }], guests: "deny" },
      empty: [],
      limits: {},
      "odd key:": 'say "no"',
      lines: ["a\nb", true, 7, null],
      nested: [[{ a: 1 }], "x"],
    };
    expect(wordOf("document", { document }).split(" | ")).toEqual([
      "listen:",
      "  address: 127.0.0.1:4480",
      "identity:",
      "  userPools:",
      "    - name: staff",
      "      clientIds: [a, b]",
      "  guests: deny",
      "empty: []",
      "limits: {}",
      '"odd key:": "say \\"no\\""',
      'lines: ["a\\nb", true, 7, null]',
      "nested:",
      "  - - a: 1",
      "  - x",
    ]);
  });
});

describe("changes", () => {
  it("are those parts that are other than before", () => {
    const before = sheetOf(viewOf());
    const after = sheetOf(viewOf({ takenAtMs: NOON + 1000, endpointOverridden: true }));
    const changes = changesOf(before, after);
    expect(Object.keys(changes.words).sort()).toEqual(["remarks", "taken"]);
    expect(changes).toMatchObject({ tables: {}, charts: {}, isRecording: false });
    expect(changesOf(after, after)).toEqual({ words: {}, tables: {}, charts: {}, isRecording: false });
  });
});

describe("what is looked at each second", () => {
  it("says nothing new of rules that were used at many times but once in ten seconds", () => {
    let nowMs = NOON - 60_000;
    const recent = createRecent(() => nowMs);
    const rules = Array.from({ length: 60 }, (_, i) => ({ name: `rule ${i}`, effect: "allow" as const }));
    for (const { name } of rules) {
      nowMs += 1000;
      recent.record(outcomeOf({ rule: name }));
    }
    const known = recent.look();
    const sheets = Array.from({ length: 21 }, (_, i) =>
      sheetOf(viewOf({ takenAtMs: NOON + i * 1000, recent: known, rules })),
    );
    const news = sheets.slice(1).map((sheet, i) => changesOf(sheets[i] ?? sheet, sheet));
    expect(news.filter(({ tables }) => tables.rules !== undefined)).toHaveLength(2);
  });

  it("has a configuration put into words once, until it is another", () => {
    const document = { policy: { rules: ["a"] } };
    const lines = sheetOf(viewOf({ document })).words.document;
    expect(sheetOf(viewOf({ document })).words.document).toBe(lines);
    expect(sheetOf(viewOf({ document: { policy: {} } })).words.document).toEqual(["policy: {}"]);
  });
});
