import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { request } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { roleOf, startPages } from "../proxy/pages/pages-stack.ts";
import { startAwsCli } from "../support/aws-cli.ts";
import { findAwsCli, findBoto3, type FoundClient } from "../support/found-clients.ts";
import { CLIENT_ENV } from "../support/run-client.ts";
import type { Stack } from "../support/stack.ts";

const machineNow = Date.now;
const BIN = join(import.meta.dirname, "../../bin/postern.js");
const PROGRAM = join(import.meta.dirname, "../support/python/long_lived.py");
const MINUTE_MS = 60_000;
const ANALYST = roleOf("analyst");
const RULE = `{ name: analysts get keys, who: { groups: [analysts] }, allow: [postern:GetCredentials], on: ["${ANALYST}"], role: ${ANALYST} }`;

/** What came of a call to S3 and one to DynamoDB, or what went wrong. */
type Came = Readonly<Record<string, string>>;
const WORKED: Came = { object: expect.stringContaining("revenue") as string, total: "120" };

let stack: Stack;
let folder: string;
let tokenFile: string;
/** How far the clocks of Postern and of the stand-in are ahead of those of other processes. */
let aheadMs: number;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  aheadMs = 0;
  const now = () => machineNow() + aheadMs;
  const aws = { now, lifetimes: { idTokenMs: 4 * MINUTE_MS } };
  stack = await startPages("{ credentials: { real: true } }", [RULE], { now, aws });
  folder = mkdtempSync(join(tmpdir(), "postern-containers-"));
  tokenFile = join(folder, "token");
  await renew();
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await stack.close();
  rmSync(folder, { recursive: true });
});

/** As whoever signs the user in does it before the token ends. */
async function renew(): Promise<void> {
  writeFileSync(tokenFile, await stack.tokenOf("analyst"));
}

/** With the one token, not with it when it is over, and with the next without a new start. */
async function goesOn(work: () => Promise<Came>, refused = "token-expired"): Promise<void> {
  expect(await work()).toEqual(WORKED);
  aheadMs += 5 * MINUTE_MS;
  expect(await work()).toEqual({ error: expect.stringContaining(refused) });
  await renew();
  expect(await work()).toEqual(WORKED);
}

/** What an SDK is to find in its environment, besides nothing else. */
type Settings = Readonly<Record<string, string>>;

const container = (query = ""): Settings => ({
  AWS_ENDPOINT_URL: stack.url,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: `${stack.url}/.postern/credentials${query}`,
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
});

function profile(...args: readonly string[]): Settings {
  const words = [
    process.execPath,
    BIN,
    "credentials",
    "--token-file",
    tokenFile,
    "--url",
    stack.url,
    ...args,
  ];
  const path = join(folder, "config");
  const lines = [
    `endpoint_url = ${stack.url}`,
    "region = us-east-1",
    `credential_process = ${words.join(" ")}`,
  ];
  writeFileSync(path, ["[profile reports]", ...lines, ""].join("\n"));
  return { AWS_CONFIG_FILE: path, AWS_PROFILE: "reports" };
}

/** Of a program that stays: a line in, a line out. */
function startPython({ path }: FoundClient, env: Settings): (line: string) => Promise<Came> {
  const child = spawn(path, [PROGRAM], {
    env: { ...CLIENT_ENV, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const told = createInterface(child.stdout)[Symbol.asyncIterator]();
  ends.push(async () => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, "close");
  });
  return async (line) => {
    child.stdin.write(`${line}\n`);
    return JSON.parse(String((await told.next()).value)) as Came;
  };
}

/** Whether it has the variables that came with release 1.34.41 of boto3 (EKS user guide, Pod Identity). */
const readsTokenFiles = ({ version }: FoundClient): boolean =>
  Number(/\d+\.(?<minor>\d+)/.exec(version)?.groups?.["minor"]) > 34;
const pythons = findBoto3();
const modern = pythons.filter(readsTokenFiles);
const older = pythons.filter((one) => !readsTokenFiles(one));
const clis = findAwsCli();

it.skipIf(pythons.length * clis.length === 0)("boto3 and the AWS CLI are there to be tried", () => {
  expect(pythons.length).toBeGreaterThan(0);
});

describe.runIf(modern.length > 0).each(modern)("$version", (python) => {
  it("goes on with the next token of its file", async () => {
    const ask = startPython(python, container());
    await goesOn(() => ask("read"));
  });

  it("gets nothing past Postern by its placeholders", async () => {
    const ask = startPython(python, { ...container(), AWS_ENDPOINT_URL: stack.aws.url });
    expect(await ask("read")).toEqual({ error: expect.stringContaining("InvalidAccessKeyId") });
  });

  it("signs with real credentials past Postern, as their role", async () => {
    const direct = { AWS_ENDPOINT_URL: stack.aws.url };
    const ask = startPython(python, { ...container(`?role=${encodeURIComponent(ANALYST)}`), ...direct });
    expect(await ask("identify")).toEqual({ arn: expect.stringContaining(":assumed-role/analyst/") });
    expect(await ask("read")).toEqual(WORKED);
  });
});

describe.runIf(older.length > 0).each(older)("$version", (python) => {
  it("takes the token of the variable, as it knows no file", async () => {
    const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: _unknown, ...env } = container();
    const AWS_CONTAINER_AUTHORIZATION_TOKEN = await stack.tokenOf("analyst");
    const ask = startPython(python, {
      ...env,
      OWN_ENDPOINT_URL: stack.url,
      AWS_CONTAINER_AUTHORIZATION_TOKEN,
    });
    expect(await ask("read")).toEqual(WORKED);
  });
});

