import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from "node:net";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ErrorAnswer } from "../../src/aws/service.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { createForwarder, type Forwarder, type ForwarderOptions } from "../../src/upstream/forward.ts";
import type { Forwarded, SignedRequest } from "../../src/upstream/signed-request.ts";

/** What the upstream does with each connection, byte for byte. */
let serve: (socket: Socket, number: number) => void;
/** What the proxy makes of each request. */
let sign: (incoming: IncomingMessage) => Partial<SignedRequest>;
let upstream: TcpServer;
let proxy: Server;
let forwarder: Forwarder;
let ends: (Forwarded | Refusal | "withheld")[];
let responses: ServerResponse[];
let sockets: Socket[];

beforeEach(async () => {
  ends = [];
  responses = [];
  sockets = [];
  sign = () => ({});
  upstream = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    serve(socket, sockets.length);
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  forwarder = start();
  proxy = createServer((incoming, response) => {
    responses.push(response);
    const length = incoming.headers["content-length"];
    forwarder.forward(
      {
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        headers: ["host", "upstream.example", ...(length === undefined ? [] : ["content-length", length])],
        body: length === undefined ? null : incoming,
        answerHeaders: [],
        ...sign(incoming),
      },
      response,
      (end) => {
        ends.push(end);
        if (end instanceof Refusal) response.writeHead(599, { "x-code": end.code }).end();
        if (end === "withheld") response.writeHead(598).end();
      },
    );
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  proxy.closeAllConnections();
  proxy.close();
  for (const socket of sockets) socket.destroy();
  upstream.close();
  await forwarder.close();
});

function start(options: Partial<ForwarderOptions> = {}): Forwarder {
  const { port } = upstream.address() as AddressInfo;
  return createForwarder({ origin: `http://127.0.0.1:${port}`, ...options });
}

/** Answers every request on a connection with the same bytes. */
const answering =
  (...parts: readonly (string | Buffer)[]) =>
  (socket: Socket): void => {
    socket.on("data", () => {
      for (const part of parts) socket.write(part);
    });
  };

interface Got {
  readonly status: number | undefined;
  readonly raw: readonly string[];
  readonly body: Buffer;
  readonly whole: boolean;
}

interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly body?: Buffer | string;
  readonly headers?: Record<string, string>;
}

/** One request through the proxy; rejects where the client sees no answer at all. */
function ask({ method = "GET", path = "/k", body, headers = {} }: Ask = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port: portOf(proxy), host: "127.0.0.1", method, path, headers, agent: false });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      const done = (whole: boolean): void =>
        resolve({
          status: response.statusCode,
          raw: response.rawHeaders,
          body: Buffer.concat(chunks),
          whole,
        });
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => done(true));
      response.on("error", () => done(false));
    });
    outgoing.end(body);
  });
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const closed = (socket: Socket | undefined) => expect.poll(() => socket?.destroyed).toBe(true);
const valuesOf = ({ raw }: Got, name: string) =>
  raw.filter((_value, i) => i % 2 === 1 && raw[i - 1]?.toLowerCase() === name);

