import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { exchange, requestText } from "../../support/raw-client.ts";
import type { Stack } from "../../support/stack.ts";
import { withRules } from "../../support/own-rules.ts";
import { roleOf, startPages } from "./pages-stack.ts";

const analyst = roleOf("analyst");
const GET = "allow: [postern:GetCredentials]";
const RULES = [
  `{ name: analysts get keys, who: { groups: [analysts] }, ${GET}, on: ["${analyst}"], role: ${analyst} }`,
  `{ name: editors get others, who: { groups: [editors] }, ${GET}, on: ["${roleOf("editor")}", "${analyst}"], role: ${analyst} }`,
  `{ name: of upstreams, who: { groups: [admins] }, ${GET}, on: ["${roleOf("member")}"], role: ${roleOf("member")}, upstreams: [s3] }`,
  `{ name: analysts for a while, who: { groups: [analysts] }, ${GET}, on: ["${roleOf("member")}"], role: ${roleOf("member")}, when: { DateLessThan: { "aws:CurrentTime": "2100-01-01T00:00:00Z" } } }`,
  `{ name: analysts here, who: { groups: [analysts] }, ${GET}, on: ["${roleOf("editor")}"], role: ${roleOf("editor")}, when: { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } } }`,
  `{ name: whatever, who: { groups: [admins] }, allow: ["*"], on: ["*"], role: ${roleOf("editor")} }`,
];

let stack: Stack;
const tokens = new Map<string, string>();

beforeAll(async () => {
  stack = await startPages("{ credentials: { real: true }, origins: [https://app.test] }", RULES);
  for (const user of ["analyst", "editor", "admin", "member", "service"])
    tokens.set(user, await stack.tokenOf(user));
});
afterAll(() => stack.close());

async function ask(
  authorization: string | undefined,
  {
    at = stack,
    query = "",
    headers = {},
  }: { at?: Stack; query?: string; headers?: Record<string, string> } = {},
) {
  const answer = await request(`${at.url}/.postern/credentials${query}`, {
    headers: { ...(authorization !== undefined && { authorization }), ...headers },
  });
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
  const told = (await answer.body.json()) as Record<string, string>;
  return { status: answer.statusCode, reason: answer.headers["x-postern-reason"], told };
}

describe("container credentials", () => {
  it.each([
    ["a bearer", (token: string) => `Bearer ${token}`],
    ["a bearer in another case", (token: string) => `bEARER  ${token}`],
    ["a bare token, as it stands in a file", (token: string) => token],
  ])(
    "are placeholders, with the token of %s for a session token and its end for theirs",
    async (_how, form) => {
      const token = tokens.get("service") ?? "";
      const { status, told } = await ask(form(token));
      const { exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
        exp: number;
      };
      expect(status).toBe(200);
      expect(told).toEqual({
        AccessKeyId: expect.stringMatching(/^POSTERN\w{9,121}$/),
        SecretAccessKey: expect.stringContaining("placeholder"),
        Token: token,
        Expiration: new Date(exp * 1000).toISOString().replace(".000Z", "Z"),
      });
      expect(stack.outcomes.at(-1)).toMatchObject({
        operation: "credentials",
        callerKind: "machine",
        outcome: "ok",
      });
    },
  );

  it("are what an unmodified SDK signs with, whose token file holds the token alone", async () => {
    const folder = mkdtempSync(join(tmpdir(), "postern-pages-"));
    const file = join(folder, "token");
    writeFileSync(file, tokens.get("analyst") ?? "");
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${stack.url}/.postern/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
      AWS_ACCESS_KEY_ID: "",
      AWS_CONFIG_FILE: join(folder, "none"),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, "none"),
    };
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const s3 = new S3Client({
      endpoint: stack.url,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: defaultProvider(),
    });
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: "reports", Key: "q3.txt" }));
      expect(await Body?.transformToString()).not.toBe("");
      expect(stack.outcomes.at(-1)).toMatchObject({ operation: "GetObject", rule: "analysts read reports" });
    } finally {
      s3.destroy();
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    }
  });

  it("are refused as the container provider of SDKs reads it", async () => {
    const { status, told } = await ask("Bearer x.y.z");
    expect(status).toBe(401);
    expect(told).toMatchObject({ Code: "token-malformed", Message: expect.stringMatching(/Token\.$/) });
  });
});

