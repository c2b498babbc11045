import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange, requestText } from "../../support/raw-client.ts";
import type { Stack } from "../../support/stack.ts";
import { roleOf, startPages } from "./pages-stack.ts";

let stack: Stack;
const tokens = new Map<string, string>();

const S3 = "arn:aws:s3:::";
const analyst = roleOf("analyst");
const RULES = [
  `{ name: by day, who: { groups: [analysts] }, when: { DateGreaterThan: { aws:CurrentTime: "2020-01-01T00:00:00Z" } }, allow: [s3:PutObject], on: ["${S3}reports/*"], role: ${analyst} }`,
  `{ name: from here, who: { groups: [editors] }, when: { IpAddress: { aws:SourceIp: 127.0.0.0/8 } }, allow: [s3:GetObject], on: ["${S3}reports/*"], role: ${roleOf("admin")} }`,
  `{ name: not from there, who: { groups: [editors] }, when: { IpAddress: { aws:SourceIp: 10.0.0.0/8 } }, deny: [s3:PutObject], on: ["${S3}reports/inside/*"] }`,
];

beforeAll(async () => {
  stack = await startPages("{ presign: { maxExpires: 10m } }", RULES, {
    config: (yaml) =>
      yaml.replace(
        "guests: allow",
        "guests: allow\n  cookie: { name: session, origins: [https://app.test] }",
      ),
  });
  for (const user of ["analyst", "editor", "admin", "member", "service"])
    tokens.set(user, await stack.tokenOf(user));
});
afterAll(() => stack.close());

interface Told {
  readonly status: number;
  readonly reason: string | null;
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly expires: string;
}

async function ask(user: string, question: unknown, headers: Record<string, string> = {}): Promise<Told> {
  const answer = await fetch(`${stack.url}/.postern/presign`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(user !== "guest" && { authorization: `Bearer ${tokens.get(user)}` }),
      ...headers,
    },
    body: typeof question === "string" ? question : JSON.stringify(question),
  });
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
  const told = (await answer.json()) as Omit<Told, "status" | "reason">;
  return { ...told, status: answer.status, reason: answer.headers.get("x-postern-reason") };
}

const get = (target: string, more: object = {}) => ({ method: "GET", target, ...more });

async function use({ url, method, headers }: Told, body?: string): Promise<[status: number, text: string]> {
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
  return [answer.status, await answer.text()];
}

