import { AwsClient } from "aws4fetch";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LocalAws } from "../../../src/local/aws.ts";
import type { Seen } from "../../../src/local/guard/guard.ts";
import type { Session } from "../../../src/local/session.ts";
import { signed } from "../guard/signed-request.ts";
import type { Draft } from "../guard/signed-request.ts";
import { call, sessionOf, signedCall } from "../signed-call.ts";
import type { Came } from "../signed-call.ts";
import { WORLD, startStandIn } from "../stand-in.ts";

const ORDERS = "ordersapi1.execute-api.us-east-1.amazonaws.com";
const PROFILES = "profileapi.execute-api.us-east-1.amazonaws.com";
const CHAT = "chatapi001.execute-api.us-east-1.amazonaws.com";
const RESIZE = "resizeurl1.lambda-url.us-east-1.on.aws";
const SCOPED = { id: "scopedapi1", name: "scoped", stages: ["$default"], authorizer: "cognito" } as const;

let aws: LocalAws;
let admin: Session;
let seen: Seen[];
const reports: unknown[] = [];

beforeAll(async () => {
  aws = await startStandIn({
    world: { ...WORLD, apis: [...(WORLD.apis ?? []), { ...SCOPED, scopes: ["postern/orders.read"] }] },
    observe: (requirements) => seen.push(...requirements),
    report: (error) => reports.push(error),
  });
  admin = sessionOf(aws, "admin");
});
afterAll(async () => {
  await aws.close();
  expect(reports).toEqual([]);
});
beforeEach(() => {
  seen = [];
  aws.calls.reset();
});
afterEach(() => aws.faults.clear());

/** A call of the API `orders`, signed by an administrator. */
function order(draft: Draft, session = admin): Promise<Came> {
  const headers = { host: ORDERS, ...draft.headers };
  return signedCall(aws, session, { service: "execute-api", ...draft, headers });
}

/** A call of an API with a Cognito authorizer. */
const askWithToken = (token: string | undefined, host = PROFILES): Promise<Came> =>
  call(aws, { path: "/me?a=1", headers: { host, ...(token !== undefined && { authorization: token }) } });

/** A call about a connection of the API `chat`. */
const manage = (id: string, method = "POST", session = admin): Promise<Came> =>
  signedCall(aws, session, {
    service: "execute-api",
    method,
    path: `/prod/%40connections/${encodeURIComponent(id)}`,
    headers: { host: CHAT },
    ...(method === "POST" && { body: "news" }),
  });

/** A call of the function's URL. */
const invoke = (draft: Draft, session = admin): Promise<Came> =>
  signedCall(aws, session, { service: "lambda", ...draft, headers: { host: RESIZE, ...draft.headers } });

