import { describe, expect, it } from "vitest";
import { createLog } from "../../src/telemetry/log.ts";
import type { LogSettings } from "../../src/telemetry/log-settings.ts";
import type { Outcome } from "../../src/telemetry/outcome.ts";
import { outcomeOf } from "./outcomes.ts";

function logTo(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLog({ level: "info", requests: "all", ...settings }, stream) };
}

const REFUSED = outcomeOf({
  status: 403,
  outcome: "refused",
  verdict: "denial",
  role: undefined,
  rule: undefined,
  reason: "denied-no-rule",
  detail: "nothing allows s3:DeleteObject",
  upstreamMs: undefined,
});

describe("a request's line", () => {
  it("is one line of JSON with readable fields", () => {
    const { lines, log } = logTo();
    log.record(outcomeOf());
    expect(lines).toHaveLength(1);
    expect(lines[0]?.indexOf("\n")).toBe((lines[0]?.length ?? 0) - 1);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
      msg: "request",
      requestId: "11111111-2222-4333-8444-555555555555",
      method: "GET",
      upstream: "s3",
      service: "s3",
      operation: "GetObject",
      resource: "arn:aws:s3:::reports/q3.txt",
      caller: "Wm9vbWVkLWluLWhl",
      callerKind: "user",
      groups: ["analysts"],
      verdict: "permit",
      rule: "analysts read reports",
      role: "arn:aws:iam::123456789012:role/analyst",
      assumedRole: "arn:aws:sts::123456789012:assumed-role/analyst/CognitoIdentityCredentials",
      accessKeyId: "ASIAEXAMPLEANALYST00",
      status: 200,
      outcome: "ok",
      requestBytes: 0,
      responseBytes: 1024,
      durationMs: 12.346,
      upstreamMs: 9.877,
      stages: {
        identity: 0.041,
        operation: 0.012,
        decision: 0.023,
        credentials: 2.3,
        upstream: 9.877,
        answer: 0.1,
      },
    });
  });

  it("leaves out what is not known", () => {
    const { lines, log } = logTo();
    log.record(
      outcomeOf({
        operation: undefined,
        resource: undefined,
        caller: undefined,
        callerKind: undefined,
        groups: [],
        verdict: undefined,
        rule: undefined,
        role: undefined,
        upstreamMs: undefined,
      }),
    );
    expect(lines[0]).not.toMatch(/undefined|null|NaN|\[\]/);
    const line = JSON.parse(lines[0] ?? "") as object;
    for (const field of [
      "operation",
      "resource",
      "caller",
      "groups",
      "verdict",
      "rule",
      "role",
      "detail",
      "upstreamMs",
    ])
      expect(line).not.toHaveProperty(field);
  });

  it("has the fields of an outcome and no others, so that nothing secret can come along", () => {
    const { lines, log } = logTo();
    const carrying = {
      ...outcomeOf(),
      token: "eyJhbGciOi.secret.one",
      authorization: "AWS4-HMAC-SHA256 Signature=secret",
      cause: new Error("secret"),
      toJSON: () => ({ secret: "secret" }),
    } as Outcome;
    log.record(carrying);
    expect(lines[0]).not.toContain("secret");
  });

  it("S6.7 M9 escapes what strangers write: no key and no group ends a line or commands a terminal", () => {
    const { lines, log } = logTo();
    const hostile = 'a\n{"level":"error"}\r\u001b[2J\u009b31m\u007f\u0085\u2028\u2029\u0000b';
    log.record(
      outcomeOf({ resource: `arn:aws:s3:::reports/${hostile}`, groups: [hostile], detail: hostile }),
    );
    expect(lines[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ groups: [hostile], detail: hostile });
  });
});

