import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Refusal } from "../../src/domain/refusal.ts";
import { readHeaders } from "../../src/domain/head.ts";
import { createForwarder, type Forwarder } from "../../src/upstream/forward.ts";
import { crossToAws } from "../../src/upstream/headers.ts";
import type { OnForwarded, SignedRequest } from "../../src/upstream/signed-request.ts";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";

const HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com";
const TOKEN = "IQoJb3JpZ2luX2VjEJr//wEaCXVz/f3hJk2Lm4Np6Qr8St0Uv1Wx3Yz7AbCdEfGh/4==";

/** What the application does with each request. */
let serve: RequestListener;
/** What the proxy says of each request besides. */
let changes: Partial<SignedRequest>;
let application: OwnUpstream;
let forwarder: Forwarder;
let proxy: Server;
let ends: Parameters<OnForwarded>[0][];

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

beforeEach(async () => {
  ends = [];
  changes = {};
  application = await startUpstream((request, response) => serve(request, response));
  forwarder = createForwarder({ origin: `http://127.0.0.1:${portOf(application.server)}` });
  proxy = createServer((incoming, response) => {
    const to = { service: { speaker: "application" }, identityHeaders: [] } as const;
    const { unsigned } = crossToAws(readHeaders(incoming.rawHeaders), [], to);
    forwarder.forward(
      {
        method: incoming.method ?? "",
        path: `/prod${incoming.url}`,
        headers: ["host", HOST, "x-amz-security-token", TOKEN, ...unsigned.flat()],
        body: null,
        answerHeaders: [],
        sessionToken: TOKEN,
        application: { host: HOST, basePath: "/prod", mount: "/shop", ownCookie: "postern" },
        ...changes,
      },
      response,
      (end) => {
        ends.push(end);
        if (end instanceof Refusal) response.writeHead(599, { "x-code": end.code }).end();
      },
    );
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await forwarder.close();
  await application.close();
});

const ask = (path = "/k", init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${portOf(proxy)}${path}`, { redirect: "manual", ...init });

describe("what an application gets", () => {
  it("has the Host of its own, wherever the connection goes, and no word of the client's about its own place", async () => {
    let seen: string[] = [];
    serve = ({ rawHeaders }, response) => {
      seen = rawHeaders;
      response.end();
    };
    await ask("/k", { headers: { "X-Forwarded-Host": "evil", "X-Tenant": "a", Authorization: "Bearer t" } });
    const headers = readHeaders(seen);
    expect(headers.get("host")).toBe(HOST);
    expect(headers.get("x-tenant")).toBe("a");
    expect(headers.get("accept-encoding")).toBe("identity");
    expect(["x-forwarded-host", "authorization"].filter((name) => headers.has(name))).toEqual([]);
  });

  it("has header values byte for byte, whatever bytes HTTP allows", async () => {
    let seen = "";
    serve = ({ headers }, response) => {
      seen = String(headers["x-name"]);
      response.end();
    };
    const value = `${Buffer.from("Zoë 名").toString("latin1")}\u0080\u00a0\u00ff\tx`;
    const client = connect(portOf(proxy), "127.0.0.1");
    client.on("error", () => {}).resume();
    client.write(Buffer.from(`GET /k HTTP/1.1\r\nhost: a\r\nx-name: ${value}\r\n\r\n`, "latin1"));
    await expect.poll(() => ends.length).toBe(1);
    client.destroy();
    expect(seen).toBe(value);
    expect(ends).toMatchObject([{ status: 200 }]);
  });
});

describe("what an application answers", () => {
  it("may set cookies, and redirect to itself", async () => {
    serve = ({ headers }, response) =>
      response
        .writeHead(302, {
          location: `https://${headers.host}/prod/login?next=%2Fk`,
          "set-cookie": ["sid=1; Path=/", "postern=t"],
        })
        .end("see there");
    const got = await ask();
    expect([got.status, await got.text()]).toEqual([302, "see there"]);
    expect(got.headers.get("location")).toBe("/shop/login?next=%2Fk");
    expect(got.headers.getSetCookie()).toEqual(["sid=1; Path=/"]);
  });

  it("S5 may not redirect elsewhere", async () => {
    serve = (_request, response) => response.writeHead(307, { location: "https://evil.example/" }).end();
    const got = await ask();
    expect([got.status, got.headers.get("location")]).toEqual([307, null]);
  });

  it("is passed on as it comes where it is a large error, of whatever form", async () => {
    const body = `<!doctype html>${"x".repeat(600_000)}`;
    serve = (_request, response) => response.writeHead(500, { "content-type": "text/html" }).end(body);
    const got = await ask();
    expect([got.status, (await got.text()) === body]).toEqual([500, true]);
  });

  it("reaches the client an event at a time, however little there is in one", async () => {
    let next: (() => void) | undefined;
    serve = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      let number = 0;
      next = () => void response.write(`data: ${++number}\n\n`);
      next();
    };
    const { body } = await ask();
    const reader = body?.getReader();
    for (let number = 1; number < 4; number++) {
      const { value } = (await reader?.read()) ?? {};
      expect(Buffer.from(value ?? []).toString()).toBe(`data: ${number}\n\n`);
      next?.();
    }
    await reader?.cancel();
  });

  it.each([
    ["HEAD", 200],
    ["GET", 204],
    ["GET", 304],
  ])("ends with its head for %s and %i", async (method, status) => {
    serve = (_request, response) => response.writeHead(status, { etag: '"e"' }).end();
    const got = await ask("/k", { method });
    expect([got.status, got.headers.get("etag"), await got.text()]).toEqual([status, '"e"', ""]);
    expect(ends).toMatchObject([{ status, broken: undefined }]);
  });

  it("S5 says nothing of CORS where Postern does", async () => {
    serve = (_request, response) => response.writeHead(200, { "access-control-allow-origin": "*" }).end();
    expect((await ask()).headers.get("access-control-allow-origin")).toBe("*");
    changes = { answersCors: true };
    expect((await ask()).headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("an application that repeats the token it was called with", () => {
  it.each([200, 201, 400, 500])("has its answer refused, with status %i too", async (status) => {
    serve = ({ headers }, response) => response.writeHead(status).end(JSON.stringify({ headers }));
    const got = await ask();
    expect([got.status, got.headers.get("x-code")]).toEqual([599, "answer-withheld"]);
    expect(await got.text()).toBe("");
    expect(ends).toMatchObject([{ detail: "an answer that repeats the session token" }]);
  });

  it.each([
    ["in a header", "GET", 200, {}],
    ["in a header of a redirect", "GET", 302, { location: "/prod/k" }],
    ["in a header of an answer to HEAD", "HEAD", 200, {}],
    ["in a header of a 304", "GET", 304, {}],
  ])("has it refused %s", async (_where, method, status, lines) => {
    serve = ({ headers }, response) =>
      response
        .writeHead(status, {
          ...lines,
          "x-echo": encodeURIComponent(String(headers["x-amz-security-token"])),
        })
        .end();
    const got = await ask("/k", { method });
    expect([got.status, got.headers.get("x-echo")]).toEqual([599, null]);
  });

  it("is cut short where a part of its answer was seen already", async () => {
    let goOn: (() => void) | undefined;
    serve = (_request, response) => {
      response.write("first");
      goOn = () => void response.end(`x${TOKEN}y`);
    };
    const { status, body } = await ask();
    const reader = body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("first");
    goOn?.();
    await expect(reader?.read()).rejects.toThrow("terminated");
    expect(status).toBe(200);
    expect(ends).toMatchObject([{ broken: "upstream", bytes: 5 }]);
  });

  it("is cut short, or refused, wherever the token comes in pieces", async () => {
    for (let cut = 1; cut < TOKEN.length; cut += 7) {
      serve = (_request, response) => {
        response.write(TOKEN.slice(0, cut));
        setTimeout(() => response.end(TOKEN.slice(cut)), 2);
      };
      const text = await ask()
        .then((got) => got.text())
        .catch(() => "");
      expect(text).not.toContain("f3hJ");
    }
  });

  it("has a token that is sent in place of a signature kept just so", async () => {
    changes = { sessionToken: "eyJhbGciOiJSUzI1NiJ9.access.token", headers: ["host", HOST] };
    serve = (_request, response) => response.end("Bearer eyJhbGciOiJSUzI1NiJ9.access.token");
    expect((await ask()).status).toBe(599);
  });

  it("is not asked for what is compressed", async () => {
    serve = ({ headers }, response) => response.end(headers["accept-encoding"]);
    expect(await (await ask()).text()).toBe("identity");
  });

  it.each([
    ["gzip", 200],
    ["GZIP", 404],
    ["identity, br", 200],
    ["x-unheard-of", 500],
  ])("has what it compresses all the same refused: %s with status %i", async (coding, status) => {
    serve = ({ headers }, response) => {
      const body = gzipSync(JSON.stringify(headers));
      response.writeHead(status, { "content-encoding": coding }).end(body);
    };
    const got = await ask();
    expect([got.status, got.headers.get("x-code"), await got.text()]).toEqual([599, "answer-withheld", ""]);
    expect(ends).toMatchObject([{ detail: "a compressed answer, which may repeat the session token" }]);
  });

  it.each([
    ["GET", 200, "Identity", "hello"],
    ["GET", 200, "", "hello"],
    ["HEAD", 200, "gzip", ""],
    ["GET", 304, "gzip", ""],
  ])("may state the coding of what hides nothing: %s, %i, %j", async (method, status, coding, body) => {
    serve = (_request, response) => response.writeHead(status, { "content-encoding": coding }).end(body);
    const got = await ask("/k", { method });
    expect([got.status, await got.text()]).toEqual([status, body]);
  });
});

it("breaks off before its body: then nothing of it was sent, and it is refused", async () => {
  const broken = createTcpServer((socket) => {
    socket
      .on("error", () => {})
      .once("data", () => {
        socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
      });
  });
  await new Promise<void>((resolve) => broken.listen(0, "127.0.0.1", resolve));
  await forwarder.close();
  forwarder = createForwarder({ origin: `http://127.0.0.1:${portOf(broken)}` });
  const got = await ask();
  expect([got.status, got.headers.get("x-code")]).toEqual([599, "upstream-unreachable"]);
  broken.close();
});
