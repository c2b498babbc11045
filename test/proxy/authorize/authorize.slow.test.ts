import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, request as httpRequest, type RequestOptions, type Server } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createThrowAwayCertificate } from "../../../src/local/certificate.ts";
import { listenOn } from "../../../src/inbound/listen-on.ts";
import { clientCertificate } from "../../support/client-certificate.ts";
import { mountConfigMap } from "../../support/config-map.ts";
import { exchange, requestText } from "../../support/raw-client.ts";
import { freePort } from "../../support/free-port.ts";
import { type Stack, startStack } from "../../support/stack.ts";

const SECRET = "a-secret-of-the-outer-proxy";
const folder = mkdtempSync(join(tmpdir(), "postern-authorize-"));
const tokens = new Map<string, string>();
let port = 0;
let stack: Stack;

const RULES = `
    - name: from here
      who: { groups: [analysts] }
      when: { IpAddress: { "aws:SourceIp": 127.0.0.0/8 } }
      allow: [s3:GetObject]
      on: ["arn:aws:s3:::public/*"]
      role: arn:aws:iam::123456789012:role/analyst
    - name: not from there
      deny: [s3:GetObject]
      on: ["arn:aws:s3:::reports/inside/*"]
      when: { IpAddress: { "aws:SourceIp": 10.0.0.0/8 } }`;

const withAuthorize = (lines: string) => (yaml: string) =>
  `${yaml.replace("  rules:", () => `  rules:${RULES}`)}\nauthorize:\n${lines}`;

beforeAll(async () => {
  writeFileSync(join(folder, "secret"), SECRET, { mode: 0o600 });
  port = await freePort();
  stack = await startStack({
    config: (yaml) =>
      withAuthorize(`  address: 127.0.0.1:${port}
  secret: \${file:${join(folder, "secret")}}
  hostHeader: X-Original-Host
  lengthHeader: X-Original-Content-Length
`)(yaml.replace("guests: allow", "guests: allow\n  cookie: { name: session, origins: [https://app.test] }")),
  });
  for (const user of ["admin", "analyst", "member", "service"]) tokens.set(user, await stack.tokenOf(user));
});
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

type Lines = Readonly<Record<string, string | string[]>>;
interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

function send(options: RequestOptions, body?: string): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: "127.0.0.1", agent: false, ...options }, (response) => {
      let text = "";
      response.setEncoding("latin1").on("data", (chunk: string) => (text += chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.on("error", reject).end(body);
  });
}

const bearer = (user: string): Lines => ({ authorization: `Bearer ${tokens.get(user)}` });
const question = (line: string): Lines => ({
  "x-postern-secret": SECRET,
  "x-original-method": line.split(" ")[0] ?? "",
  "x-original-uri": line.split(" ")[1] ?? "",
  "x-original-host": "localhost",
});

/** Asks as the outer proxy. */
const ask = (line: string, headers: Lines, options: RequestOptions = {}): Promise<Got> =>
  send({ port, path: "/.postern/authorize", headers: { ...question(line), ...headers }, ...options });

const told = ({ status, headers }: Got) => [status, headers["x-postern-reason"]];

/** Sends to the stand-in what Postern said, with what the client had besides. */
function carryOut(method: string, { headers }: Got, more: Lines = {}, body?: string): Promise<Got> {
  const own = new Set([
    "connection",
    "keep-alive",
    "date",
    "cache-control",
    "content-length",
    "transfer-encoding",
  ]);
  const signed = Object.entries(headers).filter(([name]) => !own.has(name) && !name.startsWith("x-postern-"));
  return send(
    {
      port: stack.aws.port,
      method,
      path: String(headers["x-postern-target"]),
      headers: { ...Object.fromEntries(signed), host: String(headers["x-postern-host"]), ...more },
    },
    body,
  );
}

