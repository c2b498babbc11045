import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPages } from "../proxy/pages/pages-stack.ts";
import { encodePercent } from "../../src/domain/percent.ts";
import { HOSTILE_KEYS } from "../support/hostile-keys.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import type { Stack } from "../support/stack.ts";

/** What the shipped rules ask besides: who asks now fulfils it. */
const ASKED: readonly (readonly [rule: string, condition: string])[] = [
  ["analysts read reports", "IpAddress: { aws:SourceIp: 127.0.0.0/8 }"],
  ["editors write reports", 'DateGreaterThan: { aws:CurrentTime: "2020-01-01T00:00:00Z" }'],
];
const withConditions = (yaml: string): string =>
  ASKED.reduce(
    (text, [rule, condition]) =>
      text.replace(`- name: ${rule}\n`, (name) => `${name}      when: { ${condition} }\n`),
    yaml,
  );
const MINUTE_MS = 60_000;

let stack: Stack;
/** How far the clocks of Postern and of the stand-in are ahead of the machine's. */
let aheadMs = 0;
const tokens = new Map<string, string>();

const now = (): number => Date.now() + aheadMs;

beforeAll(async () => {
  stack = await startPages("{ presign: {} }", [], { now, aws: { now }, config: withConditions });
  for (const user of ["admin", "analyst", "editor", "member"]) tokens.set(user, await stack.tokenOf(user));
});
afterAll(() => stack.close());

