import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodePercent } from "../../src/domain/percent.ts";
import { HOSTILE_KEYS } from "../support/hostile-keys.ts";
import { isNginxThere, type Nginx, startNginx } from "../support/nginx.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { freePort } from "../support/free-port.ts";
import { type Stack, startStack } from "../support/stack.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-outer-"));
const socket = join(folder, "authorize.sock");
const tokens = new Map<string, string>();
let aheadMs = 0;
let stack: Stack;
let nginx: Nginx;

const isThere = isNginxThere();
if (!isThere) process.stderr.write("nginx is not installed, so nobody asks as an outer proxy\n");

const now = (): number => Date.now() + aheadMs;

beforeAll(async () => {
  stack = await startStack({
    now,
    aws: { now },
    config: (yaml) => `${yaml}
authorize:
  address: "unix:${socket}"
  hostHeader: X-Original-Host
  lengthHeader: X-Original-Content-Length
`,
  });
  for (const user of ["admin", "analyst", "member"]) tokens.set(user, await stack.tokenOf(user));
  if (isThere) nginx = await startNginx({ s3Port: stack.aws.port, authorize: `unix:${socket}` });
});
afterAll(async () => {
  if (isThere) await nginx.stop();
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

const bearer = (user: string) => ({ authorization: `Bearer ${tokens.get(user)}` });
const targetOf = (key: string): string => `/s3/reports/${encodePercent(key)}`;

interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** On which port; default nginx's. */
  readonly port?: number;
}

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Of fetch nobody knows what it makes of a path. */
function send(
  path: string,
  { method = "GET", headers = {}, body, port = nginx.port }: Sending,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const sent = httpRequest(
      { host: "127.0.0.1", port, path, method, headers: { ...headers, ...length }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject).on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    sent.on("error", reject).end(body);
  });
}

const reasonOf = ({ headers }: Got): unknown => headers["x-postern-reason"];