describe("an API with IAM", () => {
  it("tells its back end all but the signature, and who called", async () => {
    const { status, json, headers } = await order({
      method: "POST",
      path: "/prod/orders/a%20b",
      query: { tag: ["x", "y"], ä: "1+1" },
      headers: { "x-custom": "kept", "content-type": "text/plain" },
      body: "hello",
    });
    expect(status).toBe(200);
    expect(headers["x-amzn-requestid"]).toBeDefined();
    expect(json).toMatchObject({
      api: "orders",
      stage: "prod",
      method: "POST",
      path: "/orders/a%20b",
      query: { tag: ["x", "y"], ä: ["1+1"] },
      body: Buffer.from("hello").toString("base64"),
      identity: { accountId: "123456789012", userArn: admin.assumedRoleArn, accessKey: admin.accessKeyId },
    });
    const names = Object.keys(json?.["headers"] as object);
    expect(names).toEqual(expect.arrayContaining(["host", "x-custom", "content-type", "content-length"]));
    for (const name of ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"]) {
      expect(names).not.toContain(name);
    }
    expect(seen).toEqual([
      {
        service: "execute-api",
        action: "execute-api:Invoke",
        resource: "arn:aws:execute-api:us-east-1:123456789012:ordersapi1/prod/POST/orders/a b",
      },
    ]);
    expect(aws.calls.of("execute-api:Invoke")).toBe(1);
  });

  it("is asked by another signer just as well", async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = admin;
    const client = new AwsClient({ accessKeyId, secretAccessKey, sessionToken, service: "execute-api" });
    const { url, headers } = await client.sign(`https://${ORDERS}/prod/%40x/R0oX%3D?b=2&a=1%2F`);
    const { pathname, search } = new URL(url);
    const fields = { ...Object.fromEntries(headers), host: ORDERS };
    const { status, json } = await call(aws, { path: pathname + search, headers: fields });
    expect([status, json?.["path"]]).toEqual([200, "/%40x/R0oX%3D"]);
  });

  it("is found by its header and by its custom domain", async () => {
    const byHeader = await order({
      path: "/prod/x",
      headers: { host: "127.0.0.1", "x-apigw-api-id": "ordersapi1" },
    });
    expect(byHeader.json).toMatchObject({ api: "orders", path: "/x" });
    const byDomain = await order({ path: "/v1/orders/x", headers: { host: "api.example.com" } });
    expect(byDomain.json).toMatchObject({ api: "orders", stage: "prod", path: "/x" });
  });

  it("asks IAM about method and path", async () => {
    const analyst = sessionOf(aws, "analyst");
    const member = sessionOf(aws, "member");
    expect((await order({ path: "/prod/orders/7" }, analyst)).status).toBe(200);
    expect((await order({ path: "/prod/me" }, member)).status).toBe(200);
    for (const [session, draft] of [
      [analyst, { path: "/prod/orders/7", method: "DELETE" }],
      [analyst, { path: "/prod/me" }],
      [analyst, { path: "/dev/orders" }],
      [analyst, { path: "/prod/%6Frder%2F..%2Forders" }],
      [member, { path: "/prod/orders" }],
    ] as const) {
      const { status, json, headers } = await order(draft, session);
      expect([status, headers["x-amzn-errortype"]]).toEqual([403, "AccessDeniedException"]);
      expect(json?.["Message"]).toMatch(
        /^User: arn:aws:sts::123456789012:assumed-role\/\w+\/test is not authorized to perform: execute-api:Invoke on resource: arn:/,
      );
    }
  });

  it("refuses what is not signed for it, in its own words", async () => {
    const host = { host: ORDERS };
    const path = "/prod/x";
    const wrong = { ...admin, secretAccessKey: "wrong" };
    const expired = aws.sessions.issue({
      roleArn: admin.roleArn,
      sessionName: "test",
      expiresAtMs: Date.now() - 1000,
    });
    const answers = {
      unsigned: await call(aws, { path, headers: host }),
      bearer: await call(aws, { path, headers: { ...host, authorization: "Bearer a.b.c" } }),
      wrong: await order({ path }, wrong),
      expired: await order({ path }, expired),
      late: await order({ path, atMs: Date.now() - 600_000 }),
      service: await order({ path, service: "s3" }),
      region: await order({ path, region: "eu-west-1" }),
    };
    const told = Object.entries(answers).map(([name, { status, headers }]) => [
      name,
      `${status} ${String(headers["x-amzn-errortype"])}`,
    ]);
    expect(Object.fromEntries(told)).toEqual({
      unsigned: "403 MissingAuthenticationTokenException",
      bearer: "403 IncompleteSignatureException",
      wrong: "403 InvalidSignatureException",
      expired: "403 ExpiredTokenException",
      late: "403 InvalidSignatureException",
      service: "403 InvalidSignatureException",
      region: "403 InvalidSignatureException",
    });
    expect(answers.unsigned.json).toEqual({ message: "Missing Authentication Token" });
    expect(answers.bearer.text).not.toContain("a.b.c");
    expect(aws.calls.of("execute-api:refused")).toBe(Object.keys(answers).length);
    expect(seen).toEqual([]);
  });

  it("refuses a body or a path that was not signed", async () => {
    const draft = { method: "POST", body: "signed", path: "/prod/orders/7", headers: { host: ORDERS } };
    const { rawHeaders } = await signed(admin, { service: "execute-api", atMs: Date.now(), ...draft });
    const headers = Object.fromEntries(
      rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ""]] : [])),
    );
    const asked = { method: "POST", path: draft.path, headers, body: "signed" };
    expect((await call(aws, asked)).status).toBe(200);
    expect((await call(aws, { ...asked, body: "forged" })).status).toBe(403);
    expect((await call(aws, { ...asked, path: "/prod/orders/%37" })).status).toBe(403);
  });

  it.each(["/none/x", "/", "/Prod/x"])("has no stage at %s", async (path) => {
    const { status, json } = await order({ path });
    expect([status, json]).toEqual([403, { message: "Forbidden" }]);
  });

  it("takes a presigned URL, and keeps the signature from its back end", async () => {
    const draft = { path: "/prod/x", query: { a: "1" }, headers: { host: ORDERS }, presignSeconds: 60 };
    const { target } = await signed(admin, { service: "execute-api", atMs: Date.now(), ...draft });
    const { json } = await call(aws, { path: target, headers: { host: ORDERS } });
    expect(json?.["query"]).toEqual({ a: ["1"] });
    const other = target.replace("a=1", "a=2");
    expect((await call(aws, { path: other, headers: { host: ORDERS } })).status).toBe(403);
  });
});

