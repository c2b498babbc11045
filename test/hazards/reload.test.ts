import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Follower } from "../../src/cli/follow-config.ts";
import { withRules } from "../support/own-rules.ts";
import { keySetOf, makeKey, signToken } from "../support/signed-tokens.ts";
import { countsOf, type Stack, startStack, type StackOptions } from "../support/stack.ts";

const DEV = readFileSync(join(import.meta.dirname, "../../config/dev.yaml"), "utf8");
const QUERY = JSON.stringify({
  TableName: "Orders",
  KeyConditionExpression: "customerId = :c",
  ExpressionAttributeValues: { ":c": { S: "acme" } },
});

let folder: string;
let file: string;
let stack: Stack;
let follower: Follower;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-reload-"));
  file = join(folder, "postern.yaml");
});
afterEach(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

async function start(config: string, options: StackOptions = {}): Promise<void> {
  put(config);
  stack = await startStack({ ...options, config: () => config });
  follower = stack.follow(file);
}
/** Puts a file in place as a whole. */
function put(text: string, path = file): void {
  writeFileSync(`${path}.next`, text);
  renameSync(`${path}.next`, path);
}
const logged = (words: string): number => stack.logged().split(words).length - 1;
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 10 });
async function change(config: string): Promise<void> {
  const before = logged("the configuration was reloaded");
  put(config);
  await eventually(() => expect(logged("the configuration was reloaded")).toBe(before + 1));
}
async function refuse(config: string): Promise<void> {
  const before = logged("the configuration was not reloaded");
  put(config);
  await eventually(() => expect(logged("the configuration was not reloaded")).toBe(before + 1));
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const exchanges = (): number => countsOf(stack.aws)["cognito-identity:GetCredentialsForIdentity"] ?? 0;
async function statusOf(path: string, init: RequestInit = {}): Promise<number> {
  const answer = await fetch(`${stack.url}${path}`, init);
  await answer.arrayBuffer();
  return answer.status;
}

/** Begins a query, of which the body lacks its end. */
function beginQuery(token: string): { upload: ClientRequest; end: () => Promise<number | undefined> } {
  const upload = request(`${stack.url}/dynamodb/`, {
    method: "POST",
    headers: {
      ...bearer(token),
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810.Query",
      "content-length": String(QUERY.length),
    },
  });
  const answered = once(upload, "response") as Promise<[IncomingMessage]>;
  upload.write(QUERY.slice(0, 10));
  return {
    upload,
    end: async () => {
      upload.end(QUERY.slice(10));
      const [answer] = await answered;
      answer.resume();
      return answer.statusCode;
    },
  };
}

/** The name `corp` stands for the issuer at a host. */
const corpIs = (host: string, keys: string): string =>
  withRules(
    DEV.replace(
      "  guests: allow",
      `  issuers: [{ name: corp, issuer: "https://${host}", audience: [app],
    jwksFile: "${join(folder, keys)}", groupsClaim: groups }]\n  guests: deny`,
    ).replace('sessionName: "${claim:client_id}"', 'sessionName: "${claim:sub}"'),
    `
  - name: corp
    who: { issuers: [corp], groups: [team] }
    allow: [dynamodb:Query]
    on: ["arn:aws:dynamodb:us-east-1:123456789012:table/Orders"]
    role: arn:aws:iam::123456789012:role/service
    credentials: service
`,
  );

describe("S4.8 an issuer whose name stands for another after a reload", () => {
  const [oldKey, newKey] = [makeKey("old"), makeKey("new")];

  it("gives its caller nothing that was got for the other's, not by a request that was under way either", async () => {
    writeFileSync(join(folder, "old"), keySetOf(oldKey));
    writeFileSync(join(folder, "new"), keySetOf(newKey));
    await start(corpIs("old.example", "old"));
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const claims = { sub: "alice", aud: "app", exp, iat: exp - 3600, groups: ["team"] };
    const query = beginQuery(signToken(oldKey, { ...claims, iss: "https://old.example" }));
    await sleep(100);
    await change(corpIs("new.example", "new"));
    expect(await query.end()).toBe(200);
    expect(countsOf(stack.aws)["sts:AssumeRole"]).toBe(1);
    const token = signToken(newKey, { ...claims, iss: "https://new.example" });
    const page = await fetch(`${stack.url}/.postern/whoami`, { headers: bearer(token) });
    expect(await page.text()).not.toContain("assumedRole");
    expect(await beginQuery(token).end()).toBe(200);
    expect(countsOf(stack.aws)["sts:AssumeRole"]).toBe(2);
  });
});

describe("S4.8 what a reload takes away", () => {
  it("drops the credentials of those who come to stand in a denylist", async () => {
    await start(DEV);
    const token = await stack.tokenOf("analyst");
    const headers = bearer(token);
    expect(await statusOf("/s3/reports/q3.txt", { headers })).toBe(200);
    const list = join(folder, "denied");
    writeFileSync(list, "sub:local/00000000-aaaa-4000-8000-000000000002\n");
    await change(DEV.replace("guests: allow", `guests: allow\n  denylistFile: "${list}"`));
    expect(await statusOf("/s3/reports/q3.txt", { headers })).toBe(401);
    await change(DEV);
    expect(await statusOf("/s3/reports/q3.txt", { headers })).toBe(200);
    expect(exchanges()).toBe(2);
  });

  it("drops those of guests, and of an app client", async () => {
    await start(DEV);
    const headers = bearer(await stack.tokenOf("member"));
    const both = async (): Promise<readonly number[]> => [
      await statusOf("/s3/public/index.txt"),
      await statusOf("/s3/home/00000000-aaaa-4000-8000-000000000004/notes.txt", { headers }),
    ];
    expect(await both()).toEqual([200, 200]);
    const before = exchanges();
    const closed = DEV.replace("guests: allow", "guests: deny").replace(
      / {4}- name: guests read[^]*?role: pool\n/,
      "",
    );
    await change(closed.replace("clientIds: [web, service]", "clientIds: [service]"));
    expect(await both()).toEqual([401, 401]);
    await change(DEV);
    expect(await both()).toEqual([200, 200]);
    expect(exchanges()).toBe(before + 2);
  });

  it("and who is revoked while a body is under way is refused before anything is got for it", async () => {
    const list = join(folder, "denied");
    writeFileSync(list, "# nobody\n");
    await start(DEV.replace("guests: allow", `guests: allow\n  denylistFile: "${list}"`));
    const query = beginQuery(await stack.tokenOf("analyst"));
    await sleep(100);
    put("sub:local/00000000-aaaa-4000-8000-000000000002\n", list);
    const headers = bearer(await stack.tokenOf("analyst"));
    await eventually(async () => expect(await statusOf("/s3/reports/q3.txt", { headers })).toBe(401));
    const before = exchanges();
    expect(await query.end()).toBe(400);
    expect(exchanges()).toBe(before);
    expect(stack.outcomes.at(-1)).toMatchObject({ reason: "token-revoked" });
  });
});

describe("what is no whole configuration is not taken over", () => {
  const withoutLast = DEV.slice(0, DEV.indexOf("    - name: the audit trail"));

  it("a file that is still being written, though somebody asks just then", async () => {
    await start(DEV);
    const headers = bearer(await stack.tokenOf("admin"));
    const write = () => statusOf("/s3/audit/x", { method: "PUT", headers, body: "x" });
    expect(await write()).toBe(403);
    writeFileSync(file, withoutLast);
    follower.reload();
    await sleep(40);
    appendFileSync(file, DEV.slice(withoutLast.length));
    await eventually(() => expect(logged("the configuration was reloaded")).toBe(1));
    expect(await write()).toBe(403);
    expect(stack.outcomes.filter(({ verdict }) => verdict === "permit")).toEqual([]);
  });

  it("one of another kind or size: what runs goes on, and says little of it", async () => {
    await start(DEV);
    const headers = bearer(await stack.tokenOf("analyst"));
    const read = () => statusOf("/s3/reports/q3.txt", { headers });
    await refuse("a: b\n".repeat(100_000));
    expect(await read()).toBe(200);
    expect(stack.logged().length).toBeLessThan(100_000);
    await refuse(`# ${"x".repeat(1024 * 1024)}\n`);
    rmSync(file);
    expect(spawnSync("mkfifo", [file]).status).toBe(0);
    await sleep(300);
    expect(await read()).toBe(200);
  });

  it("and one that is refused changes nothing of what runs, not how many may wait for keys either", async () => {
    await start(DEV);
    const dead = `  issuers: [{ name: dead, issuer: "https://dead.example", audience: [x], jwksUri: "http://127.0.0.1:1/keys" }]\n`;
    const several = DEV.replace(/who: \{ (?!guest)/g, "who: { issuers: [local], ");
    await refuse(`${several.replace("  guests: allow", `${dead}  guests: allow`)}limits: { inFlight: 4 }\n`);
    expect(stack.logged()).toContain("keys of issuer dead cannot be had");
    const [header = "", payload = "", signature = ""] = (await stack.tokenOf("analyst")).split(".");
    const { alg } = JSON.parse(Buffer.from(header, "base64url").toString()) as { alg: string };
    const bogus = (kid: string) =>
      `${Buffer.from(JSON.stringify({ alg, kid })).toString("base64url")}.${payload}.${signature}`;
    const reasons = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const answer = await fetch(`${stack.url}/s3/reports/q3.txt`, { headers: bearer(bogus(`kid-${i}`)) });
        await answer.arrayBuffer();
        return answer.headers.get("x-postern-reason");
      }),
    );
    expect(new Set(reasons)).toEqual(new Set(["token-signature"]));
  });
});

