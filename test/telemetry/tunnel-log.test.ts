import { describe, expect, it } from "vitest";
import type { TunnelEnd } from "../../src/domain/tunnel-end.ts";
import { createAuditedPackets } from "../../src/telemetry/audited-packets.ts";
import { createLog } from "../../src/telemetry/log.ts";
import type { LogSettings } from "../../src/telemetry/log-settings.ts";
import { packetOf, refusedPacketOf, tunnelOf } from "./outcomes.ts";

function logTo(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const clock = { nowMs: 0 };
  const stream = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: "info", requests: "all", ...settings }, stream, () => clock.nowMs);
  return { lines, clock, log, said: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

/** What a client chooses, and would be glad to see in a terminal. */
const HOSTILE = 'a\n{"level":"error"}\r\u001b[2J\u009b31m\u0085\u2028b';
const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl";

describe("a tunnel's line", () => {
  it("says whose it was, why it ended, and what went through", () => {
    const { log, said } = logTo();
    log.tunnels.ended(tunnelOf({ why: "token", code: 1008, detail: "token-expired" }));
    expect(said()).toEqual([
      {
        level: "info",
        time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
        msg: "tunnel",
        audit: "denial",
        requestId: "11111111-2222-4333-8444-555555555555",
        upstream: "things",
        service: "iotdevicegateway",
        operation: "Connect",
        resource: "arn:aws:iot:us-east-1:123456789012:client/panel",
        caller: "Wm9vbWVkLWluLWhl",
        callerKind: "user",
        groups: ["operators"],
        rule: "operators watch devices",
        role: "arn:aws:iam::123456789012:role/operator",
        assumedRole: "arn:aws:sts::123456789012:assumed-role/operator/CognitoIdentityCredentials",
        accessKeyId: "ASIAEXAMPLEOPERATOR0",
        why: "token",
        code: 1008,
        detail: "token-expired",
        bytesUp: 120,
        bytesDown: 3400,
        durationMs: 90_000.123,
      },
    ]);
  });

  it("leaves out what is not known", () => {
    const { lines, log } = logTo();
    log.tunnels.ended(
      tunnelOf({ operation: undefined, resource: undefined, groups: [], rule: undefined, code: undefined }),
    );
    expect(lines[0]).not.toMatch(/undefined|null|NaN|\[\]/);
  });
});

describe("a packet's line", () => {
  it("says what was refused, and why", () => {
    const { log, said } = logTo();
    log.tunnels.packet(refusedPacketOf());
    expect(said()).toEqual([
      {
        level: "info",
        time: expect.any(String),
        msg: "packet",
        audit: "denial",
        requestId: "11111111-2222-4333-8444-555555555555",
        upstream: "things",
        service: "iotdevicegateway",
        operation: "Publish",
        resource: "arn:aws:iot:us-east-1:123456789012:topic/lamps/1",
        caller: "Wm9vbWVkLWluLWhl",
        callerKind: "user",
        groups: ["operators"],
        verdict: "denial",
        assumedRole: "arn:aws:sts::123456789012:assumed-role/operator/CognitoIdentityCredentials",
        accessKeyId: "ASIAEXAMPLEOPERATOR0",
        outcome: "refused",
        reason: "denied-no-rule",
        detail: "nothing allows iot:Publish",
      },
    ]);
  });

  it("is for debugging where it passed", () => {
    const { log, said } = logTo({ level: "debug" });
    log.tunnels.packet(packetOf());
    expect(said()).toMatchObject([{ level: "debug", msg: "packet", outcome: "passed", verdict: "permit" }]);
  });
});

it("S6.7 M9 lines have the fields of their outcomes and no others, and what strangers write ends no line and shows no token", () => {
  const { lines, log } = logTo({ level: "debug" });
  const written = { resource: `arn:aws:iot:::topic/${HOSTILE}${TOKEN}`, groups: [HOSTILE], detail: HOSTILE };
  const carrying = {
    token: "secret",
    url: "wss://x/mqtt?X-Amz-Signature=secret",
    toJSON: () => ({ secret: "secret" }),
  };
  const subject = "secret";
  log.tunnels.ended({ ...tunnelOf(written), ...carrying });
  log.tunnels.packet({ ...refusedPacketOf({ ...written, subject }), ...carrying });
  log.tunnels.packet({ ...packetOf({ ...written, subject }), ...carrying });
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(line).not.toMatch(/secret|eyJ/);
    expect(JSON.parse(line)).toMatchObject({ detail: HOSTILE, groups: [HOSTILE] });
  }
});