describe("the back end does things of its own", () => {
  it.each([
    ["/prod/redirect", "/prod/elsewhere"],
    ["/prod/redirect?to=self", `https://${ORDERS}/prod/elsewhere`],
    ["/prod/redirect?to=https%3A%2F%2Fevil.example%2F", "https://evil.example/"],
  ])("%s goes to %s", async (target, location) => {
    const [path = "", query = ""] = target.split("?");
    const asked = await order({ path, query: Object.fromEntries(new URLSearchParams(query)) });
    expect([asked.status, asked.headers.location]).toEqual([302, location]);
  });

  it("sets a cookie, fails, waits, and lets every page read", async () => {
    expect((await order({ path: "/prod/cookie" })).headers["set-cookie"]).toHaveLength(1);
    expect((await order({ path: "/prod/error" })).status).toBe(500);
    expect((await order({ path: "/prod/slow", query: { ms: "1" } })).json).toEqual({ waited: 1 });
    expect((await order({ path: "/prod/cors" })).headers["access-control-allow-origin"]).toBe("*");
  });

  it("gives the session token away, in body or header", async () => {
    const { json } = await order({ path: "/prod/token-back" });
    expect(json).toEqual({ token: admin.sessionToken });
    const { headers, text } = await order({ path: "/prod/token-back", query: { header: "x-back" } });
    expect([headers["x-back"], text]).toEqual([admin.sessionToken, "{}"]);
  });
});

describe("an API with a Cognito authorizer", () => {
  const analyst = { username: "analyst", clientId: "web" };

  it("takes access and ID tokens of the user pool, and tells its back end whose", async () => {
    const { tokens } = aws.identity;
    for (const token of [await tokens.issueAccessToken(analyst), await tokens.issueIdToken(analyst)]) {
      const { status, json } = await askWithToken(`Bearer ${token}`);
      expect(status).toBe(200);
      expect(json).toMatchObject({
        api: "profiles",
        stage: "$default",
        path: "/me",
        query: { a: ["1"] },
        headers: { authorization: `Bearer ${token}` },
        identity: { claims: { sub: "00000000-aaaa-4000-8000-000000000002" } },
      });
    }
    expect((await askWithToken(await tokens.issueIdToken(analyst))).status).toBe(200);
    expect(aws.calls.of("execute-api:Invoke")).toBe(3);
  });

  it("refuses all others with 401", async () => {
    const { tokens } = aws.identity;
    const claims = { iss: tokens.issuer, token_use: "access", exp: Date.now() / 1000 + 60 };
    const expired = await tokens.sign("access", { ...claims, exp: Date.now() / 1000 - 1 });
    expect((await askWithToken(`Bearer ${expired}`)).json).toEqual({
      message: "The incoming token has expired",
    });
    const foreign = await tokens.sign("access", { ...claims, iss: "https://evil.example" });
    const good = await tokens.issueAccessToken(analyst);
    for (const token of [
      undefined,
      "Bearer ",
      "Bearer a.b.c",
      `Bearer ${foreign}`,
      `Basic ${good}`,
      `${good}x`,
    ]) {
      const { status, json } = await askWithToken(token);
      expect([status, json]).toEqual([401, { message: "Unauthorized" }]);
    }
    const signature = await order({ path: "/me", headers: { host: PROFILES } });
    expect(signature.status).toBe(401);
    expect(aws.calls.of("execute-api:Invoke")).toBe(0);
  });

  it("with scopes takes access tokens that have one", async () => {
    const { tokens } = aws.identity;
    const host = "scopedapi1.execute-api.us-east-1.amazonaws.com";
    const service = await tokens.issueServiceToken({ clientId: "service", scopes: ["postern/orders.read"] });
    expect((await askWithToken(`Bearer ${service}`, host)).status).toBe(200);
    expect((await askWithToken(`Bearer ${await tokens.issueAccessToken(analyst)}`, host)).status).toBe(403);
    expect((await askWithToken(`Bearer ${await tokens.issueIdToken(analyst)}`, host)).status).toBe(401);
  });

  it("has paths that the user pool's pages have at their own host", async () => {
    const token = await aws.identity.tokens.issueAccessToken(analyst);
    const headers = { host: PROFILES, authorization: `Bearer ${token}` };
    const { json } = await call(aws, { path: "/login", headers });
    expect(json).toMatchObject({ api: "profiles", path: "/login" });
  });
});