describe.runIf(pythons.length > 0).each(pythons)("$version with a credential_process", (python) => {
  it("goes on with the next token of the file", async () => {
    const ask = startPython(python, { ...profile(), OWN_ENDPOINT_URL: stack.url });
    await goesOn(() => ask("read"));
  });
});

describe.runIf(clis.length > 0).each(clis)("$version with a credential_process", (found) => {
  const KEY = JSON.stringify({ customerId: { S: "acme" }, orderId: { S: "2026-001" } });
  const ITEM = ["dynamodb", "get-item", "--table-name", "Orders", "--key", KEY, "--query", "Item.total.N"];

  /** Runs a command to its output, or its complaint. */
  function start(env: Settings, endpoint: string): (...args: readonly string[]) => Promise<string> {
    const cli = startAwsCli(found.path);
    ends.push(cli.close);
    return async (...args) => {
      const { code, out, err } = await cli.run([...args, "--endpoint-url", endpoint], { env, folder });
      if (code !== 0) throw new Error(err);
      return out.toString();
    };
  }

  it("goes on with the next token of the file", async () => {
    const aws = start(profile(), stack.url);
    await goesOn(async () => {
      try {
        const object = await aws("s3", "cp", "s3://reports/q3.txt", "-");
        return { object, total: JSON.parse(await aws(...ITEM, "--output", "json")) as string };
      } catch (error) {
        return { error: String(error) };
      }
    });
  });

  it("signs with real credentials past Postern, as their role", async () => {
    const aws = start(profile("--role", ANALYST), stack.aws.url);
    const told = await aws("sts", "get-caller-identity", "--output", "json");
    expect(JSON.parse(told)).toMatchObject({ Arn: expect.stringContaining(":assumed-role/analyst/") });
    await expect(aws("s3", "rm", "s3://audit/2026/log.txt")).rejects.toThrow("AccessDenied");
  });
});

describe("the AWS SDK for JavaScript", () => {
  const NONE = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"];

  function startClients(settings: Settings): () => Promise<Came> {
    // It goes on with what it has until that is over by its own clock, and asks for the next beside that.
    vi.spyOn(Date, "now").mockImplementation(() => machineNow() + aheadMs);
    for (const name of NONE) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries({ ...CLIENT_ENV, HOME: folder, ...settings }))
      vi.stubEnv(name, value);
    const options = { region: "us-east-1", credentials: defaultProvider(), maxAttempts: 1 };
    const s3 = new S3Client({ ...options, forcePathStyle: true });
    const dynamodb = new DynamoDBClient(options);
    ends.push(
      () => s3.destroy(),
      () => dynamodb.destroy(),
    );
    const Key = { customerId: { S: "acme" }, orderId: { S: "2026-001" } };
    return async () => {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: "reports", Key: "q3.txt" }));
        const { Item } = await dynamodb.send(new GetItemCommand({ TableName: "Orders", Key }));
        return { object: (await Body?.transformToString()) ?? "", total: Item?.["total"]?.N ?? "" };
      } catch (error) {
        return { error: String(error) };
      }
    };
  }

  /** All that it says where its providers fail. */
  const REFUSED = "Could not load credentials from any providers";

  it("goes on with the next token of its file", () => goesOn(startClients(container()), REFUSED));

  it("goes on with the next token of a credential_process", () => goesOn(startClients(profile()), REFUSED));

  it("signs with real credentials past Postern", async () => {
    const role = encodeURIComponent(ANALYST);
    const direct = { ...container(`?role=${role}`), AWS_ENDPOINT_URL: stack.aws.url };
    expect(await startClients(direct)()).toEqual(WORKED);
  });
});

async function askForReal(headers: Readonly<Record<string, string>>, role = ANALYST) {
  const url = `${stack.url}/.postern/credentials?role=${encodeURIComponent(role)}`;
  // Of undici, as fetch would not send some of these.
  const { statusCode, headers: answered, body } = await request(url, { headers });
  await body.dump();
  return [statusCode, answered["x-postern-reason"]];
}

describe("S6.2 real credentials of the role", () => {
  it("are refused to pages, browsers, proxies, and whoever has cookies", async () => {
    const authorization = `Bearer ${await stack.tokenOf("analyst")}`;
    expect(await askForReal({ authorization })).toEqual([200, undefined]);
    for (const [name, value] of Object.entries({
      origin: "http://localhost:3000",
      "sec-fetch-site": "none",
      via: "1.1 proxy",
      forwarded: "for=10.0.0.1",
      "x-forwarded-for": "10.0.0.1",
      cookie: "session=x",
    }))
      expect([name, ...(await askForReal({ authorization, [name]: value }))]).toEqual([
        name,
        403,
        "header-not-allowed",
      ]);
  });

  it("are refused to a guest, without the rule, and of another role", async () => {
    const [analyst, member] = [await stack.tokenOf("analyst"), await stack.tokenOf("member")];
    expect(await askForReal({})).toEqual([401, "token-missing"]);
    expect(await askForReal({ authorization: member })).toEqual([403, "denied-no-rule"]);
    expect(await askForReal({ authorization: analyst }, roleOf("admin"))).toEqual([403, "denied-no-rule"]);
  });
});