describe("settings", () => {
  const ENDS = ["client", "token", "denied", "refused", "protocol", "credentials", "idle", "drain"] as const;
  const audited = ["token", "denied", "refused packet"];
  const all = [...ENDS, "refused packet"];

  function wordsWith(settings: Partial<LogSettings>): readonly unknown[] {
    const { log, said } = logTo(settings);
    for (const why of ENDS) log.tunnels.ended(tunnelOf({ why }));
    log.tunnels.packet(refusedPacketOf());
    log.tunnels.packet(packetOf());
    return said().map(({ msg, why, outcome }) => why ?? `${String(outcome)} ${String(msg)}`);
  }

  it.each<readonly [settings: Partial<LogSettings>, words: readonly string[]]>([
    [{}, all],
    [{ level: "debug" }, [...all, "passed packet"]],
    [{ requests: "refused" }, ["token", "denied", "refused", "protocol", "refused packet"]],
    [{ requests: "refused", level: "debug" }, ["token", "denied", "refused", "protocol", "refused packet"]],
    [{ requests: "none" }, audited],
    [{ requests: "none", level: "debug" }, audited],
    [{ level: "warn" }, audited],
    [{ level: "silent" }, []],
    [{ requests: "none", audit: false }, []],
    [{ requests: "none", level: "debug", audit: false }, []],
    [{ level: "warn", audit: false }, []],
  ])("%j gives lines of %j", (settings, words) => {
    expect(wordsWith(settings)).toEqual(words);
  });

  it("hold from the time that they are adopted", () => {
    const { log, lines } = logTo({ requests: "none" });
    log.tunnels.ended(tunnelOf());
    log.adopt({ level: "debug", requests: "all" });
    log.tunnels.packet(packetOf());
    log.adopt({ level: "error", requests: "all", audit: false });
    log.tunnels.packet(refusedPacketOf());
    expect(lines).toHaveLength(1);
  });
});

describe("a flood of refused packets", () => {
  it("has ten lines a second, and the next line says how many had none", () => {
    const { clock, log, said } = logTo();
    for (let i = 0; i < 10_000; i++) log.tunnels.packet(refusedPacketOf());
    expect(said()).toHaveLength(10);
    expect(said().every((line) => !("suppressed" in line))).toBe(true);
    clock.nowMs = 1000;
    for (let i = 0; i < 2; i++) log.tunnels.packet(refusedPacketOf());
    expect(said().map(({ suppressed }) => suppressed)).toEqual([
      ...Array.from({ length: 10 }, () => undefined),
      9990,
      undefined,
    ]);
  });

  it("hides nothing of other tunnels, nor of what is refused for other reasons", () => {
    const { clock, log, said } = logTo();
    for (let second = 0; second < 5; second++) {
      clock.nowMs = second * 1000;
      for (let i = 0; i < 50; i++) log.tunnels.packet(refusedPacketOf({ requestId: "flooder" }));
      for (let i = 0; i < 50; i++)
        log.tunnels.packet(refusedPacketOf({ requestId: "breaker", reason: "body-malformed" }));
      log.tunnels.packet(refusedPacketOf({ requestId: "other" }));
      log.tunnels.packet(packetOf({ requestId: "recorded", recorded: true }));
    }
    const of = (id: string) => said().filter(({ requestId }) => requestId === id);
    expect(["flooder", "breaker", "other", "recorded"].map((id) => of(id).length)).toEqual([50, 50, 5, 5]);
    expect(of("flooder").map(({ suppressed }) => suppressed ?? 0)).toEqual(
      Array.from({ length: 50 }, (_, i) => (i > 0 && i % 10 === 0 ? 40 : 0)),
    );
  });

  it.each<readonly [why: TunnelEnd, recorded: boolean, audit: string, settings: Partial<LogSettings>]>([
    ["client", false, "denial", { requests: "none" }],
    ["denied", true, "denial", { requests: "none" }],
    ["client", true, "recorded", { level: "error" }],
  ])("is told to its end: %s, recorded %s, as %s", (why, recorded, audit, settings) => {
    const { log, said } = logTo(settings);
    for (let i = 0; i < 17; i++)
      log.tunnels.packet(recorded ? packetOf({ recorded: true }) : refusedPacketOf());
    log.tunnels.ended(tunnelOf({ why }));
    log.tunnels.ended(tunnelOf({ why: "denied" }));
    expect(said().slice(10)).toMatchObject([
      { msg: "tunnel", why, audit, suppressed: 7 },
      { audit: "denial" },
    ]);
    expect(said().at(-1)).not.toHaveProperty("suppressed");
  });

  it("of very many tunnels is counted together for the last, and they are forgotten as they end", () => {
    const audited = createAuditedPackets(() => 0);
    const passedOf = (from: number, to: number): number => {
      let passed = 0;
      for (let i = from; i < to; i++) if (audited.packet(String(i), "denial") !== undefined) passed++;
      return passed;
    };
    expect(passedOf(0, 10_100)).toBe(10_010);
    for (let i = 0; i < 10_000; i++) audited.end(String(i), undefined);
    expect(passedOf(20_000, 20_100)).toBe(100);
  });

  it("takes no line from what is not refused, nor from tunnels that end", () => {
    const { log, said } = logTo({ level: "debug" });
    for (let i = 0; i < 20; i++) log.tunnels.packet(refusedPacketOf());
    for (let i = 0; i < 20; i++) log.tunnels.packet(packetOf());
    log.tunnels.ended(tunnelOf({ why: "refused" }));
    expect(said().map(({ msg, outcome }) => outcome ?? msg)).toEqual([
      ...Array.from({ length: 10 }, () => "refused"),
      ...Array.from({ length: 20 }, () => "passed"),
      "tunnel",
    ]);
  });
});
