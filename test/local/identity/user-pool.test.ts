import { createHash } from "node:crypto";
import { CognitoJwtVerifier } from "aws-jwt-verify";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppClient } from "../../../src/local/world.ts";
import { shippedWorld, startLocalAws } from "./local-aws.ts";
import type { LocalAws } from "./local-aws.ts";

const CALLBACK = "http://localhost:3000/callback";
const VERIFIER = "v".repeat(64);
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");
const DESK: AppClient = {
  id: "desk",
  secret: "s:p&c e%",
  flows: ["code"],
  redirectUris: ["https://desk.example/in?x=1", "desk-app://signed-in"],
};
const CORNER: AppClient = { id: "corner", flows: ["password"], redirectUris: [CALLBACK] };

let aws: LocalAws;
beforeAll(async () => {
  const world = shippedWorld();
  const clients = [...world.userPool.clients, DESK, CORNER];
  aws = await startLocalAws({ ...world, userPool: { ...world.userPool, clients } });
});
afterAll(() => aws.close());

const QUERY = {
  response_type: "code",
  client_id: "web",
  redirect_uri: CALLBACK,
  scope: "openid email",
  state: "st&te",
  nonce: "n-1",
  code_challenge: CHALLENGE,
  code_challenge_method: "S256",
};

/** The query of a sign-in with some of it changed; undefined leaves a parameter out. */
function query(change: Readonly<Record<string, string | undefined>> = {}): string {
  const all = Object.entries({ ...QUERY, ...change });
  return new URLSearchParams(
    all.filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();
}

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${aws.endpoint}${path}`, { redirect: "manual", headers });
}

function postForm(
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${aws.endpoint}${path}`, {
    method: "POST",
    redirect: "manual",
    headers,
    body: new URLSearchParams(form),
  });
}

/** A browser: follows to the form, fills it in, and keeps its cookies. */
async function signInByPage(
  change: Readonly<Record<string, string | undefined>> = {},
  user: { readonly username?: string; readonly password?: string } = {},
): Promise<{ answer: Response; cookie: string }> {
  const toLogin = await get(`/oauth2/authorize?${query(change)}`);
  const loginPath = toLogin.headers.get("location") ?? "";
  const page = await get(loginPath);
  const csrf = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
  const cookie = cookiesOf(page);
  const form = { _csrf: csrf, username: "editor", password: "Postern-1!", ...user };
  const answer = await postForm(loginPath, form, { cookie });
  return { answer, cookie: `${cookie}; ${cookiesOf(answer)}` };
}

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

function locationOf(response: Response): URL {
  return new URL(response.headers.get("location") ?? "");
}

async function codeOf(change: Readonly<Record<string, string | undefined>> = {}): Promise<string> {
  return locationOf((await signInByPage(change)).answer).searchParams.get("code") ?? "";
}

function exchange(form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return postForm("/oauth2/token", form, headers);
}

function codeForm(code: string, change: Record<string, string> = {}): Record<string, string> {
  const base = { grant_type: "authorization_code", client_id: "web", redirect_uri: CALLBACK };
  return { ...base, code, code_verifier: VERIFIER, ...change };
}

describe("keys and discovery", () => {
  it("let aws-jwt-verify accept the tokens, the issuer being the real one", async () => {
    const config = await (await get("/us-east-1_LOCAL/.well-known/openid-configuration")).json();
    expect(config).toMatchObject({
      issuer: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL",
      jwks_uri: `${aws.endpoint}/us-east-1_LOCAL/.well-known/jwks.json`,
      authorization_endpoint: `${aws.endpoint}/oauth2/authorize`,
    });
    const jwks = await (await get("/us-east-1_LOCAL/.well-known/jwks.json")).json();
    const verifier = CognitoJwtVerifier.create({
      userPoolId: "us-east-1_LOCAL",
      clientId: "web",
      tokenUse: "id",
    });
    verifier.cacheJwks(jwks as Parameters<typeof verifier.cacheJwks>[0]);
    const { id_token: idToken } = (await (await exchange(codeForm(await codeOf()))).json()) as {
      id_token: string;
    };
    expect(verifier.verifySync(idToken)).toMatchObject({ "cognito:username": "editor", nonce: "n-1" });
  });

  it("count the fetches of the keys", async () => {
    aws.side.calls.reset();
    await get("/us-east-1_LOCAL/.well-known/jwks.json");
    expect(aws.side.calls.of("jwks")).toBe(1);
  });

  it("say which paths belong to them", () => {
    const { serves } = aws.side;
    expect(
      ["/login", "/logout", "/oauth2/token", "/us-east-1_LOCAL/.well-known/jwks.json"].every(serves),
    ).toBe(true);
    expect(["/", "/login/", "/reports/login", "/oauth2"].some(serves)).toBe(false);
  });
});