describe("what goes upstream", () => {
  it("is the request as it was signed, with no header of anybody's own but Connection", async () => {
    let sent = "";
    serve = (socket) =>
      socket.on("data", (chunk) => {
        sent += chunk.toString("latin1");
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
      });
    const path = "/b/%2E%2E/a%2Fb//c?x=%20&uploads=";
    sign = () => ({ headers: ["host", "upstream.example", "x-amz-date", "d", "User-Agent", "u"] });
    await ask({ path });
    expect(sent).toBe(
      `GET ${path} HTTP/1.1\r\nhost: upstream.example\r\nconnection: keep-alive\r\nx-amz-date: d\r\nUser-Agent: u\r\n\r\n`,
    );
  });

  it("has the stated length and no chunks, with a body out of a stream or a buffer, and on GET too", async () => {
    const sent: string[] = [];
    serve = (socket, number) =>
      socket.on("data", (chunk) => {
        sent[number] = (sent[number] ?? "") + chunk.toString("latin1");
        if (sent[number].endsWith("five!")) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
      });
    const held = { headers: ["host", "h", "content-length", "5"], body: Buffer.from("five!") };
    for (const method of ["PUT", "GET", "DELETE"]) {
      sign = () => ({});
      await ask({ method, body: "five!", headers: { "content-length": "5" } });
      sign = () => held;
      await ask({ method });
    }
    const all = sent.join("");
    expect(all.match(/content-length: 5\r\n\r\nfive!/g)).toHaveLength(6);
    expect(all).not.toMatch(/transfer-encoding/i);
    expect(ends).toMatchObject(Array.from({ length: 6 }, () => ({ status: 200, broken: undefined })));
  });

  it("streams an upload at the pace of the upstream", async () => {
    let read = 0;
    serve = (socket) => {
      socket.pause();
      socket.on("data", (chunk) => (read += chunk.length));
    };
    const size = 64 * 1024 * 1024;
    const outgoing = request({ port: portOf(proxy), method: "PUT", headers: { "content-length": size } });
    outgoing.on("error", () => {});
    let offered = 0;
    const chunk = Buffer.alloc(1024 * 1024);
    const offer = (): void => {
      while (offered < size) {
        offered += chunk.length;
        if (!outgoing.write(chunk)) return;
      }
    };
    outgoing.on("drain", offer);
    offer();
    await expect.poll(() => sockets.length).toBe(1);
    // What does not fit into the buffers of two sockets stays with the client.
    await expect.poll(() => stalled(() => offered)).toBe(true);
    expect(offered).toBeLessThan(size / 2);
    sockets[0]?.resume();
    await expect.poll(() => read, { timeout: 5000 }).toBeGreaterThan(size);
    outgoing.destroy();
  });

  it.each([
    ["a header value with a line break", { headers: ["host", "h", "x", "a\r\nb: c"] }],
    ["a header value with a control character", { headers: ["host", "h", "x", "a\u0001"] }],
    ["a header name that is none", { headers: ["host", "h", "x y", "a"] }],
    ["two hosts", { headers: ["host", "h", "host", "i"] }],
    ["Expect", { headers: ["host", "h", "expect", "100-continue"] }],
    ["a path with a space", { path: "/a b" }],
    ["a method that is none", { method: "GE T" }],
  ])("is refused, without harm to the process, where it cannot be written: %s", async (_what, wrong) => {
    serve = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    sign = () => wrong;
    expect(valuesOf(await ask(), "x-code")).toEqual(["internal"]);
    expect([ends.length, sockets.length]).toEqual([1, 0]);
    sign = () => ({});
    await expect(ask()).resolves.toMatchObject({ status: 200 });
  });

  it.each(["payload-mismatch", "body-malformed"])("is refused as the body's own fault, %s", async (code) => {
    const body = new Readable({ read: (): void => {} });
    body.push("abc");
    sign = () => ({ method: "PUT", headers: ["host", "h", "content-length", "10"], body });
    serve = (socket) =>
      socket.on("data", () => body.destroy(Object.assign(new Error("not what was signed"), { code })));
    expect(valuesOf(await ask(), "x-code")).toEqual([code]);
    expect(ends).toMatchObject([{ detail: "not what was signed" }]);
    await closed(sockets[0]);
  });

  it("is refused where the body ends before its stated length", async () => {
    serve = (socket) => socket.resume();
    sign = () => ({
      method: "PUT",
      headers: ["host", "h", "content-length", "10"],
      body: Readable.from([Buffer.from("abc")]),
    });
    expect(valuesOf(await ask(), "x-code")).toEqual(["payload-mismatch"]);
    await closed(sockets[0]);
  });
});