describe("settings", () => {
  it.each<readonly [requests: LogSettings["requests"], count: number]>([
    ["all", 2],
    ["refused", 1],
    ["none", 0],
  ])("requests: %s gives lines to %i of a good and a refused one, where nobody audits", (requests, count) => {
    const { lines, log } = logTo({ requests, audit: false });
    log.record(outcomeOf());
    log.record(REFUSED);
    expect(lines).toHaveLength(count);
    if (count === 1)
      expect(JSON.parse(lines[0] ?? "")).toMatchObject({ reason: "denied-no-rule", status: 403 });
  });

  it("hold from the time that they are adopted", () => {
    const { lines, log } = logTo({ requests: "none" });
    log.record(outcomeOf());
    log.adopt({ level: "info", requests: "all" });
    log.record(outcomeOf());
    log.adopt({ level: "info", requests: "all", sample: 0 });
    log.record(outcomeOf());
    expect(lines).toHaveLength(1);
  });

  it.each<readonly [level: LogSettings["level"], said: readonly string[]]>([
    ["debug", ["request", "i", "w", "e"]],
    ["info", ["request", "i", "w", "e"]],
    ["warn", ["w", "e"]],
    ["error", ["e"]],
    ["silent", []],
  ])("level: %s lets through %j", (level, said) => {
    const { lines, log } = logTo({ level });
    log.record(outcomeOf());
    log.info("i");
    log.warn("w");
    log.error("e");
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(said);
  });
});

it("says what happened besides requests, with fields", () => {
  const { lines, log } = logTo();
  log.warn("keys cannot be fetched", { issuer: "staff" });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    level: "warn",
    msg: "keys cannot be fetched",
    issuer: "staff",
  });
});

function sampledOf(outcome: Outcome, settings: Partial<LogSettings>, random: () => number) {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  createLog({ level: "info", requests: "all", ...settings }, stream, Date.now, random).record(outcome);
  return lines.map((line) => JSON.parse(line) as { sample?: number });
}

describe("a sample", () => {
  it("is of requests that succeeded and changed nothing, and each line says of how many it tells", () => {
    expect(sampledOf(outcomeOf(), { sample: 0.1 }, () => 0.09)).toMatchObject([{ sample: 0.1 }]);
    expect(sampledOf(outcomeOf(), { sample: 0.1 }, () => 0.1)).toEqual([]);
    expect(sampledOf(outcomeOf(), { sample: 0 }, () => 0)).toEqual([]);
    expect(sampledOf(outcomeOf(), { sample: 1 }, () => 0.999)[0]).not.toHaveProperty("sample");
  });

  it.each<readonly [what: string, outcome: Outcome]>([
    ["a denial", REFUSED],
    ["another refusal", { ...REFUSED, reason: "upstream-timeout", status: 504 }],
    ["a change", outcomeOf({ isChange: true })],
    ["what was handed out", outcomeOf({ isChange: true, handedOut: "presign" })],
    ["what record mode let through", outcomeOf({ recorded: true })],
    ["a client that left", outcomeOf({ outcome: "client-gone" })],
    ["an answer that broke off", outcomeOf({ outcome: "upstream-broken" })],
  ])("leaves nothing out of %s", (_, outcome) => {
    for (const audit of [true, false]) {
      const lines = sampledOf(outcome, { sample: 0, audit }, () => 0.999);
      expect(lines).toHaveLength(1);
      expect(lines[0]).not.toHaveProperty("sample");
    }
  });
});

describe("a token that a client wrote in the wrong place", () => {
  const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl";

  it("is taken out of the line, wherever it stands", () => {
    const { lines, log } = logTo();
    log.record(
      outcomeOf({ resource: `arn:aws:s3:::reports/${token}`, detail: `S3 GetObject with ${token}` }),
    );
    expect(lines[0]).not.toContain("eyJ");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      resource: "arn:aws:s3:::reports/[token]",
      detail: "S3 GetObject with [token]",
    });
  });

  it.each([
    ["with its dots percent-encoded", token.replaceAll(".", "%2E")],
    ["with them encoded twice", token.replaceAll(".", "%252e")],
    ["in base64", Buffer.from(token).toString("base64")],
    ["in base64 twice", Buffer.from(Buffer.from(token).toString("base64")).toString("base64")],
    ["in base64url, as a subprotocol has it", Buffer.from(token).toString("base64url")],
    ["without its end", token.slice(0, 30)],
  ])("is taken out %s", (_, written) => {
    const { lines, log } = logTo();
    log.error("the configuration", { message: `at ${written}, in line 3` });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ message: "at [token], in line 3" });
  });
});