describe("connections of a WebSocket API", () => {
  it("are posted to, told of and closed, and then gone", async () => {
    const id = "R0oXAdfD0kwCH6w=";
    expect((await manage(id)).status).toBe(200);
    expect((await manage(id, "GET")).json).toMatchObject({ connectedAt: expect.any(String) as string });
    expect((await manage(id, "DELETE")).status).toBe(204);
    const gone = await manage(id);
    expect([gone.status, gone.headers["x-amzn-errortype"]]).toEqual([410, "GoneException"]);
    expect(seen[0]).toEqual({
      service: "execute-api",
      action: "execute-api:ManageConnections",
      resource: `arn:aws:execute-api:us-east-1:123456789012:chatapi001/prod/POST/@connections/${id}`,
    });
    expect(aws.calls.of("execute-api:PostToConnection")).toBe(2);
  });

  it("are for whom IAM lets manage them", async () => {
    expect((await manage("x", "POST", sessionOf(aws, "analyst"))).status).toBe(403);
  });
});

describe("a function's URL", () => {
  it("gives its function the request as an event of version 2.0", async () => {
    const draft = { method: "PUT", path: "/a%2Fb/", query: { q: ["1", "ä"] }, body: "x" };
    const { json } = await invoke(draft, sessionOf(aws, "analyst"));
    expect(json).toMatchObject({
      version: "2.0",
      rawPath: "/a%2Fb/",
      rawQueryString: "q=1&q=%C3%A4",
      queryStringParameters: { q: "1,ä" },
      requestContext: {
        apiId: "resizeurl1",
        domainName: RESIZE,
        http: { method: "PUT" },
        authorizer: { iam: { userArn: "arn:aws:sts::123456789012:assumed-role/analyst/test" } },
      },
      body: Buffer.from("x").toString("base64"),
    });
    expect(Object.keys(json?.["headers"] as object)).not.toContain("x-amz-security-token");
    const resource = "arn:aws:lambda:us-east-1:123456789012:function:resize";
    expect(seen).toEqual([
      { service: "lambda", action: "lambda:InvokeFunctionUrl", resource },
      { service: "lambda", action: "lambda:InvokeFunction", resource },
    ]);
    expect(aws.calls.of("lambda:InvokeFunctionUrl")).toBe(1);
  });

  it("is for whom IAM lets invoke it, and there where a function has it", async () => {
    expect((await invoke({}, sessionOf(aws, "member"))).status).toBe(403);
    expect((await invoke({ service: "execute-api" })).status).toBe(403);
    const unsigned = await call(aws, { path: "/", headers: { host: RESIZE } });
    expect([unsigned.status, unsigned.json]).toEqual([403, { Message: "Forbidden" }]);
    expect((await invoke({ headers: { host: RESIZE.replace("1", "2") } })).status).toBe(403);
  });
});

describe("faults", () => {
  it("reach an API and a function as all other services", async () => {
    aws.faults.add({ service: "execute-api", times: 1, effect: { kind: "throttle" } });
    const throttled = await order({ path: "/prod/x" });
    expect([throttled.status, throttled.json]).toEqual([429, { message: "Too Many Requests" }]);
    aws.faults.add({
      service: "execute-api",
      operation: "Invoke",
      times: 1,
      effect: { kind: "error", status: 503 },
    });
    expect((await order({ path: "/prod/x" })).status).toBe(503);
    aws.faults.add({ service: "execute-api", times: 1, effect: { kind: "signature-refusal" } });
    const refused = await order({ path: "/prod/x" });
    expect([refused.status, refused.text.includes(admin.sessionToken)]).toEqual([403, true]);
    aws.faults.down("execute-api");
    await expect(order({ path: "/prod/x" })).rejects.toThrow("socket hang up");
    await expect(call(aws, { path: "/prod/x", headers: { host: ORDERS } })).rejects.toThrow("socket hang up");
    const lambda = await signedCall(aws, admin, { service: "lambda", headers: { host: RESIZE } });
    expect(lambda.status).toBe(200);
  });
});