describe("the code flow", () => {
  it("goes from the client to the form and back with a code for three tokens", async () => {
    const toLogin = await get(`/oauth2/authorize?${query()}`);
    expect([toLogin.status, toLogin.headers.get("location")]).toEqual([302, `/login?${query()}`]);
    const { answer } = await signInByPage();
    expect(answer.status).toBe(302);
    const back = locationOf(answer);
    expect(`${back.origin}${back.pathname}`).toBe(CALLBACK);
    expect(back.searchParams.get("state")).toBe("st&te");

    const response = await exchange(codeForm(back.searchParams.get("code") ?? ""));
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const tokens = (await response.json()) as Record<string, string>;
    expect(tokens).toMatchObject({
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: expect.any(String),
    });
    const [id, access] = [decodeJwt(tokens["id_token"] ?? ""), decodeJwt(tokens["access_token"] ?? "")];
    expect(id).toMatchObject({ aud: "web", nonce: "n-1", at_hash: atHash(tokens["access_token"] ?? "") });
    expect(access).toMatchObject({ client_id: "web", scope: "openid email", version: 2 });
    expect(id["origin_jti"]).toBe(access["origin_jti"]);
  });

  it("leaves the ID token out without the scope openid", async () => {
    const tokens = await (await exchange(codeForm(await codeOf({ scope: "email" })))).json();
    expect(Object.keys(tokens as object)).toEqual([
      "access_token",
      "refresh_token",
      "expires_in",
      "token_type",
    ]);
  });

  it("gives every scope of the client where none is asked for", async () => {
    const tokens = (await (await exchange(codeForm(await codeOf({ scope: undefined })))).json()) as {
      access_token: string;
    };
    expect(decodeJwt(tokens.access_token)["scope"]).toBe(
      "openid email phone profile aws.cognito.signin.user.admin",
    );
  });

  it("keeps what a redirect URI has in its query", async () => {
    const { answer } = await signInByPage({ client_id: "desk", redirect_uri: "https://desk.example/in?x=1" });
    expect(answer.headers.get("location")).toMatch(
      /^https:\/\/desk\.example\/in\?x=1&code=[\w-]+&state=st%26te$/,
    );
  });

  it("goes back to an app by the app's own scheme", async () => {
    const change = { client_id: "desk", redirect_uri: "desk-app://signed-in" };
    const page = await get(`/login?${query(change)}`);
    expect(page.headers.get("content-security-policy")).toContain("form-action 'self' desk-app:;");
    const { answer } = await signInByPage(change);
    expect(answer.headers.get("location")).toMatch(/^desk-app:\/\/signed-in\?code=/);
  });

  it("takes a code once", async () => {
    const code = await codeOf();
    expect((await exchange(codeForm(code))).status).toBe(200);
    expect(await refusal(exchange(codeForm(code)))).toEqual([400, "invalid_grant"]);
  });

  it("takes no code that is older than five minutes", async () => {
    const code = await codeOf();
    aws.passMs(300_000);
    expect(await refusal(exchange(codeForm(code)))).toEqual([400, "invalid_grant"]);
  });

  it.each([
    ["another verifier", { code_verifier: "w".repeat(64) }, "invalid_grant"],
    ["another redirect URI", { redirect_uri: "http://127.0.0.1:3000/callback" }, "invalid_grant"],
    ["another client", { client_id: "desk", client_secret: DESK.secret ?? "" }, "invalid_grant"],
    ["a code that was never given", { code: "made-up" }, "invalid_grant"],
    ["an unknown client", { client_id: "nobody" }, "invalid_client"],
    ["a secret of a client that has none", { client_secret: "x" }, "invalid_client"],
    ["a client without the flow", { client_id: "corner" }, "unauthorized_client"],
  ])("refuses %s", async (_what, change, error) => {
    expect(await refusal(exchange(codeForm(await codeOf(), change)))).toEqual([400, error]);
  });

  it("refuses an exchange without the verifier", async () => {
    const { code_verifier: _left, ...form } = codeForm(await codeOf());
    expect(await refusal(exchange(form))).toEqual([400, "invalid_grant"]);
  });

  it("refuses a verifier where no challenge was given", async () => {
    const desk = { client_id: "desk", redirect_uri: "https://desk.example/in?x=1" };
    const code = await codeOf({ ...desk, code_challenge: undefined, code_challenge_method: undefined });
    const form = { ...codeForm(code, desk), client_secret: DESK.secret ?? "" };
    expect(await refusal(exchange(form))).toEqual([400, "invalid_grant"]);
  });
});