describe("a presigned URL", () => {
  it("does at S3 what the caller may do, without Postern", async () => {
    const told = await ask("analyst", get("/s3/reports/q3.txt"));
    expect(told).toMatchObject({ status: 200, method: "GET", headers: {} });
    expect(told.url.startsWith(`http://127.0.0.1:${stack.aws.port}/reports/q3.txt?X-Amz-`)).toBe(true);
    const [status, text] = await use(told);
    const direct = await fetch(`${stack.url}/s3/reports/q3.txt`, {
      headers: { authorization: `Bearer ${tokens.get("analyst")}` },
    });
    expect([status, text]).toEqual([200, await direct.text()]);
  });

  it("does nothing else", async () => {
    const { url } = await ask("editor", { method: "PUT", target: "/s3/reports/one.txt" });
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url.replace("one.txt", "two.txt"), { method: "PUT", body: "x" })).status).toBe(403);
    expect((await fetch(`${url}&acl`, { method: "PUT", body: "x" })).status).toBe(403);
    const acl = { "x-amz-acl": "public-read" };
    expect((await fetch(url, { method: "PUT", body: "x", headers: acl })).status).toBe(403);
    expect((await fetch(url, { method: "PUT", body: "x" })).status).toBe(200);
  });

  it("S3.9 binds every header that was asked for, and tells what is to be sent", async () => {
    const headers = { "content-type": "text/plain", "x-amz-meta-colour": "blue" };
    const told = await ask("editor", { method: "PUT", target: "/s3/reports/bound.txt", headers });
    expect(told.headers).toEqual({ "x-amz-meta-colour": "blue", "content-type": "text/plain" });
    expect((await use({ ...told, headers: {} }, "x"))[0]).toBe(403);
    const other = { ...told, headers: { ...headers, "content-type": "text/html" } };
    expect((await use(other, "x"))[0]).toBe(403);
    expect((await use(told, "x"))[0]).toBe(200);
    const read = await fetch((await ask("admin", get("/s3/reports/bound.txt"))).url);
    expect([read.headers.get("content-type"), read.headers.get("x-amz-meta-colour")]).toEqual([
      "text/plain",
      "blue",
    ]);
  });

  it("is for HEAD and for a part of an upload too", async () => {
    const head = await ask("analyst", { method: "HEAD", target: "/s3/reports/q3.txt" });
    expect((await use(head))[0]).toBe(200);
    const begun = await fetch(`${stack.url}/s3/reports/large.bin?uploads`, {
      method: "POST",
      headers: { authorization: `Bearer ${tokens.get("admin")}` },
    });
    const id = /<UploadId>([^<]+)</.exec(await begun.text())?.[1] ?? "";
    const target = `/s3/reports/large.bin?partNumber=1&uploadId=${encodeURIComponent(id)}`;
    expect((await use(await ask("admin", { method: "PUT", target }), "part"))[0]).toBe(200);
    expect(stack.outcomes.at(-1)?.operation).toBe("Presign UploadPart");
  });

  it("is recorded once, with what was decided, and with nothing of itself", async () => {
    const before = stack.outcomes.length;
    const { url } = await ask("analyst", get("/s3/reports/q3.txt"));
    expect(stack.outcomes.slice(before)).toMatchObject([
      {
        method: "POST",
        upstream: "s3",
        operation: "Presign GetObject",
        resource: `${S3}reports/q3.txt`,
        verdict: "permit",
        rule: "analysts read reports",
        role: analyst,
        outcome: "ok",
        status: 200,
      },
    ]);
    const query = new URL(url).searchParams;
    for (const secret of ["X-Amz-Signature", "X-Amz-Security-Token"])
      expect(stack.logged()).not.toContain(query.get(secret));
  });

  it("takes a wish for a role as any request does", async () => {
    const target = `/s3/home/${String(claimsOf(tokens.get("member"))["sub"])}/a.txt`;
    const question = { method: "PUT", target };
    expect((await ask("member", question)).status).toBe(200);
    const wish = { "x-postern-role": roleOf("admin") };
    expect((await ask("member", question, wish)).reason).toBe("role-not-granted");
    expect((await ask("analyst", get("/s3/reports/q3.txt"), wish)).reason).toBe("role-not-granted");
  });
});

function claimsOf(token = ""): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<
    string,
    unknown
  >;
}

const secondsOf = ({ url }: Told) => Number(new URL(url).searchParams.get("X-Amz-Expires"));

describe("S3.9 how long a URL lives", () => {
  it("is what was asked for, and at most what is configured, which the answer says", async () => {
    for (const [expires, seconds] of [
      [1, 1],
      [300, 300],
      [600, 600],
      [601, 600],
      [Number.MAX_SAFE_INTEGER, 600],
      [undefined, 600],
    ]) {
      const told = await ask("analyst", get("/s3/reports/q3.txt", { expires }));
      expect(secondsOf(told)).toBe(seconds);
      const date = new URL(told.url).searchParams.get("X-Amz-Date") ?? "";
      const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
      const [year = 0, month = 0, ...rest] = parts.map(Number);
      expect(Date.parse(told.expires)).toBe(Date.UTC(year, month - 1, ...rest) + seconds! * 1000);
    }
  });

  it("ends with the token", async () => {
    let nowMs = Date.now();
    const now = () => nowMs;
    const late = await startPages("{ presign: { maxExpires: 7d } }", [], { now, aws: { now } });
    try {
      const token = await late.tokenOf("analyst");
      const endsMs = Number(claimsOf(token)["exp"]) * 1000;
      const ask = async (leftMs: number) => {
        nowMs = endsMs - leftMs;
        const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
        const body = JSON.stringify(get("/s3/reports/q3.txt"));
        return fetch(`${late.url}/.postern/presign`, { method: "POST", headers, body });
      };
      const told = (await (await ask(5999)).json()) as Told;
      expect([secondsOf(told), Date.parse(told.expires)]).toEqual([5, endsMs - 1000]);
      expect((await ask(999)).headers.get("x-postern-reason")).toBe("presign-refused");
    } finally {
      await late.close();
    }
  });
});

