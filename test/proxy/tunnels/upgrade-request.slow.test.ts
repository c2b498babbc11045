import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UpgradeRequest } from "../../../src/proxy/tunnels/upgrade-request.ts";
import { exchange, requestText } from "../../support/raw-client.ts";

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer({ IncomingMessage: UpgradeRequest, requireHostHeader: false });
  // Each event answers with its name, and with what it knows of what came behind the head.
  server.on("request", (request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += String(chunk)));
    request.on("end", () => {
      const said = `request ${body}`;
      response.writeHead(200, { connection: "close", "content-length": said.length }).end(said);
    });
  });
  for (const event of ["upgrade", "connect"])
    server.on(event, (_, socket, head) => {
      const said = `${event} ${String(head)}`;
      socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${said.length}\r\n\r\n${said}`);
    });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

type Lines = readonly (readonly [string, string])[];
const CONNECTION = ["Connection", "Upgrade"] as const;
const WEBSOCKET = ["Upgrade", "websocket"] as const;

/** What these bytes are taken for. */
async function heardAs(text: string): Promise<string | undefined> {
  const { answers } = await exchange(port, text);
  return answers[0]?.body;
}
const asked = (line: string, lines: Lines, body = ""): Promise<string | undefined> =>
  heardAs(requestText(line, lines, body));

describe("a request is an upgrade", () => {
  it.each([
    ["as RFC 6455 has it", [CONNECTION, WEBSOCKET]],
    [
      "in any case",
      [
        ["connection", "keep-alive, UPGRADE"],
        ["upgrade", "WebSocket"],
      ],
    ],
    ["with the length of no body", [CONNECTION, WEBSOCKET, ["Content-Length", "0"]]],
    ["in whatever order its lines are", [WEBSOCKET, ["X-Other", "1"], CONNECTION]],
  ] as const)("%s", async (_how, lines) => {
    expect(await asked("GET /", lines)).toBe("upgrade ");
  });

  it("and what stands behind its head is handed over with it", async () => {
    expect(await asked("GET /", [CONNECTION, WEBSOCKET], "early")).toBe("upgrade early");
  });

  it("whatever form its target has, which others refuse", async () => {
    for (const target of ["http://else.example/", "*", "/%zz"])
      expect(await asked(`GET ${target}`, [CONNECTION, WEBSOCKET])).toBe("upgrade ");
  });

  it("but for CONNECT, which is none to WebSocket and takes the connection too", async () => {
    expect(await heardAs("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n")).toBe("connect ");
  });
});

describe("a request is no upgrade, and is heard as a request,", () => {
  it.each([
    [
      "to HTTP/2",
      "GET /",
      [
        ["Connection", "Upgrade, HTTP2-Settings"],
        ["Upgrade", "h2c"],
        ["HTTP2-Settings", "AA"],
      ],
    ],
    ["to another protocol", "GET /", [CONNECTION, ["Upgrade", "foo"]]],
    ["to a choice of protocols", "GET /", [CONNECTION, ["Upgrade", "websocket, foo"]]],
    ["to two, in two lines", "GET /", [CONNECTION, WEBSOCKET, ["Upgrade", "foo"]]],
    ["to a version of it", "GET /", [CONNECTION, ["Upgrade", "websocket/13"]]],
    ["to nothing", "GET /", [CONNECTION, ["Upgrade", ""]]],
    ["without Connection", "GET /", [WEBSOCKET]],
    ["with a Connection that does not name it", "GET /", [["Connection", "keep-alive"], WEBSOCKET]],
    ["without Upgrade", "GET /", [CONNECTION]],
    ["by POST", "POST /", [CONNECTION, WEBSOCKET]],
    ["by OPTIONS", "OPTIONS /", [CONNECTION, WEBSOCKET]],
  ] as const)("%s", async (_how, line, lines) => {
    expect(await asked(line, lines)).toBe("request ");
  });

  it("in HTTP/1.0", async () => {
    const text = requestText("GET /", [CONNECTION, WEBSOCKET]);
    expect(await heardAs(text.replace("HTTP/1.1", "HTTP/1.0"))).toBe("request ");
  });

  it("with a body", async () => {
    const lines = [CONNECTION, WEBSOCKET] as const;
    expect(await asked("GET /", [...lines, ["Content-Length", "5"]], "hello")).toBe("request hello");
    const chunks = "5\r\nhello\r\n0\r\n\r\n";
    expect(await asked("GET /", [...lines, ["Transfer-Encoding", "chunked"]], chunks)).toBe("request hello");
  });
});
