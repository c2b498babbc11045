import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectPlain, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { createAuthority, type Pair } from "../support/authority.ts";
import { freePort } from "../support/free-port.ts";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-tls-clients-"));
const at = (name: string): string => join(folder, name);
const [one, other] = [createAuthority("one"), createAuthority("other")];
const good = one.issue();
const server = createThrowAwayCertificate(Date.now());
writeFileSync(at("tls.crt"), server.certPem);
writeFileSync(at("tls.key"), server.keyPem, { mode: 0o600 });

const TLS = `tls: { certFile: "${at("tls.crt")}", keyFile: "${at("tls.key")}", clientCaFile: "${at("clients.pem")}" }`;
let stack: Stack;
let upstream: OwnUpstream;
let token = "";
let authorizePort = 0;
let waiting: (() => void)[] = [];

beforeAll(async () => {
  writeFileSync(at("clients.pem"), one.pem);
  upstream = await startUpstream((request, response) => {
    const answer = (): unknown => response.end(request.url);
    if (request.url?.includes("slow") !== true) answer();
    else waiting.push(answer);
  });
  authorizePort = await freePort();
  const dev = readFileSync(join(import.meta.dirname, "../../config/dev.yaml"), "utf8");
  const config = upstream
    .config(dev)
    .replace(/^(?<face>listen|operator): \{ (?<rest>.*) \}$/gm, `$<face>: { $<rest>, ${TLS} }`)
    .concat(`\nauthorize: { address: "127.0.0.1:${authorizePort}", ${TLS} }\n`);
  writeFileSync(at("postern.yaml"), config);
  stack = await startStack({ config: () => config });
  stack.follow(at("postern.yaml"));
  token = await stack.tokenOf("admin");
});

afterAll(async () => {
  await stack.close();
  await upstream.close();
  rmSync(folder, { recursive: true });
});

type Face = "listen" | "operator" | "authorize";
const FACES: readonly Face[] = ["listen", "operator", "authorize"];

const portOf = (face: Face): number => (face === "authorize" ? authorizePort : stack.ports[face]);

/** Opens a connection, by which it may not be heard yet. */
function open(face: Face, client?: Pair, session?: Buffer): TLSSocket {
  const ca = server.caPem;
  const socket = connect({
    host: "127.0.0.1",
    port: portOf(face),
    ca,
    ...client,
    ...(session && { session }),
  });
  return socket.on("error", () => {});
}

const get = (target: string): string =>
  `GET ${target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;

/** What comes of a request until the connection ends, or until so much has come. */
async function heard(socket: Socket, bytes = get("/config"), enough = /\r\n\r\n/): Promise<string> {
  let text = "";
  const over = new Promise<void>((resolve) => {
    socket.once("close", resolve).on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (enough.test(text)) resolve();
    });
  });
  socket.write(bytes);
  await over;
  return text;
}

/** Whether somebody who shows this is answered, with whatever. */
async function isHeard(face: Face, client?: Pair): Promise<boolean> {
  const socket = open(face, client);
  const text = await heard(socket);
  socket.destroy();
  return text.startsWith("HTTP/1.1");
}

/** Lets these authorities vouch for clients, and waits until they do. */
async function trust(...authorities: readonly { readonly pem: string }[]): Promise<void> {
  const before = stack.logged().split("was reloaded").length;
  const text = authorities.map(({ pem }) => pem).join("");
  if (readFileSync(at("clients.pem"), "utf8") === text) return;
  writeFileSync(at("clients.pem"), text);
  await vi.waitFor(() => expect(stack.logged().split("was reloaded").length).toBeGreaterThan(before), 20_000);
}

describe.each(FACES)("where clients show a certificate, on %s", (face) => {
  beforeAll(() => trust(one));

  it("hears who has one of the authority", async () => {
    expect(await isHeard(face, good)).toBe(true);
  });

  it.each<readonly [what: string, client: Pair | undefined]>([
    ["no certificate", undefined],
    ["one of another authority", other.issue()],
    ["one that has ended", one.issue({ isExpired: true })],
    ["one that is for servers", one.issue({ isForServers: true })],
    ["one that vouches for itself under the authority's name", createAuthority("one").issue()],
  ])("does not hear who has %s", async (_what, client) => {
    expect(await isHeard(face, client)).toBe(false);
  });

  it("resumes no session: a certificate is shown each time", async () => {
    const socket = open(face, good);
    let session: Buffer | undefined;
    socket.on("session", (given: Buffer) => (session = given));
    await heard(socket);
    socket.destroy();
    const again = open(face, good, session);
    await once(again, "secureConnect");
    expect(again.isSessionReused()).toBe(false);
    again.destroy();
  });

  it("closes what is idle when its authority is gone, and hears those of the next", async () => {
    await trust(one);
    const idle = open(face, good);
    expect(await heard(idle)).toContain("HTTP/1.1");
    const closed = once(idle, "close");
    await trust(other);
    await closed;
    expect(await isHeard(face, good)).toBe(false);
    expect(await isHeard(face, other.issue())).toBe(true);
  });

  it("cuts a handshake that began before its authority was gone", async () => {
    await trust(one);
    const silent = connectPlain(portOf(face), "127.0.0.1").on("error", () => {});
    await once(silent, "connect");
    // Answered on another connection: the server has taken this one by then.
    expect(await isHeard(face, good)).toBe(true);
    const closed = once(silent, "close");
    await trust(other);
    await closed;
  });
});

/** Opens a tunnel. */
async function connected(client: Pair): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${token}` };
  const url = `wss://127.0.0.1:${stack.ports.listen}/chat`;
  const socket = new WebSocket(url, { ca: server.caPem, ...client, headers });
  await once(socket, "open");
  return socket;
}

describe("when an authority is gone, on the data face", () => {
  beforeEach(() => {
    waiting = [];
    return trust(one);
  });

  it("what is under way is answered, and its connection ends", async () => {
    const busy = open("listen", good);
    const text = heard(busy, get("/s3/reports/slow"), /never/);
    await until(() => waiting.length === 1);
    await trust(other);
    for (const answer of waiting) answer();
    expect(await text).toMatch(/^HTTP\/1.1 200 [^]*connection: close[^]*slow$/i);
  });

  it("tunnels end, and their clients may come again with another certificate", async () => {
    const tunnel = await connected(good);
    const closed = once(tunnel, "close");
    await trust(other);
    expect((await closed)[0]).toBe(1001);
    (await connected(other.issue())).close();
  });

  it("nothing ends where only another came", async () => {
    const idle = open("listen", good);
    await heard(idle);
    await trust(one, other);
    expect(await heard(idle)).toContain("HTTP/1.1");
    expect(await isHeard("listen", other.issue())).toBe(true);
    idle.destroy();
  });
});
