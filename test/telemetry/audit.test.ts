import { describe, expect, it } from "vitest";
import { createLog } from "../../src/telemetry/log.ts";
import type { LogSettings } from "../../src/telemetry/log-settings.ts";
import type { Outcome } from "../../src/telemetry/outcome.ts";
import { outcomeOf, packetOf, refusedPacketOf, tunnelOf } from "./outcomes.ts";

type Line = Readonly<Record<string, unknown>>;

function logTo(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: "info", requests: "all", ...settings }, stream, () => 0);
  return { log, said: () => lines.map((line) => JSON.parse(line) as Line) };
}

const DENIED: Partial<Outcome> = { outcome: "refused", reason: "denied-no-rule", status: 403 };

describe("a request's line", () => {
  it.each<readonly [what: string, changes: Partial<Outcome>, event: string | undefined]>([
    ["what no rule allows", DENIED, "denial"],
    ["a token that is not accepted", { ...DENIED, reason: "token-expired", status: 401 }, "denial"],
    ["a denial in the words of DynamoDB", { ...DENIED, status: 400 }, "denial"],
    ["a URL", { handedOut: "presign" }, "presign"],
    ["credentials", { handedOut: "credentials" }, "credentials"],
    ["a signature for an outer proxy", { handedOut: "authorize" }, "authorize"],
    ["what record mode let through", { recorded: true }, "recorded"],
    ["a URL that was refused in the end", { ...DENIED, handedOut: "presign" }, "denial"],
    ["a request that went well", {}, undefined],
    ["a change", { isChange: true }, undefined],
    ["an upstream that is away", { outcome: "refused", reason: "upstream-timeout", status: 504 }, undefined],
    ["a path that leads nowhere", { outcome: "refused", reason: "upstream-unknown", status: 404 }, undefined],
  ])("of %s: %j is %s to an audit, in one line", (_, changes, event) => {
    const { log, said } = logTo();
    log.record(outcomeOf(changes));
    expect(said().map(({ audit }) => audit)).toEqual([event]);
  });

  it.each<readonly [settings: Partial<LogSettings>, count: number]>([
    [{ level: "error" }, 1],
    [{ requests: "none" }, 1],
    [{ requests: "none", sample: 0, level: "warn" }, 1],
    [{ level: "silent" }, 0],
    [{ audit: false, requests: "none" }, 0],
    [{ audit: false, level: "error" }, 0],
  ])("of a denial is there with %j: %i", (settings, count) => {
    const { log, said } = logTo(settings);
    log.record(outcomeOf(DENIED));
    expect(said()).toHaveLength(count);
  });

  it("is no audit's where there is none", () => {
    const { log, said } = logTo({ audit: false });
    log.record(outcomeOf(DENIED));
    expect(said()[0]).not.toHaveProperty("audit");
  });
});

it("tunnels that were ended by a denial and packets that were are in an audit; what record mode let through is", () => {
  const { log, said } = logTo({ requests: "none", level: "error" });
  log.tunnels.ended(tunnelOf({ why: "denied" }));
  log.tunnels.ended(tunnelOf({ why: "client" }));
  log.tunnels.packet(refusedPacketOf());
  log.tunnels.packet(refusedPacketOf({ reason: "body-malformed" }));
  log.tunnels.packet(packetOf());
  log.tunnels.packet(packetOf({ recorded: true }));
  expect(said().map(({ msg, audit }) => `${String(msg)} ${String(audit)}`)).toEqual([
    "tunnel denial",
    "packet denial",
    "packet recorded",
  ]);
});

describe("what becomes of the sidecar itself", () => {
  it("is in an audit at every level but silent", () => {
    for (const level of ["debug", "info", "warn", "error", "silent"] as const) {
      const { log, said } = logTo({ level });
      log.audit("lock", "locked", { by: "operator" });
      expect(said()).toMatchObject(
        level === "silent" ? [] : [{ level: "info", msg: "locked", audit: "lock", by: "operator" }],
      );
    }
  });

  it("has its own level where there is no audit", () => {
    const { log, said } = logTo({ level: "error", audit: false });
    log.audit("reload", "reloaded");
    log.audit("reload", "not reloaded", {}, "error");
    expect(said()).toEqual([{ level: "error", time: "1970-01-01T00:00:00.000Z", msg: "not reloaded" }]);
  });
});
