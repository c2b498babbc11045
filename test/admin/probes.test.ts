import type { Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createProbes } from "../../src/admin/probes.ts";
import { createReadiness } from "../../src/admin/readiness.ts";
import { closeWithin, serverOf } from "../../src/admin/serve.ts";
import { listenOn } from "../../src/inbound/listen-on.ts";
import { rawRequest } from "./raw-request.ts";

const isLocked = (): boolean => state.locked;

let server: Server;
let port = 0;
const state = { holds: true, fails: false, locked: false };
let readiness = createReadiness(() => [], isLocked);

async function start(endpointOverridden = false): Promise<void> {
  readiness = createReadiness(
    () => [{ name: "keys of user pool staff", holds: () => state.holds }],
    isLocked,
  );
  ({ server } = serverOf(
    createProbes({
      readiness,
      render: () =>
        state.fails ? Promise.reject(new Error("secret cause")) : Promise.resolve("postern_up 1\n"),
      contentType: "text/plain; version=0.0.4; charset=utf-8",
      remarks: () => (endpointOverridden ? { awsEndpoint: "overridden" } : {}),
    }),
  ));
  port = await listenOn(server, { host: "127.0.0.1", port: 0 });
}

beforeEach(async () => {
  Object.assign(state, { holds: true, fails: false, locked: false });
  await start();
});

afterEach(() => closeWithin(server, 0));

function get(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, init);
}

it("says that it lives", async () => {
  const answer = await get("/livez");
  expect([answer.status, await answer.text()]).toEqual([200, "ok\n"]);
});

async function statusOf(query: string): Promise<number> {
  return (await get(`/readyz${query}`)).status;
}

describe("/readyz", () => {
  it("is 503 while it is locked, but for who would undo the lock by starting it anew", async () => {
    state.locked = true;
    expect([await statusOf(""), await statusOf("?locked=no"), await statusOf("?locked=ok")]).toEqual([
      503, 503, 200,
    ]);
    state.holds = false;
    await start();
    expect(await statusOf("?locked=ok")).toBe(503);
    state.holds = true;
    expect(await statusOf("?locked=ok")).toBe(200);
    readiness.drain();
    expect(await statusOf("?locked=ok")).toBe(503);
  });

  it("is 503 with what it waits for, then 200, then 503 while draining", async () => {
    state.holds = false;
    const before = await get("/readyz");
    expect(before.status).toBe(503);
    expect(await before.json()).toEqual({
      ready: false,
      waitingFor: ["keys of user pool staff"],
      draining: false,
      locked: false,
    });
    state.holds = true;
    expect((await get("/readyz")).status).toBe(200);
    readiness.drain();
    const after = await get("/readyz");
    expect(after.status).toBe(503);
    expect(await after.json()).toEqual({ ready: false, waitingFor: [], draining: true, locked: false });
  });

  it("S6.5 shows that every AWS call goes to one address", async () => {
    expect(await (await get("/readyz")).json()).not.toHaveProperty("awsEndpoint");
    await closeWithin(server, 0);
    await start(true);
    expect(await (await get("/readyz")).json()).toMatchObject({ ready: true, awsEndpoint: "overridden" });
  });
});

describe("/metrics", () => {
  it("is Prometheus text", async () => {
    const answer = await get("/metrics");
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await answer.text()).toBe("postern_up 1\n");
  });

  it("tells nothing of what went wrong", async () => {
    state.fails = true;
    const answer = await get("/metrics");
    expect([answer.status, await answer.text()]).toEqual([500, "Something went wrong\n"]);
  });
});

describe("S6.1 the probes answer nothing else:", () => {
  it.each([
    "/",
    "/config",
    "/livez/",
    "/livez/x",
    "/LIVEZ",
    "/readyz.json",
    "/.postern/whoami",
    "/explain",
    "/quitquitquit",
  ])("%s is not found", async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("%s is not a method of theirs", async (method) => {
    for (const path of ["/livez", "/readyz", "/metrics"]) {
      const answer = await get(path, { method });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
  });

  it("HEAD is, without a body", async () => {
    const answer = await get("/livez", { method: "HEAD" });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });

  it.each(["//livez", "/x/../config", "http://evil.test/config", "*", "/%2e%2e/config"])(
    "the raw target %s reaches nothing",
    async (target) => {
      const answer = await rawRequest(port, `GET ${target} HTTP/1.1`, ["Host: a"]);
      expect(answer.status).toBeGreaterThanOrEqual(400);
    },
  );
});

it("is kept by no cache", async () => {
  for (const path of ["/livez", "/readyz", "/metrics", "/nothing"])
    expect((await get(path)).headers.get("cache-control")).toBe("no-store");
});
