import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createOutbound,
  OutboundError,
  type Outbound,
  type OutboundLimits,
} from "../../src/outbound/call.ts";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";

let server: Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let arrived: string[];
let close: () => Promise<void>;

beforeEach(async () => {
  arrived = [];
  server = createServer((request, response) => {
    arrived.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(async () => {
  await close();
  server.closeAllConnections();
  server.close();
});

function start(limits?: OutboundLimits): Outbound {
  const outbound = createOutbound(limits);
  close = outbound.close;
  return outbound.call;
}

const get = (call: Outbound, to = url) => call({ url: to, method: "GET", headers: {} });
const failed = (kind: string) => expect.objectContaining({ name: "OutboundError", kind });

describe("createOutbound", () => {
  it("makes the call as it was given, and reads the answer whole", async () => {
    answer = (request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () =>
        response.writeHead(400, { "x-a": "1" }).end(`${String(request.headers["x-q"])} ${body}`),
      );
    };
    const reply = await start()({ url: `${url}p`, method: "POST", headers: { "x-q": "v" }, body: "é" });
    expect(reply).toMatchObject({ status: 400, body: "v é", headers: { "x-a": "1" } });
    expect(arrived).toEqual(["POST /p"]);
  });

  it("follows no redirect", async () => {
    answer = (_request, response) => response.writeHead(307, { location: `${url}elsewhere` }).end();
    await expect(get(start())).resolves.toMatchObject({ status: 307 });
    expect(arrived).toEqual(["GET /"]);
  });

  it("refuses an answer of 10 MB that says so", async () => {
    answer = (_request, response) => response.end(Buffer.alloc(10 * 1024 * 1024));
    await expect(get(start())).rejects.toThrow(failed("too-large"));
  });

  it("hangs up on an answer that does not end", async () => {
    const gone = new Promise((resolve) => {
      answer = (_request, response) => {
        const more = (): boolean => response.write(Buffer.alloc(64 * 1024));
        response.on("drain", more).on("close", resolve);
        more();
      };
    });
    await expect(get(start())).rejects.toThrow(failed("too-large"));
    await gone;
  });

  it("takes an answer of just the size that is allowed", async () => {
    answer = (_request, response) => response.end("x".repeat(100));
    await expect(get(start({ maxBytes: 100 }))).resolves.toMatchObject({ body: "x".repeat(100) });
    await close();
    await expect(get(start({ maxBytes: 99 }))).rejects.toThrow(failed("too-large"));
  });

  it.each([
    ["never comes", () => {}],
    [
      "never ends",
      (_request: IncomingMessage, response: ServerResponse) => void response.writeHead(200).write("a"),
    ],
    [
      "drips",
      (_request: IncomingMessage, response: ServerResponse) => {
        const drip = setInterval(() => response.write("a"), 5);
        response.on("close", () => clearInterval(drip));
      },
    ],
  ])("gives up on an answer that %s, and hangs up", async (_how, how) => {
    const gone = new Promise((resolve) => {
      answer = (request, response) => {
        response.on("close", resolve);
        how(request, response);
      };
    });
    await expect(get(start({ timeoutMs: 60 }))).rejects.toThrow(failed("timeout"));
    await gone;
  });

  it.each([
    ["is cut before its head", (response: ServerResponse) => response.destroy()],
    [
      "is cut within its body",
      (response: ServerResponse) => {
        response.writeHead(200, { "content-length": "10" });
        response.write("abc", () => response.destroy());
      },
    ],
    ["is no HTTP", (response: ServerResponse) => void response.socket?.end("220 smtp ready\r\n")],
    [
      "has a head without end",
      (response: ServerResponse) => void response.writeHead(200, { "x-big": "a".repeat(200_000) }).end(),
    ],
  ])("says that nobody answered where the answer %s", async (_how, how) => {
    answer = (_request, response) => how(response);
    await expect(get(start())).rejects.toThrow(failed("unreachable"));
  });

  it("says so where nobody listens, and where the address is none", async () => {
    const call = start();
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    for (const to of [`http://127.0.0.1:${port}/`, "http://127.0.0.1:0/", "nonsense"])
      await expect(get(call, to)).rejects.toBeInstanceOf(OutboundError);
  });

  it("says so for a header that cannot be sent", async () => {
    await expect(start()({ url, method: "GET", headers: { "x-a": "b\r\nc: d" } })).rejects.toThrow(
      failed("unreachable"),
    );
    expect(arrived).toEqual([]);
  });

  it("keeps what went wrong as the cause", async () => {
    answer = (_request, response) => response.destroy();
    await expect(get(start())).rejects.toMatchObject({ cause: expect.any(Error) });
  });

  it("uses a connection again", async () => {
    const ports = new Set<number | undefined>();
    answer = (request, response) => {
      ports.add(request.socket.remotePort);
      response.end("ok");
    };
    const call = start();
    for (let i = 0; i < 5; i++) {
      await get(call);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(ports.size).toBe(1);
  });

  it("lets go of its connections when it is closed", async () => {
    answer = (_request, response) => response.end("ok");
    await get(start());
    await close();
    await expect
      .poll(() => new Promise((resolve) => server.getConnections((_error, n) => resolve(n))))
      .toBe(0);
  });

  it("ends with the signal that it was given, before its own time, and hangs up", async () => {
    const controller = new AbortController();
    const gone = new Promise((resolve) => {
      answer = (_request, response) => {
        response.on("close", resolve);
        controller.abort();
      };
    });
    const call = start();
    const ask = () => call({ url, method: "GET", headers: {} }, controller.signal);
    await expect(ask()).rejects.toThrow(failed("timeout"));
    await gone;
    await expect(ask()).rejects.toThrow(failed("timeout"));
    expect(arrived).toHaveLength(1);
  });

  it("asks for no coding, and inflates nothing", async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024));
    let asked: unknown = "not yet";
    answer = (request, response) => {
      asked = request.headers["accept-encoding"];
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    };
    const { body } = await get(start());
    expect(asked).toBeUndefined();
    expect(body.length).toBeLessThanOrEqual(bomb.length);
  });
});

/** Sends so much of a text at once, and then byte for byte without end. */
const drip = (text: string) => (socket: Socket) => {
  socket.write(text);
  const timer = setInterval(() => socket.write("a"), 5);
  socket.on("close", () => clearInterval(timer));
};

describe("createOutbound, against a server that goes by no book", () => {
  let serve: (socket: Socket) => void;
  let raw: TcpServer;
  let sockets: Socket[];

  const listen = async (one: TcpServer): Promise<string> => {
    raw = one.on("connection", (socket: Socket) => sockets.push(socket.on("error", () => {})));
    await new Promise<void>((resolve) => raw.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(raw.address() as AddressInfo).port}`;
  };
  const listenRaw = async (): Promise<string> =>
    `http://${await listen(createTcpServer((socket) => serve(socket)))}/`;
  beforeEach(() => {
    sockets = [];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => raw.close(resolve));
  });

  it.each([
    ["says nothing", () => {}],
    ["drips its status line", drip("HTTP/1.1 200 ")],
    ["drips its head", drip("HTTP/1.1 200 OK\r\nx-a: ")],
    ["drips its body", drip("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")],
    ["drips a chunk", drip("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffff\r\n")],
    ["drips without a length", drip("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")],
    ["is about to answer, and stays so", drip("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nx-a: ")],
  ])("gives up on one that %s", async (_how, how) => {
    serve = how;
    await expect(get(start({ timeoutMs: 100 }), await listenRaw())).rejects.toThrow(failed("timeout"));
  });

  it.each([
    ["half a body", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"],
    ["half a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab"],
    ["no last chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n"],
    ["a length that is none", "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\nabc"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 2\r\n\r\nabc"],
    ["nothing", ""],
  ])("takes %s for no answer", async (_what, text) => {
    serve = (socket) => socket.end(text);
    await expect(get(start(), await listenRaw())).rejects.toThrow(failed("unreachable"));
  });

  it.each([
    ["in its length", "content-length: 10485760\r\n\r\n"],
    ["in a chunk", "transfer-encoding: chunked\r\n\r\na00000\r\n"],
    ["nowhere", "connection: close\r\n\r\n"],
  ])("reads no 10 MB that are announced %s", async (_where, head) => {
    serve = (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${head}`);
      socket.write(Buffer.alloc(10 * 1024 * 1024));
    };
    await expect(get(start(), await listenRaw())).rejects.toThrow(failed("too-large"));
  });

  it("believes no certificate of an authority that it does not know", async () => {
    const { certPem, keyPem } = createThrowAwayCertificate(Date.now());
    const secure = createTlsServer({ cert: certPem, key: keyPem }, (socket) =>
      socket.end("HTTP/1.1 200 OK\r\n\r\n"),
    );
    const host = await listen(secure.on("tlsClientError", () => {}));
    await expect(get(start(), `https://${host}/`)).rejects.toMatchObject({
      kind: "unreachable",
      cause: { code: expect.stringMatching(/CERT|VERIFY/) },
    });
  });

  it("says that nobody answered where TLS fails otherwise", async () => {
    serve = (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    const address = (await listenRaw()).replace("http:", "https:");
    await expect(get(start(), address)).rejects.toThrow(failed("unreachable"));
    await close();
    serve = (socket) => socket.destroy();
    await expect(get(start(), address)).rejects.toThrow(failed("unreachable"));
  });
});