interface Told {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function ask(user: string, question: object): Promise<Response> {
  return fetch(`${stack.url}/.postern/presign`, {
    method: "POST",
    headers: { authorization: `Bearer ${tokens.get(user)}`, "content-type": "application/json" },
    body: JSON.stringify(question),
  });
}

async function presign(method: string, target: string, more: object = {}): Promise<Told> {
  const answer = await ask("admin", { method, target, ...more });
  expect([target, answer.status]).toEqual([target, 200]);
  return (await answer.json()) as Told;
}

const targetOf = (key: string): string => `/s3/reports/${encodePercent(key)}`;

/** By a client that has nothing but the URL. */
async function use(method: string, url: string, more: { body?: string; headers?: Told["headers"] } = {}) {
  const answer = await fetch(url, { method, ...more });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

describe("a presigned URL, with plain fetch", () => {
  it.each(HOSTILE_KEYS)("writes and reads %j, and no other key", async (key) => {
    const target = targetOf(key);
    const body = `of ${key}`;
    const headers = { "content-type": "text/plain", "x-amz-meta-colour": "blue" };
    const put = await presign("PUT", target, { headers });
    expect(put.headers).toEqual(headers);
    expect((await use("PUT", put.url, { body, headers })).status).toBe(200);
    // What was written is what Postern would have written.
    const through = await request(stack.url + target, {
      headers: { authorization: `Bearer ${tokens.get("admin")}` },
    });
    expect(await through.body.text()).toBe(body);
    const read = await use("GET", (await presign("GET", target)).url);
    expect([read.status, read.text, read.headers.get("x-amz-meta-colour")]).toEqual([200, body, "blue"]);
    const head = await use("HEAD", (await presign("HEAD", target)).url);
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(Buffer.byteLength(body))]);
  });

  it("works until it is over, and not a second longer", async () => {
    const { url } = await presign("GET", targetOf("q3.txt"), { expires: 300 });
    const before = aheadMs;
    aheadMs += 4 * MINUTE_MS;
    expect((await use("GET", url)).status).toBe(200);
    aheadMs += MINUTE_MS + 1000;
    const { status, text } = await use("GET", url);
    expect([status, /<Message>([^<]*)</.exec(text)?.[1]]).toEqual([403, "Request has expired"]);
    aheadMs = before;
  });

  it("uploads the parts of a whole", async () => {
    const target = targetOf("in parts");
    const authorization = `Bearer ${tokens.get("admin")}`;
    const own = { headers: { authorization }, method: "POST" };
    const begun = await fetch(`${stack.url}${target}?uploads`, own);
    const id = encodePercent(/<UploadId>([^<]+)</.exec(await begun.text())?.[1] ?? "");
    const bodies = ["a".repeat(5 * 1024 * 1024), "the end"];
    const tags: string[] = [];
    for (const [i, body] of bodies.entries()) {
      const { url } = await presign("PUT", `${target}?partNumber=${i + 1}&uploadId=${id}`);
      const { status, headers } = await use("PUT", url, { body });
      expect(status).toBe(200);
      tags.push(headers.get("etag") ?? "");
      // A part is no other part.
      const other = url.replace(`partNumber=${i + 1}`, "partNumber=7");
      expect((await use("PUT", other, { body: "x" })).status).toBe(403);
    }
    const parts = tags.map((tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag}</ETag></Part>`);
    const body = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
    const done = await fetch(`${stack.url}${target}?uploadId=${id}`, { ...own, body });
    expect(await done.text()).toContain("CompleteMultipartUploadResult");
    const { text } = await use("GET", (await presign("GET", target)).url);
    expect(text === bodies.join("")).toBe(true);
  });
});

/** Bound to a URL, so that what AWS takes does nothing and is told apart. */
const NEVER = { "if-match": '"x"' };

/** Raw, as most clients would take dot segments away. */
async function sendRaw(url: string): Promise<number | undefined> {
  const { origin, host } = new URL(url);
  const lines = [["Host", host] as const, ...Object.entries(NEVER)];
  const text = requestText(`GET ${url.slice(origin.length)}`, lines);
  return (await exchange(stack.aws.port, text)).answers[0]?.status;
}

describe("C6 a presigned URL that was changed", () => {
  const changes: readonly (readonly [what: string, change: (url: string) => string])[] = [
    ["another key", (url) => url.replace("q3.txt", "q4.txt")],
    ["another bucket", (url) => url.replace("/reports/", "/audit/")],
    ["a key below", (url) => url.replace("q3.txt", "q3.txt/x")],
    ["a dot segment", (url) => url.replace("/reports/", "/audit/../reports/")],
    ["a doubled slash", (url) => url.replace("/reports/", "//reports/")],
    ["another thing to do", (url) => `${url}&acl`],
    ["a name of its own", (url) => `${url}&response-content-type=text/html`],
    ["a longer life", (url) => url.replace(/X-Amz-Expires=\d+/, "X-Amz-Expires=604800")],
    ["another day", (url) => url.replace(/X-Amz-Date=\d{8}/, "X-Amz-Date=20991231")],
    ["no session token", (url) => url.replace(/&X-Amz-Security-Token=[^&]*/, "")],
    ["fewer signed headers", (url) => url.replace(/X-Amz-SignedHeaders=[^&]*/, "X-Amz-SignedHeaders=host")],
    ["another signature", (url) => url.replace(/X-Amz-Signature=./, "X-Amz-Signature=g")],
  ];

  it.each(changes)("is refused by AWS for %s", async (_what, change) => {
    const { url } = await presign("GET", targetOf("q3.txt"), { headers: NEVER });
    expect(change(url)).not.toBe(url);
    expect(await sendRaw(url)).toBe(412);
    expect([400, 403]).toContain(await sendRaw(change(url)));
  });

  it.each<readonly [what: string, method: string, headers: Told["headers"]]>([
    ["another method", "GET", { "content-type": "text/plain", "x-amz-meta-colour": "blue" }],
    ["another value", "PUT", { "content-type": "text/plain", "x-amz-meta-colour": "red" }],
    ["a header left out", "PUT", { "content-type": "text/plain" }],
    ["another type", "PUT", { "content-type": "text/html", "x-amz-meta-colour": "blue" }],
    [
      "a header of S3 that was not signed",
      "PUT",
      { "content-type": "text/plain", "x-amz-meta-colour": "blue", "x-amz-acl": "public-read" },
    ],
  ])("is refused by AWS with %s", async (_what, method, headers) => {
    const bound = { "content-type": "text/plain", "x-amz-meta-colour": "blue" };
    const { url } = await presign("PUT", targetOf("bound.txt"), { headers: bound });
    const body = method === "PUT" ? { body: "x" } : {};
    expect((await use(method, url, { ...body, headers })).status).toBe(403);
    expect((await use("PUT", url, { body: "x", headers: bound })).status).toBe(200);
  });
});

/** An object of a user's own. */
function notesOf(user: string): string {
  const claims = (tokens.get(user) ?? "").split(".")[1] ?? "";
  const { sub } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { sub: string };
  return `/s3/home/${sub}/notes.txt`;
}

describe("S3.9 no URL is given", () => {
  it("for another caller's object", async () => {
    for (const method of ["GET", "HEAD", "PUT"]) {
      expect((await ask("member", { method, target: notesOf("member") })).status).toBe(200);
      const { status, headers } = await ask("member", { method, target: notesOf("analyst") });
      expect([status, headers.get("x-postern-reason")]).toEqual([403, "denied-no-rule"]);
    }
  });

  it.each([
    ["from where", "analyst", "GET", "/s3/reports/q3.txt"],
    ["when", "editor", "PUT", "/s3/reports/mine.txt"],
  ])("where the rule asks %s it is used, though %s may do it now", async (_what, user, method, target) => {
    const authorization = `Bearer ${tokens.get(user)}`;
    expect((await fetch(stack.url + target, { method, headers: { authorization } })).status).toBe(200);
    const { status, headers } = await ask(user, { method, target });
    expect([status, headers.get("x-postern-reason")]).toEqual([403, "presign-refused"]);
  });
});
