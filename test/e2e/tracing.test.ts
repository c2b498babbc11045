import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

/** A collector of spans that takes them, or does not. */
let collector: Server;
let spans: Span[] = [];
let bodies = "";
let shown: (string | undefined)[] = [];
let status = 200;
let stack: Stack | undefined;

beforeEach(async () => {
  [spans, bodies, shown, status] = [[], "", [], 200];
  collector = createServer(async (request, response) => {
    const body = await text(request);
    bodies += body;
    shown.push(request.headers["x-tenant"] as string | undefined);
    const told = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
    spans.push(...told.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
  });
  await once(collector.listen(0, "127.0.0.1"), "listening");
});

afterEach(async () => {
  await stack?.close();
  stack = undefined;
  collector.closeAllConnections();
  collector.close();
});

async function start(more: string): Promise<Stack> {
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
  const tracing = `\ntracing: { endpoint: "${endpoint}", headers: { X-Tenant: reports }${more} }\n`;
  stack = await startStack({ config: (yaml) => `${yaml}${tracing}` });
  return stack;
}

/** What an application was told by an echo of its headers. */
async function echoed({ url, tokenOf }: Stack, headers: Readonly<Record<string, string>> = {}) {
  const authorization = `Bearer ${await tokenOf("analyst")}`;
  const answer = await fetch(`${url}/orders/orders/7`, { headers: { ...headers, authorization } });
  const said = JSON.stringify(await answer.json());
  return {
    status: answer.status,
    traceparent: /"traceparent":"(?<value>[^"]*)"/.exec(said)?.groups?.["value"],
    tracestate: /"tracestate":"(?<value>[^"]*)"/.exec(said)?.groups?.["value"],
  };
}

describe("with a collector", () => {
  it("goes on with a client's trace: the application's span comes below Postern's, and that below the client's", async () => {
    const running = await start("");
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    const told = await echoed(running, { traceparent, tracestate: "rojo=1" });
    expect(told).toMatchObject({ status: 200, tracestate: "rojo=1" });
    await running.close();
    stack = undefined;
    const [server] = spans.filter(({ name }) => name === "execute-api Invoke");
    expect(server).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
    expect(told.traceparent).toBe(`00-${TRACE}-${server?.spanId}-01`);
    expect(shown[0]).toBe("reports");
    const line =
      running
        .logged()
        .split("\n")
        .find((one) => one.includes('"operation":"Invoke"')) ?? "";
    expect(JSON.parse(line)).toMatchObject({ traceId: TRACE });
  });

  it("begins a trace where none came, and tells AWS itself nothing of it", async () => {
    const running = await start("");
    const { traceparent = "" } = await echoed(running);
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/);
    const authorization = `Bearer ${await running.tokenOf("analyst")}`;
    const object = await fetch(`${running.url}/s3/reports/q3.txt`, {
      headers: { authorization, traceparent: `00-${TRACE}-${PARENT}-01` },
    });
    expect(object.status).toBe(200);
    await object.arrayBuffer();
    await running.close();
    stack = undefined;
    const names = spans.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["s3 GetObject", "credentials", "upstream"]));
    expect(bodies).not.toContain("q3.txt");
    expect(bodies).not.toContain(authorization.slice(7, 40));
  });

  it("keeps the part of new traces that it is told to, and all that a client keeps", async () => {
    const running = await start(", sample: 0");
    expect((await echoed(running)).traceparent).toMatch(/-02$/);
    expect((await echoed(running, { traceparent: `00-${TRACE}-${PARENT}-01` })).traceparent).toMatch(/-01$/);
    await running.close();
    stack = undefined;
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  });

  it("serves on where the collector takes nothing, says so, and ends without waiting for it", async () => {
    const running = await start("");
    status = 400;
    expect((await echoed(running)).status).toBe(200);
    collector.closeAllConnections();
    await running.close();
    stack = undefined;
    expect(running.logged()).toContain("spans were not taken");
  });
});

describe("without one", () => {
  it("passes the client's own on as it came, and begins none", async () => {
    stack = await startStack();
    expect((await echoed(stack)).traceparent).toBeUndefined();
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    expect(await echoed(stack, { traceparent, tracestate: "rojo=1" })).toMatchObject({
      traceparent,
      tracestate: "rojo=1",
    });
    await until(() => stack?.logged().includes(`"traceId":"${TRACE}"`) === true);
  });
});