/** A line of a key file. */
const keyLine = (id: string, byte: number): string => `${id}:${Buffer.alloc(32, byte).toString("base64")}\n`;

it("a key file with other keys is taken over, though the configuration names it as before", async () => {
  const keys = join(folder, "keys");
  writeFileSync(keys, keyLine("a", 1));
  await start(
    DEV.replace(
      "  # For callers without",
      `  shared: { url: "redis://127.0.0.1:1", keyFile: "${keys}", deployment: test }\n  # For`,
    ),
  );
  put(keyLine("b", 2) + keyLine("a", 1), keys);
  await eventually(() => expect(logged("the configuration was reloaded")).toBe(1));
});

it("S4.6 record mode that is over stays over, though the clock is set back", async () => {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const until = new Date(Date.now() + 60_000).toISOString();
  await start(DEV.replace("policy:\n", `policy:\n  mode: record\n  until: ${until}\n`), {
    now,
    aws: { now },
  });
  const headers = bearer(await stack.tokenOf("analyst"));
  const read = () => statusOf("/s3/reports/q9.txt?tagging", { headers });
  await read();
  expect(stack.outcomes.at(-1)).toMatchObject({ verdict: "permit", rule: "record mode" });
  ahead = 61_000;
  await read();
  expect(stack.outcomes.at(-1)).toMatchObject({ reason: "denied-no-rule" });
  await change(
    `${DEV.replace("policy:\n", `policy:\n  mode: record\n  until: ${until}\n`)}limits: { inFlight: 9 }\n`,
  );
  await sleep(20);
  ahead = 0;
  await read();
  expect(stack.outcomes.at(-1)).toMatchObject({ reason: "denied-no-rule" });
});