describe.runIf(isThere)("an object of S3 through nginx", () => {
  it("is that which Postern itself gives", async () => {
    const headers = bearer("analyst");
    const through = await send("/s3/reports/q3.txt", { headers });
    const direct = await send("/s3/reports/q3.txt", { headers, port: stack.ports.listen });
    expect([through.status, through.body.toString()]).toEqual([200, direct.body.toString()]);
    expect(through.headers).toMatchObject({
      etag: direct.headers["etag"],
      "cache-control": "private, no-cache",
      vary: "Authorization, X-Amz-Security-Token, X-Postern-Id-Token, X-Postern-Role, X-Postern-Token",
    });
    expect(through.headers["x-postern-request-id"]).toMatch(/^[\da-f-]{36}$/);
  });

  it("is had in part, asked after by HEAD, and not sent where it is known", async () => {
    const headers = bearer("analyst");
    const whole = await send("/s3/reports/q3.txt", { headers });
    const part = await send("/s3/reports/q3.txt", { headers: { ...headers, range: "bytes=2-5" } });
    expect([part.status, part.body.toString()]).toEqual([206, whole.body.subarray(2, 6).toString()]);
    const head = await send("/s3/reports/q3.txt", { method: "HEAD", headers });
    expect([head.status, head.headers["content-length"], head.body.length]).toEqual([
      200,
      String(whole.body.length),
      0,
    ]);
    const known = await send("/s3/reports/q3.txt", {
      headers: { ...headers, "if-none-match": String(whole.headers["etag"]) },
    });
    expect(known.status).toBe(304);
    const other = await send("/s3/reports/q3.txt", { headers: { ...headers, "if-match": '"other"' } });
    expect(other.status).toBe(412);
    expect((await send("/s3/reports/none.txt", { headers: bearer("admin") })).status).toBe(404);
  });

  it.each(HOSTILE_KEYS)("is written and read by the key %j, and by no other", async (key) => {
    const headers = bearer("admin");
    const body = `of ${key}`;
    const put = await send(targetOf(key), {
      method: "PUT",
      headers: { ...headers, "content-type": "text/plain" },
      body,
    });
    expect([put.status, put.body.toString()]).toEqual([200, ""]);
    const direct = await send(targetOf(key), { headers, port: stack.ports.listen });
    expect([direct.headers["content-type"], direct.body.toString()]).toEqual(["text/plain", body]);
    const read = await send(targetOf(key), { headers });
    expect([read.status, read.body.toString()]).toEqual([200, body]);
  });

  it("passes as it comes, 100 MB of it either way", async () => {
    const body = Buffer.alloc(100 * 1024 * 1024, "0123456789abcdef");
    const put = await send("/s3/reports/big", { method: "PUT", headers: bearer("admin"), body });
    expect(put.status).toBe(200);
    const got = await send("/s3/reports/big", { headers: bearer("admin") });
    expect([got.status, got.body.equals(body)]).toEqual([200, true]);
    expect(nginx.said()).not.toContain("buffered to a temporary file");
  });

  it("is put in parts", async () => {
    const headers = bearer("admin");
    const target = "/s3/reports/in parts".replace(" ", "%20");
    const begun = await send(`${target}?uploads`, { method: "POST", headers, port: stack.ports.listen });
    const id = encodePercent(/<UploadId>([^<]+)</.exec(begun.body.toString())?.[1] ?? "");
    const part = await send(`${target}?partNumber=1&uploadId=${id}`, {
      method: "PUT",
      headers,
      body: "whole",
    });
    expect(part.status).toBe(200);
    const text = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${String(part.headers["etag"])}</ETag></Part></CompleteMultipartUpload>`;
    await send(`${target}?uploadId=${id}`, { method: "POST", headers, body: text, port: stack.ports.listen });
    expect((await send(target, { headers })).body.toString()).toBe("whole");
  });
});

describe.runIf(isThere)("nginx refuses, and says why", () => {
  it.each([
    ["no token", {}, 401, "token-missing"],
    ["a token of nobody's", { authorization: "Bearer e30.e30.e30" }, 401, undefined],
    ["a cookie", { cookie: "session=x" }, 401, "token-missing"],
  ])("%s", async (_what, headers, status, reason) => {
    const got = await send("/s3/reports/q3.txt", { headers });
    expect(got.status).toBe(status);
    expect(got.headers["www-authenticate"]).toMatch(/^Bearer /);
    if (reason !== undefined) expect(reasonOf(got)).toBe(reason);
  });

  it("a token that is over", async () => {
    aheadMs = 2 * 3_600_000;
    const got = await send("/s3/reports/q3.txt", { headers: bearer("analyst") });
    aheadMs = 0;
    expect([got.status, reasonOf(got)]).toEqual([401, "token-expired"]);
  });

  it("who is not allowed", async () => {
    const got = await send("/s3/reports/q3.txt", { headers: bearer("member") });
    expect([got.status, reasonOf(got), got.body.toString()]).toEqual([
      403,
      "denied-no-rule",
      '{"reason":"denied-no-rule"}\n',
    ]);
  });

  it.each([
    ["DELETE", "/s3/reports/q3.txt"],
    ["GET", "/s3/reports?list-type=2"],
    ["GET", "/s3/reports/q3.txt?acl"],
    ["POST", "/s3/reports?delete"],
    ["POST", "/dynamodb/"],
    ["GET", "/.postern/whoami"],
  ])("what only Postern itself can do: %s %s", async (method, path) => {
    const got = await send(path, {
      method,
      headers: bearer("admin"),
      ...(method === "POST" && { body: "" }),
    });
    expect([got.status, reasonOf(got)]).toEqual([403, "authorize-refused"]);
  });

  it("a body of no stated length", async () => {
    const line = "PUT /s3/reports/chunked";
    const lines = [
      ["Authorization", `Bearer ${tokens.get("admin")}`],
      ["Transfer-Encoding", "chunked"],
    ] as const;
    const { answers } = await exchange(nginx.port, requestText(line, lines, "1\r\nx\r\n0\r\n\r\n"));
    expect(answers[0]?.status).toBe(411);
  });

  it("what S3 refuses, without what S3 repeats of it", async () => {
    // It is signed for, as the client asks, and nginx does not pass it on: S3 makes another signature.
    const got = await send("/s3/reports/meta", {
      method: "PUT",
      headers: { ...bearer("admin"), "x-amz-meta-colour": "blue" },
      body: "x",
    });
    expect([got.status, got.body.toString()]).toEqual([403, '{"reason":"refused-by-s3"}\n']);
  });
});

/** What only the outer proxy may say. */
const FORGED: readonly (readonly [name: string, value: string])[] = [
  ["X-Original-Method", "GET"],
  ["X-Original-URI", "/s3/reports/q3.txt"],
  ["X-Original-Host", "reports.s3.localhost"],
  ["X-Original-Content-Length", "3"],
  ["X-Postern-Secret", "let me in, I am nginx"],
  ["X-Postern-Target", "/reports/q3.txt"],
  ["X-Postern-Host", "example.com"],
  ["X-Forwarded-Method", "GET"],
  ["X-Forwarded-Uri", "/s3/reports/q3.txt"],
  ["X_Original_URI", "/s3/reports/q3.txt"],
];

describe.runIf(isThere)("H2 what a client says in the outer proxy's place", () => {
  it.each(FORGED)("%s changes nothing", async (name, value) => {
    const headers = { ...bearer("analyst"), [name]: value };
    const mine = await send("/s3/reports/q3.txt", { headers });
    expect([mine.status, mine.body.length > 0]).toEqual([200, true]);
    const theirs = await send("/s3/audit/2026.log", { headers });
    expect([theirs.status, reasonOf(theirs)]).toEqual([403, "denied-no-rule"]);
    const written = await send("/s3/reports/q3.txt", { method: "PUT", headers, body: "xyz" });
    expect([written.status, reasonOf(written)]).toEqual([403, "denied-no-rule"]);
  });

  it("all of them change nothing together", async () => {
    const headers = { ...bearer("analyst"), ...Object.fromEntries(FORGED) };
    const got = await send("/s3/audit/2026.log", { headers });
    expect([got.status, reasonOf(got)]).toEqual([403, "denied-no-rule"]);
  });

  it("no x-amz- header of a client's reaches S3", async () => {
    const forged = {
      "x-amz-date": "20200101T000000Z",
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    };
    const headers = { ...bearer("analyst"), ...forged };
    expect((await send("/s3/reports/q3.txt", { headers })).status).toBe(200);
    for (const name of ["x-amz-acl", "x-amz-copy-source", "x-amz-unheard-of"]) {
      const got = await send("/s3/reports/q3.txt", { headers: { ...headers, [name]: "/audit/x" } });
      expect([name, got.status, reasonOf(got)]).toEqual([name, 403, "header-not-allowed"]);
    }
  });

  it("/_postern itself is nobody's to ask", async () => {
    expect((await send("/_postern", { headers: bearer("admin") })).status).toBe(404);
  });
});

describe.runIf(isThere)("H2 nginx whose http { } says otherwise", () => {
  const others: Nginx[] = [];
  const cache = join(folder, "cache");
  const startWith = async (lines: string): Promise<number> => {
    const line = "upstream postern_authorize {";
    const places = { s3Port: stack.aws.port, authorize: `unix:${socket}` };
    const other = await startNginx(places, [[line, `${lines}\n${line}`]]);
    others.push(other);
    return other.port;
  };
  afterAll(() => Promise.all(others.map((other) => other.stop())));

  it("keeps nothing of what was signed, or sent, for a caller", async () => {
    const port = await startWith(`
      proxy_cache_path ${cache} keys_zone=kept:1m;
      proxy_cache kept;
      proxy_cache_valid 200 1m;
      proxy_ignore_headers Cache-Control Expires;`);
    const got = await send("/s3/reports/q3.txt", { port, headers: bearer("analyst") });
    expect(got.status).toBe(200);
    const refused = await send("/s3/reports/q3.txt", { port, headers: bearer("member") });
    expect([refused.status, reasonOf(refused)]).toEqual([403, "denied-no-rule"]);
    expect((await send("/s3/reports/q3.txt", { port })).status).toBe(401);
    expect(readdirSync(cache)).toEqual([]);
  });

  it("sends no header to S3 that Postern has read as another", async () => {
    const port = await startWith("ignore_invalid_headers off;\nunderscores_in_headers on;");
    const headers = { ...bearer("analyst"), If_Match: '"other"' };
    expect((await send("/s3/reports/q3.txt", { port, headers })).status).toBe(200);
  });
});

describe("the socket on which Postern is asked", () => {
  it("is for its owner and group", () => {
    expect((statSync(socket).mode & 0o777).toString(8)).toBe("660");
  });

  it("is not on the data face", async () => {
    const headers = {
      ...bearer("analyst"),
      "x-original-method": "GET",
      "x-original-uri": "/s3/reports/q3.txt",
      "x-original-host": "localhost",
    };
    const got = await send("/.postern/authorize", { headers, port: stack.ports.listen });
    expect([got.status, reasonOf(got)]).toEqual([404, "upstream-unknown"]);
    expect(got.headers["authorization"]).toBeUndefined();
  });
});

describe.runIf(isThere)("H2 nginx at a port, by a secret", () => {
  const secret = "a-secret-that-nginx-shares";
  let byPort: Stack;
  let port = 0;
  let bare: Nginx;
  let trusted: Nginx;

  beforeAll(async () => {
    port = await freePort();
    writeFileSync(join(folder, "secret"), secret, { mode: 0o600 });
    byPort = await startStack({
      config: (yaml) => `${yaml}
authorize:
  address: 127.0.0.1:${port}
  secret: \${file:${join(folder, "secret")}}
  hostHeader: X-Original-Host
`,
    });
    const places = { s3Port: byPort.aws.port, authorize: `127.0.0.1:${port}` };
    bare = await startNginx(places);
    const line = "proxy_set_header X-Postern-Secret";
    trusted = await startNginx(places, [[`${line} "";`, `${line} "${secret}";`]]);
    tokens.set("analyst by port", await byPort.tokenOf("analyst"));
  });
  afterAll(async () => {
    for (const one of [bare, trusted]) await one.stop();
    await byPort.close();
  });

  it("is answered where it shows the secret, whatever a client shows", async () => {
    const headers = bearer("analyst by port");
    for (const shown of [{}, { "X-Postern-Secret": "another-secret-than-that" }]) {
      const got = await send("/s3/reports/q3.txt", { port: trusted.port, headers: { ...headers, ...shown } });
      expect(got.status).toBe(200);
    }
  });

  it("is not where it does not, though a client knows it", async () => {
    const headers = { ...bearer("analyst by port"), "X-Postern-Secret": secret };
    const got = await send("/s3/reports/q3.txt", { port: bare.port, headers });
    expect([got.status, reasonOf(got)]).toEqual([403, "authorize-refused"]);
  });

  it("leaves who asks Postern directly without an answer", async () => {
    const headers = {
      ...bearer("analyst by port"),
      "X-Original-Method": "GET",
      "X-Original-URI": "/s3/reports/q3.txt",
      "X-Original-Host": "localhost",
    };
    const got = await send("/.postern/authorize", { port, headers });
    expect([got.status, reasonOf(got), got.headers["authorization"]]).toEqual([
      403,
      "authorize-refused",
      undefined,
    ]);
  });
});
