import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request, type RequestOptions } from "node:http";
import { request as secureRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { type Stack, startStack } from "../support/stack.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-operator-"));
const at = (name: string): string => join(folder, name);
const socket = at("operator.sock");
const TOKEN = "the-token-of-operators";
const { caPem, certPem, keyPem } = createThrowAwayCertificate(Date.now());
writeFileSync(at("tls.crt"), certPem);
writeFileSync(at("tls.key"), keyPem);

afterAll(() => rmSync(folder, { recursive: true }));

type Asked = RequestOptions & { readonly ca?: string };

/** Asks with a head of the test's own. */
async function open(options: Asked, body = ""): Promise<IncomingMessage> {
  const sent = (options.ca === undefined ? request : secureRequest)({
    agent: false,
    servername: "localhost",
    path: "/config",
    ...options,
  }).end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return answer;
}

/** What comes of it: a status and a body. */
async function ask(options: Asked, body = ""): Promise<readonly [number, string]> {
  const answer = await open(options, body);
  return [answer.statusCode ?? 0, await text(answer)];
}

const withOperator =
  (settings: string) =>
  (yaml: string): string =>
    yaml.replace(/^operator: .*$/m, `operator: { ${settings} }`);

const bearer = (token: string) => ({ host: "operator.example.com", authorization: `Bearer ${token}` });

describe("S6.1 an operator's face on a unix socket", () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack({ config: withOperator(`address: "unix:${socket}"`) });
  });
  afterAll(() => stack.close());

  it("is for its owner alone", () => {
    expect(statSync(socket).mode & 0o777).toBe(0o600);
  });

  it("asks for a Host that is its own, and for no token", async () => {
    const status = async (host: string): Promise<number> =>
      (await ask({ socketPath: socket, headers: { host } }))[0];
    expect(await status("localhost")).toBe(200);
    expect(await status("127.0.0.1:4482")).toBe(200);
    expect(await status("evil.example")).toBe(403);
    expect(await status(socket)).toBe(400);
  });
});

describe("S6.1 an operator's face beyond loopback", () => {
  let stack: Stack;
  const file = at("postern.yaml");

  beforeAll(async () => {
    writeFileSync(at("token"), `${TOKEN}\n`);
    const tls = `tls: { certFile: "${at("tls.crt")}", keyFile: "${at("tls.key")}" }`;
    let config = "";
    stack = await startStack({
      config: (yaml) => {
        config = withOperator(
          `address: "0.0.0.0:0", hosts: [operator.example.com], ${tls}, tokenFile: "${at("token")}"`,
        )(yaml);
        writeFileSync(file, config);
        return config;
      },
    });
    stack.follow(file);
  });
  afterAll(() => stack.close());

  const here = () => ({ host: "127.0.0.1", port: stack.ports.operator, ca: caPem });
  const come = (headers: Readonly<Record<string, string>>, options: RequestOptions = {}, body = "") =>
    ask({ ...here(), ...options, headers }, body);

  it("shows nothing without the token, and all with it, as a browser shows it too", async () => {
    const host = "operator.example.com";
    for (const path of ["/", "/config", "/recorded", "/nothing"])
      expect((await come({ host }, { path }))[0], path).toBe(401);
    expect((await come(bearer(TOKEN)))[0]).toBe(200);
    const pair = Buffer.from(`me:${TOKEN}`).toString("base64");
    const browser = { host, origin: `https://${host}`, "sec-fetch-site": "same-origin" };
    expect((await come({ ...browser, authorization: `Basic ${pair}` }))[0]).toBe(200);
  });

  it("takes no Host but its own, and no page but those by TLS", async () => {
    expect((await come({ ...bearer(TOKEN), host: "evil.example" }))[0]).toBe(403);
    expect((await come({ ...bearer(TOKEN), origin: "http://operator.example.com" }))[0]).toBe(403);
    expect((await come({ ...bearer(TOKEN), host: `127.0.0.1:${stack.ports.operator}` }))[0]).toBe(200);
  });

  it("changes nothing without the token", async () => {
    const headers = {
      host: "operator.example.com",
      "content-type": "application/json",
      "x-postern-admin": "1",
    };
    const post = { method: "POST", path: "/explain" };
    const question = '{"guest":true,"request":"GET /s3/public/a"}';
    expect((await come(headers, post, question))[0]).toBe(401);
    expect((await come({ ...headers, ...bearer(TOKEN) }, post, question))[0]).toBe(200);
  });

  it("asks probes for nothing", async () => {
    for (const path of ["/livez", "/readyz", "/metrics"])
      expect((await fetch(`http://127.0.0.1:${stack.ports.probes}${path}`)).status).toBe(200);
  });

  it("follows the token's file, and keeps the last good one", async () => {
    writeFileSync(at("token"), "short\n");
    await vi.waitFor(() => expect(stack.logged()).toContain("16 visible characters"), 20_000);
    expect(stack.logged()).not.toContain("short");
    expect((await come(bearer(TOKEN)))[0]).toBe(200);
    writeFileSync(at("token"), "the-next-token-of-operators\n");
    await vi.waitFor(async () => expect((await come(bearer(TOKEN)))[0]).toBe(401), 20_000);
    expect((await come(bearer("the-next-token-of-operators")))[0]).toBe(200);
  });

  it("ends what was begun by a token when it is another's turn", async () => {
    const shows = (token: string) =>
      vi.waitFor(async () => expect((await come(bearer(token)))[0]).toBe(200), 20_000);
    writeFileSync(at("token"), `${TOKEN}\n`);
    await shows(TOKEN);
    const events = await open({ ...here(), headers: bearer(TOKEN), path: "/events" });
    expect(events.statusCode).toBe(200);
    // Cut, which is an error of the answer.
    const ended = new Promise((resolve) =>
      events
        .on("error", () => {})
        .resume()
        .once("close", resolve),
    );
    writeFileSync(at("token"), "the-last-token-of-operators\n");
    await ended;
    await shows("the-last-token-of-operators");
  });
});

it("S6.1 asks for the token on loopback too, where it is set", async () => {
  writeFileSync(at("loopback"), TOKEN);
  const stack = await startStack({
    config: withOperator(`address: "127.0.0.1:0", tokenFile: "${at("loopback")}"`),
  });
  const url = `http://127.0.0.1:${stack.ports.operator}/config`;
  expect((await fetch(url)).status).toBe(401);
  expect((await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
  await stack.close();
});