describe("the answer", () => {
  it("keeps its bytes, its lengths and its lines as they came", async () => {
    const body = Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff]);
    serve = answering(
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n" +
        'x-amz-meta-a: 1\r\nETag: "e"\r\nX-Amz-Meta-A: 2\r\nDate: Thu, 15 Jan 2026 12:00:00 GMT\r\n\r\n',
      body,
    );
    sign = () => ({ answerHeaders: ["x-postern-request-id", "id-1"] });
    const got = await ask();
    expect(got).toMatchObject({ status: 200, body, whole: true });
    expect(got.raw.slice(0, -2)).toEqual([
      "x-postern-request-id",
      "id-1",
      "vary",
      "Authorization, Cookie, X-Amz-Security-Token, X-Postern-Id-Token, X-Postern-Role, X-Postern-Token",
      "Content-Encoding",
      "gzip",
      "Content-Length",
      "5",
      "x-amz-meta-a",
      "1",
      "ETag",
      '"e"',
      "X-Amz-Meta-A",
      "2",
      "Date",
      "Thu, 15 Jan 2026 12:00:00 GMT",
    ]);
    expect(ends).toMatchObject([{ status: 200, bytes: 5, waitedMs: expect.any(Number), broken: undefined }]);
  });

  it.each([
    ["in chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", false],
    ["until the connection ends", "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabc", true],
    ["in HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nabc", true],
    [
      "after hints",
      "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc",
      false,
    ],
    ["as an error", "HTTP/1.1 503 Slow Down\r\ncontent-length: 3\r\n\r\nabc", false],
  ])("comes through %s", async (_how, bytes, hangUp) => {
    serve = (socket) => socket.once("data", () => (hangUp ? socket.end(bytes) : socket.write(bytes)));
    await expect(ask()).resolves.toMatchObject({ body: Buffer.from("abc"), whole: true });
    expect(ends).toMatchObject([{ bytes: 3, broken: undefined }]);
  });

  it("begins before it has ended", async () => {
    let finish: (() => void) | undefined;
    serve = (socket) => {
      finish = () => void socket.write("tail");
      socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhead"));
    };
    const body = await new Promise<string>((resolve) => {
      request({ port: portOf(proxy), agent: false }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => {
          text += chunk.toString();
          if (text === "head") finish?.();
        });
        response.on("end", () => resolve(text));
      }).end();
    });
    expect(body).toBe("headtail");
  });

  it.each([
    ["a 304 that states the length it has not", "GET", "304 Not Modified", "content-length: 1000\r\n"],
    ["a 304 without a length", "GET", "304 Not Modified", ""],
    ["a 204", "DELETE", "204 No Content", ""],
    ["a HEAD with its length", "HEAD", "200 OK", "content-length: 5368709120\r\n"],
    ["a HEAD of a compressed object", "HEAD", "200 OK", "content-length: 53\r\ncontent-encoding: gzip\r\n"],
  ])("ends with its head for %s, and the next one is not confused", async (_what, method, status, lines) => {
    serve = (socket) =>
      socket.on("data", (chunk) =>
        socket.write(
          chunk.toString().startsWith("POST")
            ? "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnext"
            : `HTTP/1.1 ${status}\r\n${lines}\r\n`,
        ),
      );
    const got = await ask({ method });
    expect([got.status, got.whole, got.body.length]).toEqual([Number(status.slice(0, 3)), true, 0]);
    expect(valuesOf(got, "content-length")).toEqual(/length: (\d+)/.exec(lines)?.slice(1) ?? []);
    expect(ends).toMatchObject([{ status: got.status, bytes: 0, broken: undefined }]);
    await expect(ask({ method: "POST", body: "x" })).resolves.toMatchObject({
      body: Buffer.from("next"),
      whole: true,
    });
  });

  it.each(["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])(
    "S5 of %s is handed on, not followed, and says no foreign Location",
    async (status) => {
      serve = answering(
        `HTTP/1.1 ${status}\r\nLocation: http://evil.example/\r\nRefresh: 0\r\nx-amz-bucket-region: eu-west-1\r\ncontent-length: 0\r\n\r\n`,
      );
      const got = await ask();
      expect(got.status).toBe(Number(status.slice(0, 3)));
      expect(got.raw.join(" ")).not.toMatch(/evil|refresh/i);
      expect(valuesOf(got, "x-amz-bucket-region")).toEqual(["eu-west-1"]);
      expect(sockets).toHaveLength(1);
    },
  );

  it.each([
    ["no HTTP", "220 smtp ready\r\n\r\n"],
    [
      "another protocol than was asked for",
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
    ],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"],
    ["a length and chunks", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n"],
    ["a control character in a header", "HTTP/1.1 200 OK\r\nx: a\u007f\r\ncontent-length: 0\r\n\r\n"],
    ["a head of 70 KB", `HTTP/1.1 200 OK\r\nx: ${"a".repeat(70_000)}\r\ncontent-length: 0\r\n\r\n`],
    ["the end of the connection", ""],
  ])("is refused where it is %s", async (_what, bytes) => {
    serve = (socket) =>
      socket.once("data", () => (bytes === "" ? socket.destroy() : socket.write(bytes, "latin1")));
    expect(valuesOf(await ask(), "x-code")).toEqual(["upstream-unreachable"]);
    expect(ends).toHaveLength(1);
  });

  it("may have a head of 60 KB", async () => {
    serve = answering(`HTTP/1.1 200 OK\r\nx: ${"a".repeat(60_000)}\r\ncontent-length: 0\r\n\r\n`);
    const got = await new Promise<number | undefined>((resolve, reject) => {
      request({ port: portOf(proxy), agent: false, maxHeaderSize: 1 << 20 }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(got).toBe(200);
  });

  it.each([
    ["within its stated length", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"],
    ["within a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\nabc"],
    [
      "within the last chunk there is",
      "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
    ],
    [
      "within its length, on a connection that is closed",
      "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\ncontent-length: 9\r\n\r\nabc",
    ],
    ["between two chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"],
  ])("that breaks off %s never looks whole to the client", async (_where, bytes) => {
    serve = (socket) => socket.once("data", () => socket.end(bytes));
    const got = await ask().catch(() => ({ whole: false }));
    expect(got.whole).toBe(false);
    expect(ends).toMatchObject([{ status: 200, broken: "upstream" }]);
  });

  it("that ends with its connection never looks whole where the connection is reset", async () => {
    for (const head of ["HTTP/1.1 200 OK\r\nconnection: close", "HTTP/1.0 200 OK", "HTTP/1.1 200 OK"]) {
      ends = [];
      serve = (socket) =>
        socket.once("data", () => {
          socket.write(`${head}\r\ncontent-encoding: gzip\r\n\r\nabc`);
          setTimeout(() => socket.resetAndDestroy(), 20);
        });
      const got = await ask().catch(() => ({ whole: false }));
      expect(got.whole).toBe(false);
      expect(ends).toMatchObject([{ status: 200, broken: "upstream" }]);
    }
  });

  it("is held back while the client does not read, without filling memory", async () => {
    let wrote = 0;
    serve = (socket) => {
      const chunk = Buffer.alloc(64 * 1024);
      const more = (): void => {
        while (wrote < 256 * 1024 * 1024) {
          wrote += chunk.length;
          if (!socket.write(chunk)) return;
        }
      };
      socket.on("drain", more);
      socket.once("data", () => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${256 * 1024 * 1024}\r\n\r\n`);
        more();
      });
    };
    const client = connect(portOf(proxy), "127.0.0.1");
    client.pause();
    client.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await expect.poll(() => stalled(() => wrote)).toBe(true);
    expect(wrote).toBeLessThan(64 * 1024 * 1024);
    expect(responses[0]?.writableLength).toBeLessThan(1024 * 1024);
    let read = 0;
    client.on("data", (chunk) => (read += chunk.length)).resume();
    await expect.poll(() => read, { timeout: 10_000 }).toBeGreaterThan(256 * 1024 * 1024);
    client.destroy();
  });
});

const leave = async (bytes: string, when: () => boolean): Promise<void> => {
  const client = connect(portOf(proxy), "127.0.0.1");
  client.on("error", () => {});
  client.write(bytes);
  await expect.poll(when).toBe(true);
  client.destroy();
};

describe("a client that leaves", () => {
  const GET = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

  it.each([
    ["while it waits for the answer", GET, ""],
    ["within the answer", GET, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc"],
    ["within its upload", "PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc", ""],
  ])("%s takes the upstream request along", async (_when, bytes, answer) => {
    serve = (socket) => socket.on("data", () => socket.write(answer));
    await leave(bytes, () => sockets.length === 1);
    await closed(sockets[0]);
    expect(ends).toEqual([expect.objectContaining({ broken: "client" })]);
  });

  it("within an answer that it did not read frees the connection", async () => {
    forwarder = start({ connections: 1 });
    serve = (socket, number) =>
      socket.once("data", () =>
        socket.write(
          number === 1
            ? Buffer.concat([
                Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n"),
                Buffer.alloc(32 * 1024 * 1024),
              ])
            : "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        ),
      );
    const client = connect(portOf(proxy), "127.0.0.1");
    client.pause().on("error", () => {});
    client.write(GET);
    await expect.poll(() => responses[0]?.writableNeedDrain).toBe(true);
    client.destroy();
    await expect(ask()).resolves.toMatchObject({ status: 200 });
    expect(ends).toMatchObject([{ broken: "client" }, { broken: undefined }]);
  });

  it("while others are before it is never sent", async () => {
    forwarder = start({ connections: 1 });
    let answerFirst: (() => void) | undefined;
    let sent = "";
    serve = (socket) => {
      answerFirst = () => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
      socket.on("data", (chunk) => (sent += chunk.toString()));
    };
    const first = ask({ path: "/first" });
    await expect.poll(() => sockets.length).toBe(1);
    await leave("DELETE /second HTTP/1.1\r\nhost: x\r\n\r\n", () => responses.length === 2);
    await expect.poll(() => ends.length).toBe(1);
    answerFirst?.();
    await expect(first).resolves.toMatchObject({ status: 200 });
    const third = ask({ path: "/third" });
    await expect.poll(() => sent).toContain("/third");
    answerFirst?.();
    await third;
    expect(sent).not.toContain("/second");
  });

  it("before anything is sent causes nothing to be sent", async () => {
    serve = () => {};
    const gone = createServer((incoming, response) => {
      response.on("close", () => {
        forwarder.forward(
          { method: "PUT", path: "/", headers: ["host", "h"], body: incoming, answerHeaders: [] },
          response,
          (end) => ends.push(end),
        );
      });
    });
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const client = connect(portOf(gone), "127.0.0.1");
    client.write(GET, () => client.destroy());
    await expect.poll(() => ends).toEqual([{ status: undefined, bytes: 0, waitedMs: 0, broken: "client" }]);
    expect(sockets).toEqual([]);
    gone.close();
  });
});

describe("an answer that comes before the body was read", () => {
  const PUT = "PUT /big HTTP/1.1\r\nhost: x\r\ncontent-length: 8000000\r\n\r\n";

  /** Sends a whole upload and then one request more on the same connection, and reads both answers. */
  async function uploadAndGoOn(): Promise<string> {
    const client = connect(portOf(proxy), "127.0.0.1");
    client.on("error", () => {});
    let answers = "";
    client.on("data", (chunk) => (answers += chunk.toString()));
    client.write(PUT);
    client.write(Buffer.alloc(8_000_000));
    client.write("GET /next HTTP/1.1\r\nhost: x\r\n\r\n");
    await expect.poll(() => answers, { timeout: 5000 }).toContain("next");
    client.destroy();
    return answers;
  }

  it("reaches a client that goes on sending, whose next request is read", async () => {
    serve = (socket) =>
      socket.once("data", (chunk) =>
        socket.write(
          chunk.toString("latin1").startsWith("PUT")
            ? "HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\ndenied"
            : "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnext",
        ),
      );
    expect(await uploadAndGoOn()).toMatch(/^HTTP\/1.1 403.*denied.*200 OK.*next$/s);
    expect(ends).toMatchObject([{ status: 403, broken: undefined }, { status: 200 }]);
  });

  it("is a refusal where the upstream hangs up instead, and the client is still there to read it", async () => {
    serve = (socket) =>
      socket.once("data", (chunk) =>
        chunk.toString("latin1").startsWith("PUT")
          ? socket.destroy()
          : socket.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnext"),
      );
    expect(await uploadAndGoOn()).toMatch(/^HTTP\/1.1 599.*upstream-unreachable.*200 OK.*next$/s);
  });
});

it("breaks an answer off for HTTP/1.0 too, where a connection's end would be the answer's", async () => {
  serve = (socket) =>
    socket.on("data", () => {
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
      setTimeout(() => socket.destroy(), 20);
    });
  const client = connect(portOf(proxy), "127.0.0.1");
  const end = new Promise((resolve) => {
    client.once("end", () => resolve("ended"));
    client.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
  });
  client.resume();
  client.write("GET /k HTTP/1.0\r\nHost: a\r\n\r\n");
  expect(await end).toBe("ECONNRESET");
});

describe("waiting for the upstream", () => {
  it("ends where no answer begins", async () => {
    forwarder = start({ headersMs: 50 });
    serve = (socket) => socket.resume();
    expect(valuesOf(await ask(), "x-code")).toEqual(["upstream-timeout"]);
    await closed(sockets[0]);
  });

  it("ends where an answer stops", async () => {
    forwarder = start({ bodyIdleMs: 50 });
    serve = answering("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc");
    await expect(ask()).resolves.toMatchObject({ whole: false });
    expect(ends).toMatchObject([{ status: 200, bytes: 3, broken: "upstream" }]);
  });

  it("does not end while an upload makes progress", async () => {
    forwarder = start({ headersMs: 50 });
    serve = (socket) =>
      socket.on("data", (chunk) => {
        if (chunk.toString().endsWith("!")) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
      });
    const status = new Promise<number | undefined>((resolve) => {
      const outgoing = request(
        { port: portOf(proxy), method: "PUT", headers: { "content-length": 5 } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      let left = 5;
      const drip = setInterval(() => {
        left -= 1;
        if (left === 0) clearInterval(drip);
        if (left > 0) outgoing.write(".");
        else outgoing.end("!");
      }, 300);
    });
    await expect(status).resolves.toBe(200);
  });

  it("ends at once where nobody listens", async () => {
    await forwarder.close();
    const nobody = createTcpServer();
    await new Promise<void>((resolve) => nobody.listen(0, "127.0.0.1", resolve));
    const { port } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    forwarder = createForwarder({ origin: `http://127.0.0.1:${port}` });
    expect(valuesOf(await ask({ method: "PUT", body: "x" }), "x-code")).toEqual(["upstream-unreachable"]);
  });

  it("ends when the forwarder is closed", async () => {
    serve = () => {};
    const got = ask();
    await expect.poll(() => sockets.length).toBe(1);
    await forwarder.close();
    expect(valuesOf(await got, "x-code")).toEqual(["upstream-unreachable"]);
    expect(valuesOf(await ask(), "x-code")).toEqual(["upstream-unreachable"]);
  });
});

function sending(status: string, body: string): void {
  serve = answering(`HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n`, body);
}

describe("an error answer that is looked at", () => {
  const ERROR = "HTTP/1.1 403 Forbidden\r\ncontent-length: 5\r\nx-id: a\r\n\r\nerror";
  let seen: ErrorAnswer[];
  const looking =
    (verdict: boolean) =>
    (answer: ErrorAnswer): boolean => {
      seen.push(answer);
      return verdict;
    };
  beforeEach(() => {
    seen = [];
  });

  it("is passed on just as it came where nobody wants it withheld", async () => {
    serve = answering(ERROR);
    sign = () => ({ withhold: looking(false) });
    const got = await ask();
    expect([got.status, got.body.toString(), valuesOf(got, "x-id")]).toEqual([403, "error", ["a"]]);
    expect(seen.map(({ status, body, header }) => [status, body, header("x-id"), header("y")])).toEqual([
      [403, "error", "a", undefined],
    ]);
    expect(ends).toMatchObject([{ status: 403, bytes: 5, broken: undefined }]);
  });

  it("is kept from the client where it is to be withheld, and the connection goes on", async () => {
    serve = answering(ERROR);
    sign = () => ({ withhold: looking(true) });
    await expect(ask()).resolves.toMatchObject({ status: 598 });
    expect(ends).toEqual(["withheld"]);
    await ask();
    expect(sockets).toHaveLength(1);
  });

  it("is looked at when it is whole, in however many pieces it came", async () => {
    serve = (socket) =>
      socket.once("data", () => {
        socket.write("HTTP/1.1 400 Bad Request\r\ncontent-length: 6\r\n\r\nabc");
        setTimeout(() => socket.write("def"), 20);
      });
    sign = () => ({ withhold: looking(false) });
    expect((await ask()).body.toString()).toBe("abcdef");
    expect(seen.map(({ body }) => body)).toEqual(["abcdef"]);
  });

  it("is looked at whole up to 256 KiB: S3 repeats a canonical request three times", async () => {
    const body = `<Error><Code>A</Code>${"x".repeat(200_000)}</Error>`;
    sending("403 Forbidden", body);
    sign = () => ({ withhold: looking(false) });
    expect((await ask()).body.toString()).toBe(body);
    expect(seen.map((answer) => answer.body)).toEqual([body]);
  });

  const LARGE = `"${"x".repeat(600_000)}"}`;

  it.each([
    ["JSON", '{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException"', `,"Item":${LARGE}`],
    ["XML", '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code>', LARGE],
  ])("is looked at by its beginning where it is larger, and then streams: %s", async (what, start, rest) => {
    sending("400 Bad Request", start + rest);
    sign = () => ({ withhold: looking(false) });
    const got = await ask();
    expect([got.status, got.body.toString() === start + rest]).toEqual([400, true]);
    expect(seen).toHaveLength(1);
    if (what === "JSON") expect(seen[0]?.body).toBe(`${start}}`);
    else expect(seen[0]?.body.startsWith(start)).toBe(true);
    expect(ends).toMatchObject([{ status: 400, bytes: start.length + rest.length, broken: undefined }]);
  });

  it("is withheld by its beginning too, and not read any further", async () => {
    const body = `<Error><Code>SignatureDoesNotMatch</Code>${LARGE}`;
    const large = answering(`HTTP/1.1 403 Forbidden\r\ncontent-length: ${body.length}\r\n\r\n`, body);
    const small = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    serve = (socket, number) => (number === 1 ? large : small)(socket);
    sign = () => ({ withhold: looking(true) });
    await expect(ask()).resolves.toMatchObject({ status: 598 });
    expect(ends).toEqual(["withheld"]);
    await closed(sockets[0]);
    sign = () => ({});
    await expect(ask()).resolves.toMatchObject({ status: 200, whole: true });
  });

  it.each([
    ["text", LARGE],
    ["JSON with its type behind", `{"message":${LARGE}`],
    ["a page", `<!doctype html>${LARGE}`],
    ["something of another kind before the code", `<Error><X/><Code>A</Code>${LARGE}`],
  ])(
    "is refused, and never passed unseen, where it is large and does not say what it is: %s",
    async (_what, body) => {
      sending("403 Forbidden", body);
      sign = () => ({ withhold: looking(false) });
      const got = await ask();
      expect([got.status, valuesOf(got, "x-code"), seen]).toEqual([599, ["upstream-unreachable"], []]);
      expect(ends).toMatchObject([{ detail: "an error answer that does not show what it says" }]);
      await closed(sockets[0]);
    },
  );

  it.each(["301 Moved Permanently", "400 Bad Request", "403 Forbidden", "404 Not Found", "503 Slow Down"])(
    "is one to HEAD too, without a body: %s",
    async (status) => {
      serve = answering(
        `HTTP/1.1 ${status}\r\nx-amz-bucket-region: eu-west-1\r\ncontent-length: 500\r\n\r\n`,
      );
      sign = () => ({ withhold: looking(true) });
      await expect(ask({ method: "HEAD" })).resolves.toMatchObject({ status: 598 });
      sign = () => ({ withhold: looking(false) });
      const got = await ask({ method: "HEAD" });
      expect([got.status, valuesOf(got, "content-length"), got.whole]).toEqual([
        Number(status.slice(0, 3)),
        ["500"],
        true,
      ]);
      expect(seen.map(({ method, body, header }) => [method, body, header("x-amz-bucket-region")])).toEqual([
        ["HEAD", "", "eu-west-1"],
        ["HEAD", "", "eu-west-1"],
      ]);
    },
  );

  it.each([
    ["of success", "GET", "200 OK"],
    ["that is none: unchanged", "GET", "304 Not Modified"],
  ])("is none %s", async (_what, method, status) => {
    serve = answering(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);
    sign = () => ({ withhold: looking(true) });
    expect((await ask({ method })).status).toBe(Number(status.slice(0, 3)));
    expect(seen).toEqual([]);
  });

  it("that breaks off is the upstream's fault, and the client sees nothing of it", async () => {
    serve = (socket) =>
      socket.once("data", () =>
        socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 50\r\n\r\nhalf", () => socket.destroy()),
      );
    sign = () => ({ withhold: looking(true) });
    const got = await ask();
    expect([got.status, valuesOf(got, "x-code"), seen]).toEqual([599, ["upstream-unreachable"], []]);
  });

  it("is told with no header that stands twice", async () => {
    serve = answering("HTTP/1.1 403 F\r\ncontent-length: 0\r\nx-id: a\r\nX-Id: b\r\n\r\n");
    sign = () => ({ withhold: looking(false) });
    await ask();
    expect(seen[0]?.header("x-id")).toBeUndefined();
  });
});

describe("connections", () => {
  it("are used again", async () => {
    serve = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    for (let i = 0; i < 5; i++) {
      await ask();
      await ask({ method: "PUT", body: "x" });
    }
    expect(sockets).toHaveLength(1);
  });

  it("carry one request at a time: an answer that hangs holds nobody up", async () => {
    serve = (socket, number) => {
      if (number > 1) answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")(socket);
    };
    const hanging = ask().catch(() => "hung");
    await expect.poll(() => sockets.length).toBe(1);
    await expect(ask()).resolves.toMatchObject({ status: 200 });
    await forwarder.close();
    await hanging;
  });
});

/** Whether a number has stopped growing. */
async function stalled(of: () => number): Promise<boolean> {
  const before = of();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return before > 0 && of() === before;
}
