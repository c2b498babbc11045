import type { Server } from "node:http";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { admit, type NotAdmitted } from "../../src/admin/admit.ts";
import { closeWithin, serverOf } from "../../src/admin/serve.ts";
import { isLoopbackHost } from "../../src/config/address.ts";
import { listenOn } from "../../src/inbound/listen-on.ts";
import { rawRequest } from "./raw-request.ts";

let server: Server;
let port = 0;
let token: string | undefined;
let isSecure = false;
let refused: (readonly [why: NotAdmitted, host: string])[] = [];

const isOwnHost = (host: string): boolean => isLoopbackHost(host) || host === "operator.example.com";

beforeEach(async () => {
  token = undefined;
  isSecure = false;
  refused = [];
  const onRefused = (why: NotAdmitted, host: string) => void refused.push([why, host]);
  const app = new Hono();
  app.use((c, next) => admit({ isOwnHost, isSecure, token: () => token, onRefused })(c, next));
  app.all("*", (c) => c.text("in"));
  ({ server } = serverOf(app));
  port = await listenOn(server, { host: "127.0.0.1", port: 0 });
});

afterEach(() => closeWithin(server, 0));

/** A browser decides on Host, Origin and Sec-Fetch-Site itself: no fetch would let a test choose them. */
function ask(headers: readonly string[], requestLine = "GET /config HTTP/1.1") {
  return rawRequest(port, requestLine, headers);
}

const from = async (origin: string): Promise<number> =>
  (await ask(["Host: operator.example.com", `Origin: ${origin}://operator.example.com`])).status;

it("S6.1 knows pages of its own by the scheme that is spoken", async () => {
  expect([await from("http"), await from("https")]).toEqual([200, 403]);
  isSecure = true;
  expect([await from("http"), await from("https")]).toEqual([403, 200]);
});

const TOKEN = "a-token:of-operators";
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString("base64")}`;
const shown = (...authorization: readonly string[]) =>
  ask([`Host: 127.0.0.1:${port}`, ...authorization.map((value) => `Authorization: ${value}`)]);

describe("S6.1 where operators show a token", () => {
  beforeEach(() => {
    token = TOKEN;
  });

  it.each([`Bearer ${TOKEN}`, `bearer  ${TOKEN}`, basic(`operator:${TOKEN}`), basic(`:${TOKEN}`)])(
    "hears who shows it: %s",
    async (authorization) => {
      expect((await shown(authorization)).status).toBe(200);
    },
  );

  it.each<readonly [what: string, lines: readonly string[]]>([
    ["nothing", []],
    ["nothing behind the scheme", ["Bearer "]],
    ["another token", ["Bearer another-token-of-operators"]],
    ["its beginning", [`Bearer ${TOKEN.slice(0, -1)}`]],
    ["more than it", [`Bearer ${TOKEN}x`]],
    ["it without a scheme", [TOKEN]],
    ["it by another scheme", [`Token ${TOKEN}`]],
    ["it as a name", [basic(`${TOKEN}:`)]],
    ["it without a name before it", [basic(TOKEN.replace(":", ""))]],
    ["it twice", [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]],
    ["it behind another", ["Bearer other", `Bearer ${TOKEN}`]],
    ["what is no base64", ["Basic %%%"]],
  ])("answers who shows %s as it answers everybody else without it", async (_what, lines) => {
    const { status, headers, body } = await shown(...lines);
    expect([status, body]).toEqual([401, '{"message":"This is for operators."}']);
    expect(headers.get("www-authenticate")).toBe('Basic realm="postern operator"');
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("asks for it whatever the path, and reads it anew each time", async () => {
    const host = `Host: 127.0.0.1:${port}`;
    for (const line of [
      "GET / HTTP/1.1",
      "GET /nothing HTTP/1.1",
      "POST /explain HTTP/1.1",
      "OPTIONS / HTTP/1.1",
    ])
      expect((await ask([host], line)).status, line).toBe(401);
    token = "the-next-token-of-operators";
    expect((await shown(`Bearer ${TOKEN}`)).status).toBe(401);
    expect((await shown(`Bearer ${token}`)).status).toBe(200);
  });

  it("does not hear another site's page, though the browser adds it", async () => {
    const headers = [`Host: 127.0.0.1:${port}`, `Authorization: ${basic(`a:${TOKEN}`)}`];
    for (const line of [
      "Origin: https://evil.test",
      "Origin: null",
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Site: same-site",
    ])
      expect((await ask([...headers, line])).status, line).toBe(403);
    expect((await ask([`Host: evil.test`, `Authorization: Bearer ${TOKEN}`])).status).toBe(403);
  });
});

it("S6.1 tells of each who is not let in, and of nobody else", async () => {
  token = TOKEN;
  const host = `127.0.0.1:${port}`;
  await shown(`Bearer ${TOKEN}`);
  expect(refused).toEqual([]);
  await shown();
  await shown("Bearer a-guess");
  await ask(["Host: evil.test", `Authorization: Bearer ${TOKEN}`]);
  await ask([`Host: ${host}`, "Origin: https://evil.test"]);
  expect(refused).toEqual([
    ["no-token", host],
    ["token", host],
    ["host", "evil.test"],
    ["site", host],
  ]);
});