describe("/oauth2/authorize", () => {
  it.each([
    [{ client_id: "nobody" }],
    [{ client_id: undefined }],
    [{ redirect_uri: undefined }],
    [{ redirect_uri: "http://localhost:3000/callback/" }],
    [{ redirect_uri: "http://localhost:3000/CALLBACK" }],
    [{ redirect_uri: "https://evil.example/" }],
  ])("shows a page and sends nobody anywhere for %j", async (change) => {
    const response = await get(`/oauth2/authorize?${query(change)}`);
    expect([response.status, response.headers.get("location")]).toEqual([400, null]);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await response.text()).toContain("This sign-in link does not work");
  });

  it.each([
    [{ response_type: "token" }, "unsupported_response_type"],
    [{ response_type: undefined }, "unsupported_response_type"],
    [{ client_id: "corner" }, "unauthorized_client"],
    [{ scope: "openid admin" }, "invalid_scope"],
    [{ code_challenge: undefined, code_challenge_method: undefined }, "invalid_request"],
    [{ code_challenge_method: "plain" }, "invalid_request"],
    [{ code_challenge_method: undefined }, "invalid_request"],
    [{ code_challenge: undefined }, "invalid_request"],
    [{ code_challenge: "short" }, "invalid_request"],
  ])("sends the client the error of %j", async (change, error) => {
    const back = locationOf(await get(`/oauth2/authorize?${query(change)}`));
    expect(`${back.origin}${back.pathname}`).toBe(CALLBACK);
    expect([back.searchParams.get("error"), back.searchParams.get("state")]).toEqual([error, "st&te"]);
  });

  it("refuses a parameter that is given twice", async () => {
    const back = locationOf(await get(`/oauth2/authorize?${query()}&scope=phone`));
    expect(back.searchParams.get("error")).toBe("invalid_request");
    expect((await get(`/oauth2/authorize?${query()}&redirect_uri=https://evil.example/`)).status).toBe(400);
  });

  it("spares a browser that signed in the form, until it signs out", async () => {
    const { cookie } = await signInByPage();
    const again = await get(`/oauth2/authorize?${query()}`, { cookie });
    const tokens = (await (
      await exchange(codeForm(locationOf(again).searchParams.get("code") ?? ""))
    ).json()) as { id_token: string };
    expect(decodeJwt(tokens.id_token)["cognito:username"]).toBe("editor");

    const out = await get(
      `/logout?client_id=web&logout_uri=${encodeURIComponent("http://localhost:3000/")}`,
      { cookie },
    );
    expect([out.status, out.headers.get("location")]).toEqual([302, "http://localhost:3000/"]);
    const after = await get(`/oauth2/authorize?${query()}`, { cookie });
    expect(after.headers.get("location")).toMatch(/^\/login\?/);
  });
});

