import { describe, expect, it } from "vitest";
import { policyOptionsOf } from "../../src/config/stages.ts";
import { ALLOW, configOf, NOW_MS, POOL, told } from "./reading.ts";

const DAY_MS = 86_400_000;
const IN_A_WEEK = new Date(NOW_MS + 7 * DAY_MS).toISOString();
const RECORD = { mode: "record", until: IN_A_WEEK, rules: [] };
const SERVICE = { type: "assume-role" };

describe("S4.6 record mode", () => {
  it("needs no rules, and tells policy when it ends", () => {
    expect(policyOptionsOf(configOf({ policy: RECORD })).recording).toEqual({ untilMs: NOW_MS + 7 * DAY_MS });
    expect(policyOptionsOf(configOf({})).recording).toBeUndefined();
  });

  it.each<readonly [until: string, problems: readonly string[]]>([
    ["2026-01-29T12:00:00Z", []],
    ["2026-01-29T13:00+01:00", []],
    ["2026-01-29T12:00:00.001Z", ["policy.until: record mode lasts at most 14 days"]],
    ["2036-01-29T12:00:00Z", ["policy.until: record mode lasts at most 14 days"]],
    // It enforces from the start.
    ["2020-01-01T00:00:00Z", []],
    ["2026-02-30T00:00:00Z", ["policy.until: there is no such day"]],
    ...["2026-01-20", "2026-01-20T12:00:00", "tomorrow", "1769515200", "2026-01-20T24:00:00Z"].map(
      (until) =>
        [until, ["policy.until: a moment is written with its zone, like 2026-01-31T18:00:00Z"]] as const,
    ),
  ])("lasts until %s: %j", (until, problems) => {
    expect(told({ policy: { ...RECORD, until } })).toEqual(problems);
  });

  it("says when it ends, and nothing else does", () => {
    expect(told({ policy: { mode: "record", rules: [] } })).toEqual([
      "policy.until: record mode ends by itself: write when, at most 14 days from now",
    ]);
    expect(told({ policy: { until: IN_A_WEEK, rules: [{ name: "all", ...ALLOW }] } })).toEqual([
      "policy.until: it says when record mode ends; leave it out, or write mode: record",
    ]);
  });

  it("takes limits of rules: they hold for what the rules allow", () => {
    const limited = { name: "all", ...ALLOW, limits: { inFlight: 5 } };
    expect(told({ policy: { ...RECORD, rules: [limited] } })).toEqual([]);
  });

  it("alone takes an empty list of rules", () => {
    expect(told({ policy: { rules: [] } })).toEqual([
      "policy.rules: it is empty, and nobody could do anything; only mode: record takes none",
    ]);
  });

  it.each<readonly [what: string, credentials: object, s3: object, problems: readonly unknown[]]>([
    ["an identity pool", { pool: POOL }, {}, []],
    [
      "another default source",
      { service: SERVICE },
      {},
      [
        expect.stringMatching(
          /^credentials\.service: what is recorded is done with this source, and "service"/,
        ),
      ],
    ],
    [
      "the basic flow",
      { basic: { ...POOL, flow: "basic", acceptAnyTrustingRole: true } },
      {},
      [expect.stringMatching(/^credentials\.basic: what is recorded/)],
    ],
    [
      "another source on one upstream",
      { pool: { ...POOL, default: true }, service: SERVICE },
      { credentials: "service" },
      [expect.stringMatching(/^upstreams\.s3\.credentials: what is recorded/)],
    ],
    ["another source that rules name", { pool: { ...POOL, default: true }, service: SERVICE }, {}, []],
    [
      "no default",
      { pool: POOL, service: SERVICE },
      {},
      [expect.stringMatching(/^policy\.mode: record mode uses the default source, and there is none/)],
    ],
  ])("is for the enhanced flow of identity pools: %s", (_what, credentials, s3, problems) => {
    expect(told({ credentials, upstreams: { s3: { service: "s3", ...s3 } }, policy: RECORD })).toEqual(
      problems,
    );
  });

  it("has a name that no rule takes", () => {
    expect(told({ policy: { rules: [{ name: "record mode", ...ALLOW }] } })).toEqual([
      'policy.rules.0.name: what no rule allows is logged as "record mode": take another name',
    ]);
  });
});
