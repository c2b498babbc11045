import { createServer, type Server } from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createForwarder, type Forwarder } from "../../src/upstream/forward.ts";
import type { OnForwarded } from "../../src/upstream/signed-request.ts";

/** What the upstream does with each connection, byte for byte. */
let serve: (socket: Socket) => unknown;
let upstream: TcpServer;
let proxy: Server;
let forwarder: Forwarder;
let ends: Parameters<OnForwarded>[0][];
let sockets: Set<Socket>;

const listening = async (server: TcpServer): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};

beforeEach(async () => {
  ends = [];
  sockets = new Set();
  upstream = createTcpServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    serve(socket);
  });
  forwarder = createForwarder({ origin: `http://127.0.0.1:${await listening(upstream)}` });
  proxy = createServer((incoming, response) => {
    const { method = "", url: path = "" } = incoming;
    const length = incoming.headers["content-length"];
    forwarder.forward(
      {
        method,
        path,
        headers: ["host", "h", ...(length === undefined ? [] : ["content-length", length])],
        body: length === undefined ? null : incoming,
        answerHeaders: [],
      },
      response,
      (end) => {
        ends.push(end);
        if (end instanceof Error) response.writeHead(599).end();
      },
    );
  });
  await listening(proxy);
});
afterEach(async () => {
  proxy.closeAllConnections();
  proxy.close();
  for (const socket of sockets) socket.destroy();
  upstream.close();
  await forwarder.close();
});

/** Sends these bytes through the proxy, and resolves with all that came until the connection ended or rested. */
function send(bytes: string, until: (text: string) => boolean = () => false): Promise<string> {
  return new Promise((resolve) => {
    const client = connect((proxy.address() as AddressInfo).port, "127.0.0.1");
    let text = "";
    client.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (until(text)) client.destroy();
    });
    client.on("error", () => {});
    client.on("close", () => resolve(text));
    client.write(Buffer.from(bytes, "latin1"));
  });
}