describe("S6.2 container credentials are refused", () => {
  it.each([
    ["Origin", "https://app.test"],
    ["Origin", "null"],
    ["Sec-Fetch-Site", "none"],
    ["Sec-Fetch-Mode", "no-cors"],
    ["Forwarded", "for=10.0.0.1"],
    ["X-Forwarded-For", "10.0.0.1"],
    ["X-Forwarded-Anything", "x"],
    ["X_Forwarded_For", "10.0.0.1"],
    ["Via", "1.1 proxy"],
    ["Cookie", "a=b"],
    ["X-Postern-Token", "x.y.z"],
    ["X-Postern-Id-Token", "x.y.z"],
    ["X-Amz-Security-Token", "x.y.z"],
  ])("with %s: %s", async (name, value) => {
    const text = requestText("GET /.postern/credentials", [
      ["Authorization", `Bearer ${tokens.get("analyst")}`],
      [name, value],
    ]);
    const { answers } = await exchange(stack.ports.listen, text);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("header-not-allowed");
    expect(JSON.parse(answers[0]?.body ?? "")).toMatchObject({ Code: "header-not-allowed" });
  });

  it.each([
    ["no token", undefined, "token-missing"],
    ["nothing", "", "token-malformed"],
    ["a scheme alone", "Bearer", "token-malformed"],
    ["another scheme", "Basic YTpi", "token-malformed"],
    ["two tokens", "Bearer a.b.c d.e.f", "token-malformed"],
    [
      "an SDK's signature",
      "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
      "token-malformed",
    ],
  ])("with %s", async (_what, authorization, reason) => {
    expect((await ask(authorization)).reason).toBe(reason);
  });

  it("for any method but GET, HEAD and a preflight too", async () => {
    const headers = { authorization: `Bearer ${tokens.get("analyst")}` };
    for (const method of ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await fetch(`${stack.url}/.postern/credentials`, { method, headers });
      expect([method, answer.headers.get("x-postern-reason")]).toEqual([method, "method-not-allowed"]);
    }
    const text = requestText("OPTIONS /.postern/credentials", [
      ["Origin", "https://app.test"],
      ["Access-Control-Request-Method", "GET"],
    ]);
    const { answers, text: said } = await exchange(stack.ports.listen, text);
    expect([answers[0]?.status, /access-control/i.test(said)]).toEqual([405, false]);
  });

  it("with a body, and with a wish for a role", async () => {
    const lines = [["Authorization", `Bearer ${tokens.get("analyst")}`]] as const;
    const withBody = requestText("GET /.postern/credentials", [...lines, ["Content-Length", "1"]], "x");
    const { answers } = await exchange(stack.ports.listen, withBody);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("body-malformed");
    const wish = { "x-postern-role": analyst };
    expect((await ask(`Bearer ${tokens.get("analyst")}`, { headers: wish })).reason).toBe("role-not-granted");
  });
});

const real = (user: string, role: string) =>
  ask(`Bearer ${tokens.get(user)}`, { query: `?role=${encodeURIComponent(role)}` });