describe("/login", () => {
  it("is a page that works without scripts and cannot be framed or led astray", async () => {
    const page = await get(`/login?${query()}`);
    const text = await page.text();
    const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    expect(page.headers.get("content-security-policy")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self' http://localhost:3000; ` +
        "frame-ancestors 'none'; base-uri 'none'",
    );
    expect(page.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax/);
    expect(text).toContain('<label for="username">');
    expect(text).toContain('autocomplete="current-password"');
    expect(text).not.toContain("<script");
  });

  it("refuses a wrong password without saying who exists", async () => {
    const wrong = await signInByPage({}, { password: "wrong" });
    const unknown = await signInByPage({}, { username: "<i>nobody</i>" });
    expect([wrong.answer.status, unknown.answer.status]).toEqual([401, 401]);
    expect(await wrong.answer.text()).toContain('role="alert" id="problem">Incorrect username or password.');
    const text = await unknown.answer.text();
    expect(text).toContain("Incorrect username or password.");
    expect(text).toContain('value="&lt;i&gt;nobody&lt;/i&gt;"');
  });

  it("refuses a form that another site sent", async () => {
    const page = await get(`/login?${query()}`);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
    const form = { username: "editor", password: "Postern-1!" };
    const cookie = cookiesOf(page);
    for (const attempt of [
      postForm(`/login?${query()}`, { ...form, _csrf: csrf }),
      postForm(`/login?${query()}`, form, { cookie }),
      postForm(`/login?${query()}`, { ...form, _csrf: "other" }, { cookie }),
    ]) {
      expect((await attempt).status).toBe(403);
    }
  });

  it("gives no code for a request that does not hold", async () => {
    const answer = await postForm(`/login?${query({ redirect_uri: "https://evil.example/" })}`, {});
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
  });
});

describe("/logout", () => {
  it("goes to registered addresses only", async () => {
    const evil = await get("/logout?client_id=web&logout_uri=https://evil.example/");
    expect([evil.status, evil.headers.get("location")]).toEqual([400, null]);
    expect((await get("/logout?client_id=nobody&logout_uri=http://localhost:3000/")).status).toBe(400);
    expect((await get("/logout")).status).toBe(200);
  });

  it("goes to the form where the client wants the user to sign in again", async () => {
    const response = await get(`/logout?${query()}`);
    expect(response.headers.get("location")).toBe(`/login?${query()}`);
  });
});

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
});

const preflight = (origin: string) =>
  fetch(`${aws.endpoint}/oauth2/token`, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST" },
  });

describe("/oauth2/token", () => {
  it("refreshes, with the time of the first sign-in and no new refresh token", async () => {
    const first = (await (await exchange(codeForm(await codeOf()))).json()) as Record<string, string>;
    aws.passMs(5000);
    const form = {
      grant_type: "refresh_token",
      client_id: "web",
      refresh_token: first["refresh_token"] ?? "",
    };
    const second = (await (await exchange(form)).json()) as Record<string, string>;
    expect(second["refresh_token"]).toBeUndefined();
    const [before, after] = [decodeJwt(first["id_token"] ?? ""), decodeJwt(second["id_token"] ?? "")];
    expect([after["auth_time"], after["origin_jti"]]).toEqual([before["auth_time"], before["origin_jti"]]);
    expect(await refusal(exchange({ ...form, refresh_token: "made-up" }))).toEqual([400, "invalid_grant"]);
  });

  const service = { grant_type: "client_credentials" };

  it("gives a service its token by either way of showing the secret", async () => {
    const posted = { ...service, client_id: "service", client_secret: "local-service-secret" };
    for (const answer of [
      await exchange(service, basic("service", "local-service-secret")),
      await exchange({ ...posted, scope: "postern/orders.read" }),
    ]) {
      const tokens = (await answer.json()) as { access_token: string };
      expect(Object.keys(tokens)).toEqual(["access_token", "expires_in", "token_type"]);
      expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: "service", client_id: "service" });
      expect(decodeJwt(tokens.access_token)["scope"]).toMatch(/^postern\/orders\.read/);
    }
  });

  it("reads an encoded secret of the Basic scheme", async () => {
    const form = { grant_type: "authorization_code", code: "x", redirect_uri: "x" };
    const encoded = basic("desk", encodeURIComponent(DESK.secret ?? ""));
    expect(await refusal(exchange(form, encoded))).toEqual([400, "invalid_grant"]);
    expect(await refusal(exchange(form, basic("desk", "wrong")))).toEqual([400, "invalid_client"]);
  });

  it.each([
    ["no client", service, {}, "invalid_client"],
    ["a wrong secret", service, basic("service", "wrong"), "invalid_client"],
    ["no secret", { ...service, client_id: "service" }, {}, "invalid_client"],
    ["an empty secret", { ...service, client_id: "service", client_secret: "" }, {}, "invalid_client"],
    [
      "a secret shown twice",
      { ...service, client_secret: "local-service-secret" },
      basic("service", "local-service-secret"),
      "invalid_client",
    ],
    [
      "two clients",
      { ...service, client_id: "web" },
      basic("service", "local-service-secret"),
      "invalid_client",
    ],
    [
      "a scheme that is not Basic",
      { ...service, client_id: "web" },
      { authorization: "Bearer x" },
      "invalid_client",
    ],
    [
      "a scope of somebody else",
      { ...service, scope: "admin" },
      basic("service", "local-service-secret"),
      "invalid_scope",
    ],
    ["a public client for client credentials", { ...service, client_id: "web" }, {}, "unauthorized_client"],
    ["no grant type", { client_id: "web" }, {}, "invalid_request"],
    ["the password grant", { grant_type: "password", client_id: "web" }, {}, "unsupported_grant_type"],
    ["no code", { grant_type: "authorization_code", client_id: "web" }, {}, "invalid_request"],
    ["no refresh token", { grant_type: "refresh_token", client_id: "web" }, {}, "invalid_request"],
    [
      "a client that may not refresh",
      { grant_type: "refresh_token", client_id: "corner" },
      {},
      "unauthorized_client",
    ],
  ])("refuses %s", async (_what, form, headers, error) => {
    expect(await refusal(exchange(form, headers))).toEqual([400, error]);
  });

  it("reads forms only, with every parameter once", async () => {
    const url = `${aws.endpoint}/oauth2/token`;
    const json = fetch(url, { method: "POST", body: "grant_type=refresh_token&client_id=web" });
    expect(await refusal(json)).toEqual([400, "invalid_client"]);
    const code = await codeOf();
    const twice = new URLSearchParams([...Object.entries(codeForm(code)), ["code", code]]);
    expect(await refusal(fetch(url, { method: "POST", body: twice }))).toEqual([400, "invalid_request"]);
  });

  it("may be called by pages of the app clients' origins and by no others", async () => {
    const header = "access-control-allow-origin";
    expect((await preflight("http://localhost:3000")).headers.get(header)).toBe("http://localhost:3000");
    expect((await preflight("https://evil.example")).headers.get(header)).toBeNull();
    expect((await preflight("null")).headers.get(header)).toBeNull();
  });
});