describe("S3.9 a URL is refused", () => {
  const refusals: readonly (readonly [why: string, user: string, question: unknown, reason: string])[] = [
    ["for what a rule denies", "editor", { method: "PUT", target: "/s3/audit/x" }, "denied-by-rule"],
    ["for what no rule allows", "analyst", get("/s3/audit/x"), "denied-no-rule"],
    [
      "for a header that no rule allows",
      "editor",
      { method: "PUT", target: "/s3/reports/x", headers: { "x-amz-tagging": "a=b" } },
      "denied-no-rule",
    ],
    [
      "for a rule that asks when it is used",
      "analyst",
      { method: "PUT", target: "/s3/reports/x" },
      "presign-refused",
    ],
    [
      "for a deny that asks from where it is used",
      "editor",
      { method: "PUT", target: "/s3/reports/inside/x" },
      "presign-refused",
    ],
    ["for listing", "admin", get("/s3/reports?list-type=2"), "presign-refused"],
    ["for buckets", "admin", get("/s3/"), "presign-refused"],
    ["for a setting of an object", "admin", get("/s3/reports/q3.txt?acl"), "presign-refused"],
    [
      "for a setting that a body makes",
      "admin",
      { method: "PUT", target: "/s3/reports?website" },
      "presign-refused",
    ],
    [
      "for a copy",
      "admin",
      { method: "PUT", target: "/s3/reports/x", headers: { "x-amz-copy-source": "audit/x" } },
      "presign-refused",
    ],
    ["for what hands out credentials", "admin", get("/s3/reports?session"), "operation-unknown"],
    ["for DynamoDB", "admin", get("/dynamodb/"), "presign-refused"],
    ["for a page of Postern's own", "admin", get("/.postern/credentials"), "presign-refused"],
    ["for no upstream", "admin", get("/nowhere/x"), "upstream-unknown"],
    ["for a target of another form", "admin", get("http://evil.test/s3/a/b"), "target-malformed"],
    ["for a target with a line end", "admin", get("/s3/reports/a\r\nHost: evil.test"), "target-malformed"],
    ["for a backslash", "admin", get("/s3/reports/a\\..\\..\\audit/x"), "target-malformed"],
    ["for a dot segment", "admin", get("/s3/reports/%2e%2e/audit/x"), "target-ambiguous"],
    [
      "for a query that is signed already",
      "admin",
      get("/s3/reports/x?X-Amz-Signature=0"),
      "presigned-not-accepted",
    ],
    ["for a header of S3 in the query", "admin", get("/s3/reports/x?x-amz-acl=private"), "query-not-allowed"],
    ["for a host that is none", "admin", get("/s3/reports/x", { host: "a@b" }), "target-malformed"],
    [
      "for a digest that the signature does not cover",
      "admin",
      { method: "PUT", target: "/s3/reports/x", headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } },
      "header-not-allowed",
    ],
    [
      "for a session token",
      "admin",
      get("/s3/reports/x", { headers: { "x-amz-security-token": "x" } }),
      "header-not-allowed",
    ],
    [
      "for a header that a read does not take",
      "admin",
      get("/s3/reports/x", { headers: { "x-amz-meta-a": "b" } }),
      "header-not-allowed",
    ],
    ["for a guest", "guest", get("/s3/public/hello.txt"), "presign-refused"],
    ["for a question that is none", "admin", "[]", "body-malformed"],
    ["for a question of more than 16 KiB", "admin", get(`/s3/${"a".repeat(16_384)}`), "body-too-large"],
  ];
  it.each(refusals)("%s", async (_why, user, question, reason) => {
    const calls = stack.arrived();
    const told = await ask(user, question);
    expect(told.reason).toBe(reason);
    expect(told.url).toBeUndefined();
    expect(stack.arrived()).toBe(calls);
  });

  it("says in the log why the moment matters", async () => {
    await ask("analyst", { method: "PUT", target: "/s3/reports/x" });
    expect(stack.outcomes.at(-1)).toMatchObject({
      operation: "Presign PutObject",
      reason: "presign-refused",
      detail: expect.stringContaining(`s3:PutObject on ${S3}reports/x`),
    });
  });

  it("or given by the rule that holds at any time, in its role", async () => {
    expect((await ask("editor", get("/s3/reports/q3.txt"))).status).toBe(200);
    expect(stack.outcomes.at(-1)).toMatchObject({ rule: "analysts read reports", role: analyst });
  });

  it("to whoever brings a token in a cookie", async () => {
    const told = await ask("guest", get("/s3/reports/q3.txt"), {
      cookie: `session=${tokens.get("analyst")}`,
      origin: "https://app.test",
      "x-postern-client": "1",
    });
    expect(told.reason).toBe("presign-refused");
  });

  it("without a type, in another, and in a coding", async () => {
    const question = get("/s3/reports/q3.txt");
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
      expect((await ask("analyst", question, { "content-type": type })).reason).toBe("header-not-allowed");
    expect((await ask("analyst", question, { "content-encoding": "gzip" })).reason).toBe(
      "header-not-allowed",
    );
  });

  it("to any method but POST, and to a query", async () => {
    const headers = { authorization: `Bearer ${tokens.get("analyst")}` };
    for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await fetch(`${stack.url}/.postern/presign`, { method, headers });
      expect([method, answer.headers.get("x-postern-reason")]).toEqual([method, "method-not-allowed"]);
    }
    const asked = await fetch(`${stack.url}/.postern/presign?token=x`, { method: "POST", headers });
    expect(asked.headers.get("x-postern-reason")).toBe("query-not-allowed");
  });

  it("before a byte of the question is read where the token is no good", async () => {
    const text = requestText("POST /.postern/presign", [
      ["Authorization", "Bearer x.y.z"],
      ["Content-Type", "application/json"],
      ["Content-Length", "5000000000"],
      ["Expect", "100-continue"],
    ]);
    const { answers } = await exchange(stack.ports.listen, text);
    expect(answers.map(({ status, headers }) => [status, headers.get("x-postern-reason")])).toEqual([
      [401, "token-malformed"],
    ]);
  });
});