describe("S6.2 S4.4 real credentials", () => {
  it("are given to whom a rule allows them by name, of the very role, and are AWS's own", async () => {
    const { status, told } = await real("analyst", analyst);
    expect(status).toBe(200);
    expect(told).toEqual({
      AccessKeyId: expect.stringMatching(/^ASIA\w+$/),
      SecretAccessKey: expect.any(String),
      Token: expect.any(String),
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      AccountId: "123456789012",
    });
    const { AccessKeyId = "", SecretAccessKey = "", Token = "" } = told;
    const direct = new S3Client({
      endpoint: `http://127.0.0.1:${stack.aws.port}`,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token },
    });
    const { Body } = await direct.send(new GetObjectCommand({ Bucket: "reports", Key: "q3.txt" }));
    expect(await Body?.transformToString()).not.toBe("");
    direct.destroy();
  });

  it("are audited, and nothing of them is", async () => {
    const before = stack.outcomes.length;
    const { told } = await real("analyst", analyst);
    expect(stack.outcomes.slice(before)).toMatchObject([
      {
        operation: "GetCredentials",
        resource: analyst,
        verdict: "permit",
        rule: "analysts get keys",
        role: analyst,
        outcome: "ok",
      },
    ]);
    for (const secret of [told["SecretAccessKey"], told["Token"]])
      expect(stack.logged()).not.toContain(secret);
  });

  it.each<readonly [why: string, user: string, role: string, reason: string]>([
    ["no rule allows them", "member", analyst, "denied-no-rule"],
    ["a rule allows everything but not them by name", "admin", roleOf("admin"), "denied-no-rule"],
    ["a rule is about certain upstreams", "admin", roleOf("member"), "denied-no-rule"],
    ["a rule allows them for a while", "analyst", roleOf("member"), "denied-no-rule"],
    ["a rule allows them from somewhere", "analyst", roleOf("editor"), "denied-no-rule"],
    ["the rule gives another role", "editor", roleOf("editor"), "role-not-granted"],
    ["it is no role's ARN", "analyst", "analyst", "role-not-granted"],
    ["it is everything", "admin", "*", "role-not-granted"],
    ["it is nothing", "analyst", "", "role-not-granted"],
  ])("are refused where %s", async (_why, user, role, reason) => {
    const { reason: said, told } = await real(user, role);
    expect([said, told["Code"]]).toEqual([reason, reason]);
  });

  it("are not given where they are not configured, nor for any other query", async () => {
    const modest = await startPages("{ credentials: {} }", RULES);
    const asked = `Bearer ${await modest.tokenOf("analyst")}`;
    expect((await ask(asked, { at: modest })).status).toBe(200);
    expect((await ask(asked, { at: modest, query: `?role=${analyst}` })).reason).toBe("query-not-allowed");
    await modest.close();
    const token = `Bearer ${tokens.get("analyst")}`;
    for (const query of [
      "?role",
      `?Role=${analyst}`,
      `?role=${analyst}&role=${analyst}`,
      `?role=${analyst}&x=1`,
      `?x=1&role=${analyst}`,
      `?access_token=x`,
    ])
      expect([query, (await ask(token, { query })).reason]).toEqual([query, "query-not-allowed"]);
    const twice = `?role=${encodeURIComponent(encodeURIComponent(analyst))}`;
    expect((await ask(token, { query: twice })).reason).toBe("role-not-granted");
  });
});

/** Of nobody who is recorded. */
const OTHERS = `
    - name: guests read what is public
      who: { guest: true }
      allow: [s3:GetObject]
      on: ["arn:aws:s3:::public/*"]
      role: pool
`;

describe("S4.6 record mode", () => {
  it("gives no real credentials, and presigns nothing that no rule allows", async () => {
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const recording = await startPages("{ credentials: { real: true }, presign: {} }", [], {
      config: (yaml) =>
        withRules(yaml, OTHERS).replace("policy:\n", `policy:\n  mode: record\n  until: "${until}"\n`),
    });
    try {
      const token = await recording.tokenOf("analyst");
      const role = `?role=${encodeURIComponent(analyst)}`;
      expect((await ask(`Bearer ${token}`, { query: role, at: recording })).reason).toBe("denied-no-rule");
      const read = { headers: { authorization: `Bearer ${token}` } };
      expect((await fetch(`${recording.url}/s3/reports/q3.txt`, read)).status).toBe(200);
      const answer = await fetch(`${recording.url}/.postern/presign`, {
        method: "POST",
        headers: { ...read.headers, "content-type": "application/json" },
        body: JSON.stringify({ method: "GET", target: "/s3/reports/q3.txt" }),
      });
      expect(answer.headers.get("x-postern-reason")).toBe("presign-refused");
      expect(recording.outcomes.at(-1)?.detail).toBe("no rule allows it");
    } finally {
      await recording.close();
    }
  });
});
