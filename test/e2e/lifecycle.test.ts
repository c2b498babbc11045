import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { exchange, openSocket, requestText } from "../support/raw-client.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { withoutGuests } from "../support/without-guests.ts";

let stack: Stack | undefined;
let upstream: OwnUpstream | undefined;

afterEach(async () => {
  await stack?.close();
  await upstream?.close();
  stack = undefined;
  upstream = undefined;
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}

const get = (token: string, target = "/s3/reports/q3.txt"): string =>
  requestText(`GET ${target}`, [["Authorization", `Bearer ${token}`]]);

const probe = (port: number, path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);

/** An upstream that answers when it is told to. */
async function slowUpstream(): Promise<{ begun: () => number; answer: () => void }> {
  const waiting: (() => void)[] = [];
  let begun = 0;
  upstream = await startUpstream((_, response) => {
    begun++;
    waiting.push(() => response.end("late but whole"));
  });
  return { begun: () => begun, answer: () => waiting.splice(0).forEach((go) => go()) };
}

describe("when Postern is told to end", () => {
  it("it finishes what is in flight, and takes nothing new", async () => {
    const { begun, answer } = await slowUpstream();
    stack = await startStack({ config: upstream!.config });
    const { listen, probes } = stack.ports;
    const token = await stack.tokenOf("admin");
    const inFlight = exchange(listen, get(token), { answers: Infinity });
    // A connection that has not sent a byte is idle too, though Node does not think so.
    const idle = (await openSocket(listen)).resume();
    await until(() => begun() === 1);
    const busy = await openSocket(listen);
    let second = "";
    busy.on("data", (chunk: Buffer) => (second += chunk.toString()));
    busy.write(get(token));
    await until(() => begun() === 2);

    const closings = [once(idle, "close"), once(busy, "close")] as const;
    const ended = stack.close();
    stack = undefined;
    await closings[0];
    const readiness = await probe(probes, "/readyz");
    expect(readiness.status).toBe(503);
    await expect(openSocket(listen)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    answer();
    const { answers, closed } = await inFlight;
    expect(answers).toMatchObject([{ status: 200, body: "late but whole" }]);
    expect(closed).toBe(true);
    await closings[1];
    expect(second).toContain("late but whole");
    await ended;
  });

  it("it answers a request that comes on an open connection, and then closes that", async () => {
    const { begun, answer } = await slowUpstream();
    stack = await startStack({ config: upstream!.config });
    const { listen } = stack.ports;
    const token = await stack.tokenOf("admin");
    const socket = await openSocket(listen);
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.write(get(token));
    await until(() => begun() === 1);
    const ended = stack.close();
    stack = undefined;
    socket.write(get(token, "/s3/reports/q4.txt"));
    // One after the other: what comes behind an answer that ended the connection would not be done.
    answer();
    await until(() => begun() === 2);
    answer();
    await once(socket, "close");
    expect(text.match(/late but whole/g)?.length).toBe(2);
    expect(text).toMatch(/connection: close/i);
    await ended;
  });

  it("it cuts what does not end before its deadline", async () => {
    const { begun } = await slowUpstream();
    stack = await startStack({
      config: (yaml) => `${upstream!.config(yaml)}\ntimeouts: { drain: 100ms }\n`,
    });
    const cut = exchange(stack.ports.listen, get(await stack.tokenOf("admin")));
    await until(() => begun() === 1);
    const { outcomes } = stack;
    await stack.close();
    stack = undefined;
    expect(await cut).toMatchObject({ answers: [], closed: true });
    expect(outcomes.at(-1)).toMatchObject({ outcome: "client-gone", status: 499 });
  });
});

describe("while the keys of the user pool cannot be had", () => {
  it("it is not ready and does not listen, and goes on by itself when they can", async () => {
    stack = await startStack({
      waits: true,
      faults: [{ service: "user-pool", operation: "jwks.json", effect: { kind: "error", status: 503 } }],
    });
    const { listen, probes } = stack.ports;
    const token = await stack.tokenOf("analyst");
    const readiness = await probe(probes, "/readyz");
    expect(readiness.status).toBe(503);
    const waitingFor = ["keys of user pool local", "the data listener"];
    expect(await readiness.json()).toMatchObject({ ready: false, waitingFor });
    expect((await probe(probes, "/livez")).status).toBe(200);
    await expect(openSocket(listen)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await until(() => stack!.logged().includes("it waits before it listens"));
    expect(stack.logged()).toContain('"waitingFor":["keys of user pool local"]');
    stack.aws.faults.clear();
    await until(async () => (await probe(probes, "/readyz")).status === 200);
    expect((await exchange(listen, get(token))).answers[0]?.status).toBe(200);
  });
});

describe("every wait has a deadline", () => {
  it("of a head that comes slowly", async () => {
    stack = await startStack({ config: (yaml) => `${yaml}\ntimeouts: { headers: 300ms }\n` });
    const { answers, closed } = await exchange(
      stack.ports.listen,
      "GET /s3/reports/q3.txt HTTP/1.1\r\nHost: x\r\n",
    );
    expect(answers[0]?.status).toBe(408);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("target-malformed");
    expect(closed).toBe(true);
    // Not a byte is no better.
    expect((await exchange(stack.ports.listen, "")).closed).toBe(true);
  });

  it("of an upstream that does not answer, and of one that stops within its answer", async () => {
    upstream = await startUpstream((request, response) => {
      if (request.url?.includes("never") === true) return;
      response.writeHead(200, { "content-length": 10 }).write("half");
    });
    const timeouts = "timeouts: { upstreamHeaders: 1s, bodyIdle: 1s }";
    stack = await startStack({ config: (yaml) => `${upstream!.config(yaml)}\n${timeouts}\n` });
    const token = await stack.tokenOf("admin");
    const never = await exchange(stack.ports.listen, get(token, "/s3/reports/never"));
    expect(never.answers[0]?.status).toBe(504);
    expect(never.answers[0]?.headers.get("x-postern-reason")).toBe("upstream-timeout");
    const half = await exchange(stack.ports.listen, get(token), { answers: Infinity });
    expect(half).toMatchObject({ answers: [], closed: true });
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "upstream-broken" });
  });

  it("of an identity pool that does not answer", async () => {
    stack = await startStack();
    const token = await stack.tokenOf("analyst");
    stack.aws.faults.add({ service: "cognito-identity", effect: { kind: "latency", ms: 8000 } });
    const { answers } = await exchange(stack.ports.listen, get(token));
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("credentials-unavailable");
    expect(answers[0]?.status).toBe(503);
    expect(stack.arrived()).toBe(0);
    stack.aws.faults.clear();
    expect((await exchange(stack.ports.listen, get(token))).answers[0]?.status).toBe(200);
  });

  it("of an upstream that is not there", async () => {
    const gone = await startUpstream(() => {});
    await gone.close();
    stack = await startStack({ config: gone.config });
    const { answers } = await exchange(stack.ports.listen, get(await stack.tokenOf("admin")));
    expect(answers[0]?.status).toBe(502);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("upstream-unreachable");
  });
});

it("one request more than the limit is told to come back, and a place that is free again is given", async () => {
  const { begun, answer } = await slowUpstream();
  stack = await startStack({ config: (yaml) => `${upstream!.config(yaml)}\nlimits: { inFlight: 2 }\n` });
  const { listen } = stack.ports;
  const token = await stack.tokenOf("admin");
  const two = [exchange(listen, get(token)), exchange(listen, get(token))];
  await until(() => begun() === 2);
  for (const target of ["/s3/reports/q3.txt", "/.postern/whoami"]) {
    const { answers } = await exchange(listen, get(token, target));
    expect(answers[0]?.status).toBe(503);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("overloaded");
    expect(answers[0]?.headers.get("retry-after")).toBe("1");
  }
  answer();
  expect((await Promise.all(two)).map(({ answers }) => answers[0]?.status)).toEqual([200, 200]);
  expect((await exchange(listen, get(token, "/.postern/whoami"))).answers[0]?.status).toBe(200);
});

describe("the other two faces", () => {
  it("tell probes and scrapers what they need, and nobody anything else", async () => {
    stack = await startStack({ config: withoutGuests });
    const { listen, probes } = stack.ports;
    await exchange(listen, requestText("GET /s3/reports/q3.txt"));
    await exchange(listen, requestText("CONNECT /"));
    expect((await probe(probes, "/livez")).status).toBe(200);
    expect(await (await probe(probes, "/readyz")).json()).toMatchObject({ ready: true, waitingFor: [] });
    const metrics = await (await probe(probes, "/metrics")).text();
    expect(metrics).toMatch(/^postern_requests_total\{.*reason="token-missing".*\} 1$/m);
    expect(metrics).toMatch(/^postern_in_flight_requests 0$/m);
    for (const path of ["/", "/config", "/.postern/whoami", "/s3/reports/q3.txt"]) {
      expect((await probe(probes, path)).status).toBe(404);
    }
    for (const path of ["/livez", "/readyz", "/metrics", "/config"]) {
      expect((await exchange(listen, requestText(`GET ${path}`))).answers[0]?.status).toBe(404);
    }
  });

  it("S6.1 show the configuration to nobody who came by a foreign name", async () => {
    stack = await startStack();
    const { operator } = stack.ports;
    const ask = (host: string, headers: readonly (readonly [string, string])[] = []) =>
      exchange(operator, requestText("GET /config", [["Host", host], ...headers]));
    const own = await ask(`127.0.0.1:${operator}`);
    expect(own.answers[0]?.status).toBe(200);
    expect(own.answers[0]?.body).toContain("${env:POSTERN_PORT}");
    expect((await ask("localhost")).answers[0]?.status).toBe(200);
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", ""]) {
      expect((await ask(host)).answers[0]?.status, host).toBeGreaterThanOrEqual(400);
    }
    const crossSite = await ask("localhost", [["Sec-Fetch-Site", "cross-site"]]);
    expect(crossSite.answers[0]?.status).toBe(403);
  });
});