describe("what is signed for an outer proxy", () => {
  it("does at S3 what the caller may do, and nothing else", async () => {
    const got = await ask("GET /s3/reports/q3.txt", bearer("analyst"));
    expect([got.status, got.text, got.headers["content-length"], got.headers["cache-control"]]).toEqual([
      200,
      "",
      "0",
      "no-store",
    ]);
    expect(got.headers).toMatchObject({
      "x-postern-target": "/reports/q3.txt",
      "x-postern-host": `127.0.0.1:${stack.aws.port}`,
    });
    const carried = await carryOut("GET", got, { range: "bytes=0-3" });
    expect([carried.status, carried.text.length]).toEqual([206, 4]);
    expect((await carryOut("HEAD", got)).status).toBe(403);
    const other = { ...got, headers: { ...got.headers, "x-postern-target": "/reports/q4.txt" } };
    expect((await carryOut("GET", other)).status).toBe(403);
    expect((await carryOut("GET", got, { "x-amz-acl": "public-read" })).status).toBe(403);
  });

  it("puts a body of the length that was told, and no other", async () => {
    const headers = { ...bearer("admin"), "x-original-content-length": "5", "content-type": "text/plain" };
    const got = await ask("PUT /s3/reports/five", { ...headers, "x-amz-meta-colour": "blue" });
    expect(got.headers).toMatchObject({ "x-amz-meta-colour": "blue", "content-type": "text/plain" });
    expect((await carryOut("PUT", got, { "content-length": "5" }, "12345")).status).toBe(200);
    expect((await carryOut("PUT", got, { "content-length": "6" }, "123456")).status).toBe(403);
    expect(
      (await carryOut("PUT", got, { "content-length": "5", "x-amz-meta-colour": "red" }, "12345")).status,
    ).toBe(403);
  });

  it("asks an API without a body", async () => {
    const got = await ask("GET /orders/orders/7", bearer("admin"));
    expect(got.headers).toHaveProperty("x-user");
    expect((await carryOut("GET", got)).status).toBe(200);
    expect(told(await ask("DELETE /orders/orders/7", bearer("admin")))).toEqual([200, undefined]);
    expect(told(await ask("POST /orders/orders", bearer("admin")))).toEqual([403, "authorize-refused"]);
    const long = { ...bearer("admin"), "x-original-content-length": "1" };
    expect(told(await ask("DELETE /orders/orders/7", long))).toEqual([403, "body-malformed"]);
    expect(told(await ask("GET /profiles/me", bearer("admin")))).toEqual([403, "authorize-refused"]);
  });

  it("is asked for by any method, and with the client's path behind", async () => {
    for (const method of ["HEAD", "PUT", "DELETE", "POST"]) {
      const headers = { ...bearer("analyst"), "content-length": "0" };
      const got = await ask("GET /s3/reports/q3.txt", headers, {
        method,
        path: "/.postern/authorize/s3/audit/x",
      });
      expect([method, got.status, got.headers["x-postern-target"]]).toEqual([method, 200, "/reports/q3.txt"]);
    }
  });

  it("is told as one outcome, of what was asked and not of who asked", async () => {
    const { headers } = await ask("GET /s3/reports/q3.txt", bearer("analyst"));
    const outcome = stack.outcomes.find(({ requestId }) => requestId === headers["x-postern-request-id"]);
    expect(outcome).toMatchObject({
      method: "GET",
      upstream: "s3",
      operation: "Authorize GetObject",
      resource: "arn:aws:s3:::reports/q3.txt",
      verdict: "permit",
      rule: "analysts read reports",
      status: 200,
      outcome: "ok",
    });
    const token = String(headers["x-amz-security-token"]);
    expect([token.length > 10, stack.logged().includes(token), stack.logged().includes(SECRET)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("H2 nobody else is answered", () => {
  it.each<readonly [what: string, headers: Lines]>([
    ["no secret", { "x-postern-secret": "" }],
    ["another secret", { "x-postern-secret": `${SECRET}!` }],
    ["two secrets", { "x-postern-secret": [SECRET, SECRET] }],
  ])("with %s", async (_what, headers) => {
    const got = await ask("GET /s3/reports/q3.txt", { ...bearer("analyst"), ...headers });
    expect([...told(got), got.headers["authorization"]]).toEqual([403, "authorize-refused", undefined]);
    expect(JSON.parse(got.text)).toMatchObject({ reason: "authorize-refused" });
  });

  it.each<readonly [what: string, headers: Lines, status: number, reason: string]>([
    ["no token", {}, 401, "token-missing"],
    ["a cookie", { cookie: "session=TOKEN" }, 403, "origin-not-allowed"],
    ["two tokens", { authorization: "Bearer TOKEN", "x-postern-token": "TOKEN" }, 401, "two-tokens"],
    ["a token of nobody's", { authorization: "Bearer eyJhbGciOiJub25lIn0.e30." }, 401, "token-signature"],
  ])("with %s", async (_what, headers, status, reason) => {
    const filled = Object.entries(headers).map(([name, value]) => [
      name,
      String(value).replace("TOKEN", tokens.get("analyst") ?? ""),
    ]);
    const got = await ask("GET /s3/reports/q3.txt", Object.fromEntries(filled) as Lines);
    expect(told(got)).toEqual([status, reason]);
    expect(got.headers["www-authenticate"] === undefined).toBe(status === 403);
  });

  it.each([
    "GET /s3/reports?list-type=2",
    "GET /s3/",
    "DELETE /s3/reports/q3.txt",
    "POST /s3/reports?delete",
    "PUT /s3/reports/q3.txt?acl",
    "GET /s3/reports/q3.txt?tagging",
    "POST /dynamodb/",
    "GET /sts/?Action=GetCallerIdentity&Version=2011-06-15",
    "GET /resize/",
    "GET /chat/",
    "GET /chat",
    "GET /.postern/whoami",
  ])("for %s, which Postern itself has to do", async (line) => {
    const headers = { ...bearer("admin"), "x-original-content-length": "0" };
    expect(told(await ask(line, headers))).toEqual([403, "authorize-refused"]);
  });

  it.each([
    ["GET /s3/reports/../audit/x", "target-ambiguous"],
    ["GET http://other/s3/reports/q3.txt", "target-malformed"],
    ["GET /s3/reports/q3.txt?X-Amz-Signature=x", "presigned-not-accepted"],
    ["TRACE /s3/reports/q3.txt", "method-not-allowed"],
    ["GET /nobody/x", "upstream-unknown"],
    ["GET /s3/audit/x", "denied-no-rule"],
  ])("for %s", async (line, reason) => {
    expect(told(await ask(line, bearer("analyst")))).toEqual([403, reason]);
  });

  it("for a body of which nobody says how long it is", async () => {
    expect(told(await ask("PUT /s3/reports/x", bearer("admin")))).toEqual([403, "length-required"]);
  });

  it("from an address that a rule asks for: that of the outer proxy is not the client's", async () => {
    const direct = { port: stack.ports.listen, headers: bearer("analyst") };
    const reasonAt = async (path: string) => (await send({ ...direct, path })).headers["x-postern-reason"];
    expect(await reasonAt("/s3/public/hello.txt")).toBeUndefined();
    expect(told(await ask("GET /s3/public/hello.txt", bearer("analyst")))).toEqual([403, "denied-no-rule"]);
    expect(await reasonAt("/s3/reports/inside/x")).toBeUndefined();
    const inside = await ask("GET /s3/reports/inside/x", bearer("analyst"));
    expect(told(inside)).toEqual([403, "denied-by-rule"]);
  });

  it("who brings a body, or another request before the first is answered", async () => {
    const options = {
      method: "POST",
      headers: { ...question("GET /s3/reports/q3.txt"), "content-length": "1" },
    };
    expect(told(await send({ port, path: "/.postern/authorize", ...options }, "x"))).toEqual([
      403,
      "body-malformed",
    ]);
    const lines = Object.entries({ ...question("GET /s3/reports/q3.txt"), ...bearer("analyst") });
    const text = requestText("GET /.postern/authorize", lines as [string, string][]);
    const { text: answered, closed } = await exchange(port, text + text, { answers: Infinity });
    expect([answered.split("HTTP/1.1").length <= 2, closed]).toEqual([true, true]);
  });

  it("in words that no parser can read", async () => {
    expect((await exchange(port, "nonsense\r\n\r\n")).answers[0]?.status).toBe(400);
    const long = [["X-Long", "x".repeat(128 * 1024)]] as const;
    expect((await exchange(port, requestText("GET /.postern/authorize", long))).answers[0]?.status).toBe(431);
  });
});

/** Leaves a socket as a process does that is killed. */
function leave(path: string): void {
  const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
  expect(existsSync(path)).toBe(true);
}

const socketOf = (name: string): string => join(folder, `${name}.sock`);

describe("where an outer proxy asks", () => {
  const servers: Server[] = [];
  const serverAt = (): Server => {
    const server = createServer();
    servers.push(server);
    return server;
  };
  afterAll(() => servers.forEach((server) => server.close()));
  const listen = (socket: string, mode = 0o600) => listenOn(serverAt(), { socket, mode });

  it("is a socket of its mode, in the place of one that nobody listens on", async () => {
    const socket = socketOf("stale");
    await listen(socket);
    expect((statSync(socket).mode & 0o777).toString(8)).toBe("600");
    await expect(listen(socket)).rejects.toThrow(/another process listens/);
    const left = socketOf("left");
    leave(left);
    await listen(left, 0o660);
    expect((statSync(left).mode & 0o777).toString(8)).toBe("660");
  });

  it("is one's own where two begin at once, over one that nobody listens on or none", async () => {
    for (const name of ["race", "bare"]) {
      const socket = socketOf(name);
      const [one, other] = [serverAt(), serverAt()];
      if (name === "race") leave(socket);
      const both = await Promise.allSettled(
        [one, other].map((server) => listenOn(server, { socket, mode: 0o600 })),
      );
      expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      expect([one, other].filter(({ listening }) => listening)).toHaveLength(1);
      await expect(listen(socket)).rejects.toThrow(/another process listens/);
      expect(readdirSync(folder).filter((file) => file.startsWith(name))).toEqual([`${name}.sock`]);
    }
  });

  it("is left where another has put its own, and else removed", async () => {
    const socket = socketOf("next");
    const [first, next] = [serverAt(), serverAt()];
    await listenOn(first, { socket, mode: 0o600 });
    rmSync(socket);
    await listenOn(next, { socket, mode: 0o600 });
    await new Promise((resolve) => first.close(resolve));
    expect(existsSync(socket)).toBe(true);
    await new Promise((resolve) => next.close(resolve));
    expect(existsSync(socket)).toBe(false);
  });

  it("is in no folder to which others write, nor in another's", async () => {
    const [open, sticky, shared, closed] = [0o777, 0o1777, 0o775, 0o755].map((mode) => {
      const path = join(folder, `of-${mode.toString(8)}`);
      mkdirSync(path);
      chmodSync(path, mode);
      return path;
    });
    for (const path of [open, sticky, shared]) {
      await expect(listen(`${path}/a.sock`)).rejects.toThrow(/others can write to/);
      expect(readdirSync(path ?? "")).toEqual([]);
    }
    await listen(`${closed}/a.sock`);
    // Nobody else can give a folder away.
    if (process.getuid?.() !== 0) return;
    const others = join(folder, "of-others");
    mkdirSync(others, { mode: 0o755 });
    chownSync(others, 65_534, 65_534);
    await expect(listen(`${others}/a.sock`)).rejects.toThrow(/others can write to/);
  });

  it("is no other file", async () => {
    const file = socketOf("file");
    writeFileSync(file, "mine");
    await expect(listen(file)).rejects.toThrow(/is no socket/);
    expect(statSync(file).size).toBe(4);
  });

  it("is gone when Postern ends, whose record mode signs nothing here", async () => {
    const socket = socketOf("whole");
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const config = withAuthorize(`  address: "unix:${socket}"\n  exact: true\n`);
    const whole = await startStack({
      config: (yaml) => config(yaml.replace("policy:\n", `policy:\n  mode: record\n  until: "${until}"\n`)),
    });
    const at = { port: undefined, socketPath: socket, host: undefined };
    const member = await whole.tokenOf("member");
    const analyst = await whole.tokenOf("analyst");
    const asked = (line: string, token: string) =>
      send({
        ...at,
        path: "/.postern/authorize",
        headers: { ...question(line), host: "s3.localhost", authorization: `Bearer ${token}` },
      });
    expect(told(await asked("GET /reports/q3.txt", member))).toEqual([403, "authorize-refused"]);
    expect(told(await asked("GET /reports/q3.txt", analyst))).toEqual([200, undefined]);
    expect(told(await asked("GET /reports/%713.txt", analyst))).toEqual([403, "target-ambiguous"]);
    await whole.close();
    expect(existsSync(socket)).toBe(false);
  });

  it("answers nobody any more when it is taken out of the configuration", async () => {
    const socket = socketOf("taken-out");
    const dev = readFileSync(join(import.meta.dirname, "../../../config/dev.yaml"), "utf8");
    const config = withAuthorize(`  address: "unix:${socket}"\n  hostHeader: X-Original-Host\n`)(dev);
    const map = mountConfigMap({ "postern.yaml": config });
    const whole = await startStack({ config: () => config });
    whole.follow(map.pathOf("postern.yaml"));
    const authorization = `Bearer ${await whole.tokenOf("analyst")}`;
    const asked = () =>
      send({
        socketPath: socket,
        host: undefined,
        path: "/.postern/authorize",
        headers: { ...question("GET /s3/reports/q3.txt"), authorization },
      });
    expect(told(await asked())).toEqual([200, undefined]);
    map.swap({ "postern.yaml": dev });
    const patience = { timeout: 20_000, interval: 5 };
    await vi.waitFor(async () => expect(told(await asked())).toEqual([403, "upstream-unknown"]), patience);
    await whole.close();
    map.remove();
  });

  it("may be by TLS, for who shows a certificate", async () => {
    const { certPem, keyPem, caPem } = createThrowAwayCertificate(Date.now());
    const [client, other] = [clientCertificate(Date.now()), clientCertificate(Date.now())];
    const files = { cert: certPem, key: keyPem, clients: client.cert };
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(folder, name), text, { mode: 0o600 });
    const secure = await freePort();
    const config = withAuthorize(`  address: 127.0.0.1:${secure}
  hostHeader: X-Original-Host
  tls: { certFile: ${folder}/cert, keyFile: ${folder}/key, clientCaFile: ${folder}/clients }
`);
    const whole = await startStack({ config });
    const headers = {
      ...question("GET /s3/reports/q3.txt"),
      authorization: `Bearer ${await whole.tokenOf("analyst")}`,
    };
    const asked = (shown: object) =>
      new Promise<number | string>((resolve) => {
        const options = {
          host: "127.0.0.1",
          port: secure,
          path: "/.postern/authorize",
          headers,
          agent: false,
        };
        httpsRequest({ ...options, ca: caPem, ...shown }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on("error", () => resolve("no connection"))
          .end();
      });
    expect(await asked(client)).toBe(200);
    expect(await asked({})).toBe("no connection");
    expect(await asked(other)).toBe("no connection");
    await whole.close();
  });
});