async function signedIn(): Promise<Record<string, string>> {
  return (await (await exchange(codeForm(await codeOf()))).json()) as Record<string, string>;
}

const info = (token: string) => get("/oauth2/userInfo", { authorization: `Bearer ${token}` });

const revoke = (form: Record<string, string>) => refusal(postForm("/oauth2/revoke", form));

describe("/oauth2/userInfo and /oauth2/revoke", () => {
  it("tell the attributes of a user, until the sign-in is revoked", async () => {
    const tokens = await signedIn();
    const access = tokens["access_token"] ?? "";
    expect(await (await info(access)).json()).toEqual({
      sub: "00000000-aaaa-4000-8000-000000000003",
      username: "editor",
      email: "editor@example.com",
      "custom:tenant": "acme",
    });
    const revoked = await postForm("/oauth2/revoke", {
      token: tokens["refresh_token"] ?? "",
      client_id: "web",
    });
    expect([revoked.status, await revoked.text()]).toEqual([200, ""]);
    const after = await info(access);
    expect([after.status, after.headers.get("www-authenticate")]).toEqual([
      401,
      expect.stringContaining("invalid_token"),
    ]);
  });

  it("want an access token with the scope openid", async () => {
    const tokens = await signedIn();
    const other = await aws.side.tokens.issueAccessToken({ username: "editor", clientId: "web" });
    expect((await info(tokens["id_token"] ?? "")).status).toBe(401);
    expect((await info(other)).status).toBe(401);
    expect((await get("/oauth2/userInfo")).status).toBe(400);
    aws.passMs(3_600_000);
    expect((await info(tokens["access_token"] ?? "")).status).toBe(401);
  });

  it("revoke refresh tokens only", async () => {
    const tokens = await signedIn();
    const token = tokens["access_token"] ?? "";
    expect(await revoke({ token, client_id: "web" })).toEqual([400, "unsupported_token_type"]);
    expect(await revoke({ client_id: "web" })).toEqual([400, "invalid_request"]);
    expect(await revoke({ token, client_id: "nobody" })).toEqual([401, "invalid_client"]);
  });
});

async function refusal(answer: Promise<Response>): Promise<[number, string]> {
  const response = await answer;
  return [response.status, ((await response.json()) as { error: string }).error];
}

function atHash(token: string): string {
  return createHash("sha256").update(token).digest().subarray(0, 16).toString("base64url");
}
