import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type PeerCertificate } from "node:tls";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { type Stack, startStack } from "../support/stack.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-tls-"));
const certFile = join(folder, "tls.crt");
const keyFile = join(folder, "tls.key");
let ca = "";
let stack: Stack;

/** Writes a new pair, and gives the authority to trust for it. */
function renew(): string {
  const { caPem, certPem, keyPem } = createThrowAwayCertificate(Date.now());
  writeFileSync(certFile, certPem);
  writeFileSync(keyFile, keyPem, { mode: 0o600 });
  return caPem;
}

beforeAll(async () => {
  ca = renew();
  const dev = readFileSync(join(import.meta.dirname, "../../config/dev.yaml"), "utf8");
  const tls = `tls: { certFile: "${certFile}", keyFile: "${keyFile}" }`;
  const config = dev.replace(/^listen: \{ (.*) \}$/m, `listen: { $1, ${tls} }`);
  writeFileSync(join(folder, "postern.yaml"), config);
  stack = await startStack({ config: () => config });
  stack.follow(join(folder, "postern.yaml"));
});

let closing: Promise<void> | undefined;
const close = (): Promise<void> => (closing ??= stack.close());

afterAll(async () => {
  await close();
  rmSync(folder, { recursive: true });
});

const port = (): number => stack.ports.listen;

async function get(path: string, token: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    request({ host: "127.0.0.1", port: port(), path, ca, headers, agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on("error", reject)
      .end();
  });
}

async function shown(): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: port(), ca }, () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    }).on("error", reject);
  });
}

it("serves the way of a request by TLS", async () => {
  expect(await get("/s3/reports/q3.txt", await stack.tokenOf("analyst"))).toMatchObject({
    status: 200,
    body: expect.stringContaining("Third"),
  });
  expect((await get("/.postern/whoami", await stack.tokenOf("analyst"))).body).toContain("analysts");
});

it("speaks nothing but TLS, and goes on after those who do not", async () => {
  const closed = new Promise<string>((resolve) => {
    let answer = "";
    const socket = connectPlain(port(), "127.0.0.1", () =>
      socket.write("GET /.postern/whoami HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    );
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
    socket.on("error", () => {}).on("close", () => resolve(answer));
  });
  expect(await closed).not.toContain("HTTP/1.1 2");
  expect((await get("/s3/reports/q3.txt", await stack.tokenOf("analyst"))).status).toBe(200);
});

const leaveAfter = (bytes: string, how: "destroy" | "resetAndDestroy") =>
  new Promise((resolve) => {
    const socket = connectPlain(port(), "127.0.0.1", () => {
      socket.write(Buffer.from(bytes, "latin1"), () => socket[how]());
    });
    socket.on("error", () => {}).on("close", resolve);
  });

it("stands those who leave within the handshake, in whatever way", async () => {
  // Nothing, the beginning of a record, and a record that is no hello.
  for (const bytes of ["", "\x16\x03\x01\x02\x00\x01", "\x16\x03\x01\x00\x04\x01\x00\x00\x00"])
    for (const how of ["destroy", "resetAndDestroy"] as const) await leaveAfter(bytes, how);
  expect((await get("/s3/reports/q3.txt", await stack.tokenOf("analyst"))).status).toBe(200);
});

it("offers HTTP/1.1 alone, and TLS 1.2 at the least", async () => {
  const old = new Promise((resolve) => {
    const options = {
      host: "127.0.0.1",
      port: port(),
      ca,
      maxVersion: "TLSv1.1" as const,
      ciphers: "ALL:@SECLEVEL=0",
    };
    connect(options, () => resolve("connected")).on("error", ({ message }) => resolve(message));
  });
  expect(await old).not.toBe("connected");
  const alpn = new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: port(), ca, ALPNProtocols: ["h2", "http/1.1"] }, () => {
      resolve(socket.alpnProtocol);
      socket.destroy();
    }).on("error", reject);
  });
  expect(await alpn).toBe("http/1.1");
});

it("shows a new certificate once its files hold one, and keeps the last good pair until then", async () => {
  const before = (await shown()).serialNumber;
  writeFileSync(keyFile, createThrowAwayCertificate(Date.now()).keyPem);
  await vi.waitFor(() => expect(stack.logged()).toContain("it is the key of another certificate"), 10_000);
  expect((await shown()).serialNumber).toBe(before);
  ca = renew();
  await vi.waitFor(async () => expect((await shown()).serialNumber).not.toBe(before), 10_000);
  expect((await get("/s3/reports/q3.txt", await stack.tokenOf("analyst"))).status).toBe(200);
});

it("ends at its deadline, whoever has not begun to shake hands", async () => {
  const tls = `tls: { certFile: "${certFile}", keyFile: "${keyFile}" }`;
  const other = await startStack({
    config: (yaml) =>
      `${yaml.replace(/^listen: \{ (.*) \}$/m, `listen: { $1, ${tls} }`)}\ntimeouts: { headers: 10m, drain: 100ms }\n`,
  });
  const silent = connectPlain(other.ports.listen, "127.0.0.1").on("error", () => {});
  await new Promise((resolve) => silent.once("connect", resolve));
  const closed = new Promise((resolve) => silent.once("close", resolve));
  await other.close();
  await closed;
});

it("closes what is idle, and a connection that shakes hands just then, when Postern ends", async () => {
  const idle = connect({ host: "127.0.0.1", port: port(), ca });
  await new Promise((resolve) => idle.once("secureConnect", resolve));
  const late = connect({ host: "127.0.0.1", port: port(), ca });
  const closed = [idle, late].map(
    (socket) => new Promise((resolve) => socket.on("error", () => {}).on("close", resolve)),
  );
  await new Promise((resolve) => late.once("connect", resolve));
  await close();
  await Promise.all(closed);
});
