import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openMqtt, SUBS } from "../support/mqtt-clients.ts";
import { NO_PROMTOOL, promtool } from "../support/promtool.ts";
import { exposition, samplesIn, scrape } from "../support/scrape.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { bearer, open, refusal } from "../support/web-sockets.ts";
import { wholeExposition } from "./metrics-exposition.ts";

let folder: string;
let stack: Stack;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "postern-metrics-"));
  const denied = join(folder, "denied.txt");
  writeFileSync(denied, "# nobody\n");
  stack = await startStack({
    config: (yaml) => yaml.replace("guests: allow", `guests: allow\n  denylistFile: "${denied}"`),
  });
  await doEverything();
});

afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

/** Traffic of every kind: each service, tunnels, pages of Postern's own, and refusals at each stage. */
async function doEverything(): Promise<void> {
  const token = await stack.tokenOf("analyst");
  const ask = async (path: string, more: RequestInit = {}): Promise<void> => {
    const headers = { ...bearer(token), ...(more.headers as Record<string, string> | undefined) };
    await (await fetch(`${stack.url}${path}`, { ...more, headers })).arrayBuffer();
  };
  const getItem = {
    method: "POST",
    headers: { "x-amz-target": "DynamoDB_20120810.GetItem", "content-type": "application/x-amz-json-1.0" },
    body: JSON.stringify({ TableName: "Orders", Key: { pk: { S: "a" } } }),
  };
  for (let i = 0; i < 2; i++) await ask("/s3/reports/q3.txt");
  await ask("/s3/reports/q3.txt", { method: "PUT", body: "mine" });
  await ask("/s3/audit/log", { method: "DELETE" });
  await ask("/dynamodb/", getItem);
  await ask("/orders/orders/7");
  await ask("/resize/", { method: "POST", body: "{}" });
  await ask("/nowhere/x");
  await ask("/.postern/whoami");
  await ask("/s3/reports/q3.txt", { headers: bearer("no token") });
  await refusal(stack, { headers: bearer("no token") });
  const chat = await open(stack, { headers: bearer(token) });
  chat.socket.close();
  await chat.closed;
  const device = await openMqtt(stack, { token, clientId: SUBS.analyst });
  await device.mqtt.publishAsync(`things/${SUBS.analyst}/lamp`, "on");
  device.mqtt.end();
  await device.closed;
}

function namesIn(text: string): ReadonlySet<string> {
  return new Set(samplesIn(text).map(({ name }) => name));
}

it("everything that there is a metric of is there, but for what the whole does not have", async () => {
  const there = namesIn(await exposition(stack.ports.probes));
  const missing = [...namesIn(await wholeExposition())].filter((name) => !there.has(name));
  expect(missing).toEqual(["postern_shared_cache_up"]);
});

it("is true of what was done", async () => {
  const measured = await scrape(stack.ports.probes);
  const s3 = 'postern_requests_total{upstream="s3",service="s3"';
  expect(measured(`${s3},outcome="ok",reason="",status="2xx"}`)).toBe(2);
  expect(measured(`${s3},outcome="refused",reason="denied-by-rule",status="4xx"}`)).toBe(1);
  expect(measured('postern_refusals_total{reason="upstream-unknown"}')).toBe(1);
  expect(measured("postern_ready")).toBe(1);
  expect(measured("postern_locked")).toBe(0);
  expect(measured("postern_cached_identities")).toBeGreaterThan(0);
  expect(measured("postern_in_flight_requests_limit")).toBe(1000);
  for (const stage of ["identity", "operation", "decision", "credentials", "upstream", "answer"])
    expect(measured(`postern_stage_duration_seconds_count{stage="${stage}"}`), stage).toBeGreaterThan(1);
});

it("passes promtool with not a word", async ({ skip }) => {
  skip(NO_PROMTOOL !== undefined, NO_PROMTOOL);
  const text = await exposition(stack.ports.probes);
  expect(promtool(["check", "metrics"], text)).toEqual({ isContent: true, words: "" });
});
