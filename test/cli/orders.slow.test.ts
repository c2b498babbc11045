import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttp, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { clientCertificate } from "../support/client-certificate.ts";
import { speak } from "./spoken.ts";

const ROOT = join(import.meta.dirname, "../..");
const DEV = readFileSync(join(ROOT, "config/dev.yaml"), "utf8");

let folder: string;
let server: Server | undefined;
let served: ChildProcess | undefined;
/** What came: its request line, and the headers that matter. */
let came: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-orders-"));
  came = [];
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  served?.kill("SIGKILL");
  [server, served] = [undefined, undefined];
  rmSync(folder, { recursive: true });
});

/** Answers every order with the same. */
const answering =
  (status: number, json: object | string): RequestListener =>
  async (request, response) => {
    const { method, url, headers } = request;
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { host, authorization = "-", "x-postern-admin": meant, "content-type": type } = headers;
    came.push([method, url, host?.replace(/:\d+$/, ""), authorization, meant, type, body].join(" "));
    response.writeHead(status).end(typeof json === "string" ? json : JSON.stringify(json));
  };

async function listen(made: Server, at: string | number = 0): Promise<string> {
  server = made;
  await once(typeof at === "string" ? made.listen(at) : made.listen(at, "127.0.0.1"), "listening");
  const address = made.address();
  return String((address as AddressInfo | null)?.port);
}

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const DONE = { message: "Done." };

describe("an order reaches the operator", () => {
  it("on this machine's port, which the environment moves", async () => {
    const port = await listen(createHttp(answering(200, DONE)));
    expect(await speak(["lock"], { POSTERN_OPERATOR_PORT: port })).toEqual({
      code: 0,
      out: "Done.\n",
      err: "",
    });
    expect(came).toEqual(["POST /lock 127.0.0.1 - 1 application/json {}"]);
  });

  it("by a unix socket", async () => {
    const path = join(folder, "operator.sock");
    await listen(createHttp(answering(202, DONE)), path);
    expect((await speak(["quit", "--operator", `unix:${path}`])).code).toBe(0);
    expect(came).toEqual(["POST /quitquitquit localhost - 1 application/json {}"]);
  });

  it("with the operators' token, by TLS with a client certificate", async () => {
    const { caPem, certPem, keyPem } = createThrowAwayCertificate(Date.now());
    const { cert, key } = clientCertificate(Date.now());
    const tls = { cert: certPem, key: keyPem, ca: cert, requestCert: true, rejectUnauthorized: true };
    const port = await listen(createHttps(tls, answering(200, DONE)));
    const url = `https://localhost:${port}`;
    const ca = ["--ca", file("ca.pem", caPem)];
    const own = ["--cert", file("own.pem", cert), "--key", file("own.key", key)];
    const token = ["--token-file", file("token", "a-token-of-operators\n")];
    expect(await speak(["unlock", "--operator", url, ...ca, ...own, ...token])).toMatchObject({ code: 0 });
    expect(came).toEqual(["POST /unlock localhost Bearer a-token-of-operators 1 application/json {}"]);
    const without = await speak(["unlock", "--operator", url, ...ca]);
    expect([without.code, without.err]).toEqual([1, expect.stringContaining("--cert and --key")]);
    const untrusted = await speak(["unlock", "--operator", url]);
    expect([untrusted.code, untrusted.err]).toEqual([
      1,
      expect.stringContaining("name its authority with --ca"),
    ]);
  });
});

describe("an order that is not done is told of in a line", () => {
  it.each<readonly [status: number, json: object | string, err: string]>([
    [409, { message: "The lock file holds." }, "Postern does not do it: The lock file holds."],
    [401, { message: "This is for operators." }, "asks for the operators' token"],
    [200, "a page of something else", "is not Postern's operator listener"],
    [404, { reason: "upstream-unknown", message: "No." }, "is not Postern's operator listener"],
    [302, {}, "is not Postern's operator listener"],
  ])("answered by %s %j", async (status, json, err) => {
    const port = await listen(createHttp(answering(status, json)));
    const said = await speak(["unlock", "--json"], { POSTERN_OPERATOR_PORT: port });
    expect([said.code, said.out]).toEqual([1, ""]);
    expect(said.err).toMatch(/^postern: [^\n]*\n$/);
    expect(said.err).toContain(err);
  });

  it("shows no character of the answer that commands a terminal", async () => {
    const port = await listen(createHttp(answering(200, { message: "a\u001b[2Jb" })));
    expect((await speak(["lock"], { POSTERN_OPERATOR_PORT: port })).out).toBe("a\\u001b[2Jb\n");
  });

  it("where nothing is there", async () => {
    const said = await speak(["lock", "--operator", `unix:${folder}/none.sock`]);
    expect(said).toEqual({
      code: 1,
      out: "",
      err: `postern: nothing answers at unix:${folder}/none.sock (ENOENT)\n`,
    });
  });
});

it.each<readonly [argv: readonly string[], complaint: string]>([
  [["lock", "now"], 'does not know what to do with "now"'],
  [["lock", "--operator", "http://10.0.0.1:4482"], "--operator http://10.0.0.1:4482:"],
  [["lock", "--operator", "unix:relative"], "--operator unix:relative:"],
  [["lock", "--ca", "x"], "for an operator's https: URL"],
  [["revoke"], "revoke whom?"],
  [["revoke", "jti:a", "--token", "x"], "revoke whom?"],
  [["revoke", "jti:a", "--until", "2099-01-01T00:00:00Z", "--for", "1h"], "one of them"],
  [["revoke", "jti:a", "--for", "soon"], "a duration such as 30m"],
])("does not understand %j", async (argv, complaint) => {
  const said = await speak(argv);
  expect([said.code, said.err]).toEqual([64, expect.stringContaining(complaint)]);
});

describe("postern quit", () => {
  it("ends a Postern whose issuers are away as well, and waits until it has ended", async () => {
    const socket = join(folder, "operator.sock");
    const config = DEV.replace(/^operator: .*$/m, `operator: { address: "unix:${socket}" }`)
      .replace(/\$\{env:POSTERN_LOCAL_PORT\}/g, "1")
      .replace(/\$\{env:\w+\}/g, "0");
    const path = file("postern.yaml", config);
    served = spawn(process.execPath, [join(ROOT, "bin/postern.js"), "serve", "-c", path], {
      stdio: "ignore",
    });
    const exited = once(served, "exit");
    await expect
      .poll(async () => (await speak(["unlock", "--operator", `unix:${socket}`])).code, { timeout: 30_000 })
      .toBe(0);
    const { code, out } = await speak(["quit", "--wait", "--operator", `unix:${socket}`]);
    expect([code, out]).toEqual([0, "Postern ends when what is in flight has ended.\n"]);
    expect((await exited)[0]).toBe(0);
  });
});