describe("S3.6 a URL of an upstream whose account is told", () => {
  it("is no good for a bucket that became another account's", async () => {
    const owned = await startPages("{ presign: {} }", [], {
      config: (yaml) => yaml.replace("s3: { service: s3,", 's3: { service: s3, account: "123456789012",'),
    });
    try {
      const answer = await fetch(`${owned.url}/.postern/presign`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${await owned.tokenOf("analyst")}`,
        },
        body: JSON.stringify(get("/s3/reports/q3.txt")),
      });
      const told = (await answer.json()) as Told;
      expect(told.headers).toEqual({ "x-amz-expected-bucket-owner": "123456789012" });
      expect((await use(told))[0]).toBe(200);
      expect((await use({ ...told, headers: {} }))[0]).toBe(403);
    } finally {
      await owned.close();
    }
  });
});

describe("S3.10 a URL of an upstream by plain HTTP", () => {
  it("is refused, since a signature that leaves the body out would let anybody on the way change it", async () => {
    const plain = await startPages("{ presign: {} }", [], {
      config: (yaml) =>
        yaml.replace(
          "s3: { service: s3,",
          's3: { service: s3, endpoint: "http://10.1.2.3:9000", insecureHttp: true,',
        ),
    });
    try {
      const answer = await fetch(`${plain.url}/.postern/presign`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${await plain.tokenOf("analyst")}`,
        },
        body: JSON.stringify(get("/s3/reports/q3.txt")),
      });
      expect(answer.headers.get("x-postern-reason")).toBe("presign-refused");
      expect(plain.outcomes.at(-1)?.detail).toContain("plain HTTP");
    } finally {
      await plain.close();
    }
  });
});

describe("a page that is off", () => {
  it("is unknown as one that there never was", async () => {
    const off = await startPages("{}");
    try {
      const headers = { authorization: `Bearer ${await off.tokenOf("analyst")}` };
      for (const page of ["presign", "credentials", "nothing"]) {
        const answer = await fetch(`${off.url}/.postern/${page}`, { headers });
        const { requestId: _id, ...told } = (await answer.json()) as Record<string, unknown>;
        expect([answer.status, told]).toEqual([
          404,
          { reason: "upstream-unknown", message: "No upstream is configured for this request." },
        ]);
      }
    } finally {
      await off.close();
    }
  });
});
