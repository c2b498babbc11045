import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, GetObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPages, roleOf } from "../proxy/pages/pages-stack.ts";
import type { Stack } from "../support/stack.ts";
import { speak } from "./spoken.ts";

const analyst = roleOf("analyst");
const RULE = `{ name: keys, who: { groups: [analysts] }, allow: [postern:GetCredentials], on: ["${analyst}"], role: ${analyst} }`;
const ARGS = ["analyst", "GET", "/s3/reports/q3.txt"];

let stack: Stack;
let folder: string;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  stack = await startPages("{ presign: {}, credentials: { real: true } }", [RULE]);
  folder = mkdtempSync(join(tmpdir(), "postern-cli-"));
  env = {
    POSTERN_LOCAL_PORT: String(stack.aws.port),
    POSTERN_PORT: String(stack.ports.listen),
    POSTERN_TOKEN: "",
    AWS_SESSION_TOKEN: "",
  };
});

afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

function fileWith(text: string): string {
  const file = join(folder, "token");
  writeFileSync(file, text);
  return file;
}

describe("postern presign", () => {
  it("prints a URL that works, and nothing else", async () => {
    const { code, out, err } = await speak(["presign", ...ARGS, "--expires", "5m"], env);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/reports\/q3\.txt\?[!-~]+X-Amz-Expires=300&[!-~]+\n$/);
    expect((await fetch(out.trim())).status).toBe(200);
  });

  it("says what is to be sent with it, and takes a whole URL and words in one", async () => {
    const words = `admin PUT ${stack.url}/s3/reports/from-cli.txt`;
    const lines = ["-H", "Content-Type: text/plain", "--header", "x-amz-meta-a: b"];
    const { code, out, err } = await speak(["presign", words, ...lines], env);
    expect([code, err]).toEqual([
      0,
      "to be sent with it: x-amz-meta-a: b\nto be sent with it: content-type: text/plain\n",
    ]);
    const headers = { "x-amz-meta-a": "b", "content-type": "text/plain" };
    expect((await fetch(out.trim(), { method: "PUT", body: "x", headers })).status).toBe(200);
  });

  it("prints the whole answer as JSON", async () => {
    const { code, out } = await speak(["presign", ...ARGS, "--json"], env);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      url: expect.stringContaining("X-Amz-Signature="),
      method: "GET",
      headers: {},
      expires: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it("takes a token from a file, whatever ends its line", async () => {
    const file = fileWith(`${await stack.tokenOf("analyst")}\r\n`);
    expect((await speak(["presign", ...ARGS.slice(1), "--token-file", file], env)).code).toBe(0);
    const missing = join(folder, "missing");
    expect(await speak(["presign", ...ARGS.slice(1), "--token-file", missing], env)).toEqual({
      code: 1,
      out: "",
      err: `postern: the file ${missing} cannot be read\n`,
    });
  });

  it.each<readonly [args: readonly string[], err: string]>([
    [
      ["analyst", "DELETE", "/s3/reports/q3.txt"],
      "Postern refuses: A presigned URL cannot be had for this request. (presign-refused)",
    ],
    [["analyst", "GET", "/s3/audit/x"], "Postern refuses: No rule allows this operation. (denied-no-rule)"],
    [
      ["guest", "GET", "/s3/public/a"],
      "Postern refuses: A presigned URL cannot be had for this request. (presign-refused)",
    ],
  ])("%j: says in Postern's words why there is none", async (args, err) => {
    expect(await speak(["presign", ...args], env)).toEqual({ code: 1, out: "", err: `postern: ${err}\n` });
  });

  it.each<readonly [args: readonly string[], err: string]>([
    [
      ["GET"],
      "presign takes [USER] METHOD TARGET, as analyst GET /s3/reports/q3.txt; see postern presign --help",
    ],
    [
      [...ARGS, "--expires", "5"],
      '--expires is in whole seconds, as 90s or 5m, and not "5"; see postern presign --help',
    ],
    [
      [...ARGS, "--expires", "250ms"],
      '--expires is in whole seconds, as 90s or 5m, and not "250ms"; see postern presign --help',
    ],
    [
      [...ARGS, "--expires", "0s"],
      '--expires is in whole seconds, as 90s or 5m, and not "0s"; see postern presign --help',
    ],
    [[...ARGS, "-H", "a: b", "-H", "A: c"], "a header is given twice"],
    [[...ARGS, "-H", "a"], `a header is written as 'name: value', and not as "a"`],
    [ARGS.slice(1), "no token: name a user, or set POSTERN_TOKEN; see postern presign --help"],
    [
      [...ARGS, "--url", "http://postern.test"],
      "--url http://postern.test: http: is for loopback addresses only; use https:",
    ],
  ])("%j is a misuse, and no token leaves", async (args, err) => {
    expect(await speak(["presign", ...args], env)).toEqual({ code: 64, out: "", err: `postern: ${err}\n` });
  });
});

describe("postern credentials", () => {
  it("prints what a credential_process prints: placeholders, and the token for a session token", async () => {
    const token = await stack.tokenOf("analyst");
    const { code, out, err } = await speak(["credentials", "--token-file", fileWith(`${token}\n`)], env);
    expect([code, err, out.split("\n").length]).toEqual([0, "", 2]);
    expect(JSON.parse(out)).toEqual({
      Version: 1,
      AccessKeyId: expect.stringMatching(/^\w{16,128}$/),
      SecretAccessKey: expect.any(String),
      SessionToken: token,
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
  });

  it("prints what an SDK signs requests to Postern with", async () => {
    const { out } = await speak(["credentials", "analyst"], env);
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(out) as Record<string, string>;
    const client = new S3Client({
      endpoint: stack.url,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: {
        accessKeyId: AccessKeyId ?? "",
        secretAccessKey: SecretAccessKey ?? "",
        sessionToken: SessionToken ?? "",
      },
    });
    const { Body } = await client.send(new GetObjectCommand({ Bucket: "reports", Key: "q3.txt" }));
    expect(await Body?.transformToString()).not.toBe("");
    client.destroy();
  });

  it("prints the real ones of a role where a rule allows it, and says why not elsewhere", async () => {
    const { code, out } = await speak(["credentials", "analyst", "--role", analyst], env);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      Version: 1,
      AccessKeyId: expect.stringMatching(/^ASIA/),
      AccountId: "123456789012",
    });
    expect(await speak(["credentials", "analyst", "--role", roleOf("admin")], env)).toEqual({
      code: 1,
      out: "",
      err: "postern: Postern refuses: No rule allows this operation. (denied-no-rule)\n",
    });
  });

  it("says why there are none, for a guest too", async () => {
    expect(await speak(["credentials", "guest"], env)).toEqual({
      code: 1,
      out: "",
      err: "postern: Postern refuses: The request carries no token. (token-missing)\n",
    });
  });

  it("does not take any server for Postern", async () => {
    const other = createServer((_, response) => response.end(JSON.stringify({ AccessKeyId: "a\u001b[2J" })));
    await once(other.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    expect(await speak(["credentials", "--url", url], { ...env, POSTERN_TOKEN: "x.y.z" })).toEqual({
      code: 1,
      out: "",
      err: `postern: what answers at ${url} is not Postern\n`,
    });
    other.closeAllConnections();
    other.close();
    await once(other, "close");
    expect((await speak(["credentials", "--url", url], { ...env, POSTERN_TOKEN: "x.y.z" })).err).toBe(
      `postern: nothing answers at ${url}\n`,
    );
  });
});