const get = (version = "1.1", method = "GET"): string =>
  `${method} /k HTTP/${version}\r\nhost: a\r\nconnection: close\r\n\r\n`;
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** Answers the head of a request with these bytes, a piece at a time. */
const answering =
  (...pieces: readonly string[]) =>
  (socket: Socket): void => {
    socket.setNoDelay(true).once("data", async () => {
      for (const piece of pieces) {
        socket.write(piece, "latin1");
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
  };

/** The lines of the head that came of AWS's own, and what followed. */
function read(text: string): { readonly lines: readonly string[]; readonly rest: string } {
  const end = text.indexOf("\r\n\r\n");
  const lines = text
    .slice(0, end)
    .split("\r\n")
    .filter((line) => !/^(?:HTTP|vary|connection|date|keep-alive)/i.test(line));
  return { lines, rest: text.slice(end + 4) };
}

describe("an answer goes on in the form in which it came", () => {
  it("in chunks, with its trailers, and what they may not say left out", async () => {
    serve = answering(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-amz-checksum-crc32, Set-Cookie\r\n\r\n" +
        "3\r\nabc\r\n0\r\nx-amz-checksum-crc32: caf\u00e9==\r\nset-cookie: a=b\r\nX-More: 1\r\nX-More: 2\r\n\r\n",
    );
    const { lines, rest } = read(await send(get()));
    expect(lines).toEqual(["Trailer: x-amz-checksum-crc32", "Transfer-Encoding: chunked"]);
    expect(rest).toBe("3\r\nabc\r\n0\r\nx-amz-checksum-crc32: caf\u00e9==\r\nX-More: 1\r\nX-More: 2\r\n\r\n");
    expect(ends).toMatchObject([{ status: 200, bytes: 3, broken: undefined }]);
  });

  it.each([
    ["to a client of HTTP/1.0", "1.0", "GET", "abc"],
    ["to HEAD", "1.1", "HEAD", ""],
  ])("in chunks without trailers %s", async (_what, version, method, body) => {
    serve = answering(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-a\r\n\r\n" +
        (method === "HEAD" ? "" : "3\r\nabc\r\n0\r\nx-a: 1\r\n\r\n"),
    );
    const { lines, rest } = read(await send(get(version, method)));
    expect(lines.filter((line) => !line.startsWith("Transfer-Encoding"))).toEqual([]);
    expect(rest).toBe(body);
  });

  it("with its length, whatever it says of trailers", async () => {
    serve = answering(
      "HTTP/1.1 206 Partial\r\nTrailer: x-a\r\nContent-Length: 3\r\nContent-Range: bytes 0-2/9\r\n\r\nabc",
    );
    expect(read(await send(get()))).toEqual({
      lines: ["Content-Length: 3", "Content-Range: bytes 0-2/9"],
      rest: "abc",
    });
  });

  it("to the end of its connection, which is not made into a stated one", async () => {
    serve = (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nETag: e\r\n\r\nabc"));
    for (const version of ["1.0", "1.1"]) {
      const keep = get(version).replace("close", "keep-alive");
      expect(read(await send(keep))).toEqual({ lines: ["ETag: e"], rest: "abc" });
    }
    expect(ends).toMatchObject([{ broken: undefined }, { broken: undefined }]);
  });

  it.each(["gzip, chunked", "chunked, chunked", "identity"])(
    "never in a coding that is left on: %s",
    async (te) => {
      serve = answering(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${te}\r\n\r\n3\r\nabc\r\n0\r\n\r\n`);
      expect(await send(get())).toMatch(/^HTTP\/1\.1 599/);
      expect(ends).toMatchObject([{ code: "upstream-unreachable" }]);
    },
  );

  it("byte for byte: checksums, ETag, encoding, repeated lines, bytes beyond ASCII", async () => {
    const lines = [
      'ETag: "0-1"',
      "x-amz-crc32: 2745614147",
      "x-amz-checksum-crc64nvme: AAAAAAAAAAA=",
      "Content-Encoding: gzip",
      "x-amz-meta-a: caf\u00e9 \u00ff",
      "x-amz-meta-a: again",
      "Content-Length: 4",
      "X-AMZ-Meta-Tab: a\tb",
    ];
    serve = answering(`HTTP/1.1 200 OK\r\n${lines.join("\r\n")}\r\n\r\n\u001f\u008b\u0000\u00ff`);
    expect(read(await send(get()))).toEqual({ lines, rest: "\u001f\u008b\u0000\u00ff" });
  });
});

const bytesOf = (text: string): readonly string[] => text.split("");

describe("interim answers", () => {
  const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
  const HINTS = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
  const PROCESSING = "HTTP/1.1 102 Processing\r\n\r\n";

  it.each([
    ["a 100 that nobody asked for", [CONTINUE + OK]],
    ["a bare one, and one with fields", [`HTTP/1.1 100\r\n\r\nHTTP/1.1 100 Go on\r\nx: y\r\n\r\n${OK}`]],
    ["several of all kinds", [CONTINUE, PROCESSING + CONTINUE, HINTS + HINTS, CONTINUE + OK]],
    ["in single bytes", [...bytesOf(PROCESSING + CONTINUE + HINTS + CONTINUE), OK]],
    ["with the answer in single bytes", bytesOf(CONTINUE + OK)],
  ])("are read, and the answer is that behind them: %s", async (_what, pieces) => {
    serve = answering(...pieces);
    const text = await send(get());
    expect(read(text).rest).toBe("ok");
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(ends).toMatchObject([{ status: 200, bytes: 2, broken: undefined }]);
  });

  it("before an upload and during it disturb nothing, nor the request after it", async () => {
    const body = "x".repeat(300_000);
    let received = "";
    serve = (socket) => {
      socket.on("data", (chunk) => {
        received += chunk.toString("latin1");
        if (!received.endsWith("!")) return socket.write(CONTINUE + PROCESSING);
        received = "";
        return socket.write(CONTINUE + OK);
      });
    };
    const put = `PUT /k HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length + 1}\r\n\r\n${body}!`;
    for (let i = 0; i < 2; i++) {
      const text = await send(put, (so) => so.endsWith("ok"));
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200"]);
    }
    expect(sockets.size).toBe(1);
  });

  it("are not looked for within a body", async () => {
    const body = CONTINUE + PROCESSING;
    serve = answering(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`, CONTINUE, PROCESSING);
    expect(read(await send(get())).rest).toBe(body);
  });

  it.each([
    ["nothing behind it", CONTINUE],
    ["half of one", CONTINUE.slice(0, 15)],
    ["another protocol", "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"],
    ["a head without end", `HTTP/1.1 100 Continue\r\nx: ${"a".repeat(70_000)}`],
  ])("make no answer by themselves: %s", async (_what, bytes) => {
    serve = (socket) => socket.once("data", () => socket.end(bytes));
    expect(await send(get())).toMatch(/^HTTP\/1\.1 599/);
    expect(ends).toMatchObject([{ code: "upstream-unreachable" }]);
  });
});
