import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { readAuthorizeRequest, withQuery } from "./authorize-request.ts";
import type { AuthorizeRequest } from "./authorize-request.ts";
import type { OpenIdTokens } from "./open-id-tokens.ts";
import { loginPage, messagePage } from "./pages.ts";
import type { Page } from "./pages.ts";
import { sameSecret, userOfPassword } from "./passwords.ts";
import { answerTokenRequest, authenticatedClient } from "./token-endpoint.ts";
import type { CodeGrant } from "./token-endpoint.ts";
import { userInfo } from "./user-info.ts";
import { findClient } from "./user-pool-state.ts";
import type { UserPoolState } from "./user-pool-state.ts";
import { createVouchers } from "./vouchers.ts";
import type { Vouchers } from "./vouchers.ts";

/** What the browser side of the stand-in needs. */
export interface UserPoolOptions extends UserPoolState {
  readonly openIdTokens: OpenIdTokens;
}

interface BrowserSession {
  readonly username: string;
  readonly authTimeMs: number;
}

interface Web extends UserPoolOptions {
  readonly codes: Vouchers<CodeGrant>;
  readonly browsers: Vouchers<BrowserSession>;
}

/** Ports share cookies: the names must not meet those of the applications on the same host. */
const CSRF_COOKIE = "local-cognito-csrf";
const SESSION_COOKIE = "local-cognito-session";
const COOKIE = { httpOnly: true, sameSite: "Lax", path: "/" } as const;

/**
 * The web endpoints of the user pool: keys and discovery, `/oauth2/authorize`, `/login`, `/oauth2/token`,
 * `/oauth2/userInfo`, `/oauth2/revoke`, `/logout`; and the identity pools' keys at `/.well-known/jwks_uri`.
 */
export function createUserPoolApp(options: UserPoolOptions): Hono {
  const { now, lifetimes } = options;
  const web: Web = {
    ...options,
    codes: createVouchers({ now, lifetimeMs: lifetimes.codeMs }),
    browsers: createVouchers({ now, lifetimeMs: lifetimes.browserSessionMs }),
  };
  const app = new Hono();
  addKeys(app, web);
  addSignIn(app, web);
  addOAuth(app, web);
  return app;
}

function addKeys(app: Hono, { world, tokens, openIdTokens, calls }: Web): void {
  const pool = `/${world.userPool.id}/.well-known`;
  app.use(`${pool}/*`, cors({ origin: "*" }));
  app.get(`${pool}/jwks.json`, (c) => {
    calls.add("jwks");
    return c.json(tokens.jwks());
  });
  app.get(`${pool}/openid-configuration`, (c) =>
    c.json(discovery(tokens.issuer, world.userPool.id, new URL(c.req.url).origin)),
  );
  app.get("/.well-known/jwks_uri", (c) => c.json(openIdTokens.jwks()));
}

/** The issuer is the real one; every address is the stand-in's own. */
function discovery(issuer: string, poolId: string, origin: string): object {
  return {
    issuer,
    authorization_endpoint: `${origin}/oauth2/authorize`,
    token_endpoint: `${origin}/oauth2/token`,
    userinfo_endpoint: `${origin}/oauth2/userInfo`,
    revocation_endpoint: `${origin}/oauth2/revoke`,
    end_session_endpoint: `${origin}/logout`,
    jwks_uri: `${origin}/${poolId}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code"],
    code_challenge_methods_supported: ["S256"],
    scopes_supported: ["openid", "email", "phone", "profile"],
    subject_types_supported: ["public"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
  };
}

function addSignIn(app: Hono, web: Web): void {
  app.get("/oauth2/authorize", (c) => {
    web.calls.add("authorize");
    return forRequest(c, web, (request) => {
      const browser = web.browsers.look(getCookie(c, SESSION_COOKIE) ?? "");
      return c.redirect(browser === undefined ? loginUri(c) : codeUri(web, request, browser));
    });
  });
  app.get("/login", (c) => forRequest(c, web, (request) => showLogin(c, request, 200)));
  app.post("/login", (c) => forRequest(c, web, (request) => signIn(c, web, request)));
  app.get("/logout", (c) => signOut(c, web));
}

/** Every step carries the client's request in its query and reads it anew, so that none can be reached without one. */
async function forRequest(
  c: Context,
  web: Web,
  go: (request: AuthorizeRequest) => Response | Promise<Response>,
): Promise<Response> {
  const reading = readAuthorizeRequest(new URL(c.req.url).searchParams, web.world.userPool.clients);
  if ("request" in reading) return go(reading.request);
  if ("redirectTo" in reading) return c.redirect(reading.redirectTo);
  return show(c, 400, await messagePage("This sign-in link does not work", reading.page));
}

async function signIn(c: Context, web: Web, request: AuthorizeRequest): Promise<Response> {
  const form = new URLSearchParams(await c.req.text());
  const csrfToken = getCookie(c, CSRF_COOKIE);
  if (csrfToken === undefined || !sameSecret(csrfToken, form.get("_csrf") ?? "")) {
    return showLogin(c, request, 403, { problem: "The form had grown old. Please try again." });
  }
  const username = form.get("username") ?? "";
  const user = userOfPassword(web.world.userPool, username, form.get("password") ?? "");
  if (user === undefined) {
    return showLogin(c, request, 401, { username, problem: "Incorrect username or password." });
  }
  const browser = { username: user.username, authTimeMs: web.now() };
  const maxAge = Math.floor(web.lifetimes.browserSessionMs / 1000);
  setCookie(c, SESSION_COOKIE, web.browsers.issue(browser), { ...COOKIE, maxAge });
  return c.redirect(codeUri(web, request, browser));
}

/** The token is kept while the browser keeps it, so that two open forms do not spoil each other. */
async function showLogin(
  c: Context,
  request: AuthorizeRequest,
  status: 200 | 401 | 403,
  again: { readonly username?: string; readonly problem?: string } = {},
): Promise<Response> {
  const csrfToken = getCookie(c, CSRF_COOKIE) ?? randomBytes(24).toString("base64url");
  setCookie(c, CSRF_COOKIE, csrfToken, COOKIE);
  const form = {
    action: loginUri(c),
    csrfToken,
    clientId: request.client.id,
    redirectUri: request.redirectUri,
  };
  return show(c, status, await loginPage({ ...form, ...again }));
}

function loginUri(c: Context): string {
  return `/login${new URL(c.req.url).search}`;
}

function codeUri(web: Web, request: AuthorizeRequest, browser: BrowserSession): string {
  const code = web.codes.issue({ request, ...browser });
  return withQuery(request.redirectUri, { code, state: request.state });
}

/** Cognito takes `logout_uri`, or `redirect_uri` to have the user sign in again. */
async function signOut(c: Context, web: Web): Promise<Response> {
  web.browsers.redeem(getCookie(c, SESSION_COOKIE) ?? "");
  deleteCookie(c, SESSION_COOKIE, { path: "/" });
  const query = new URL(c.req.url).searchParams;
  const client = findClient(web, query.get("client_id") ?? undefined);
  const next = query.has("logout_uri")
    ? oneOf(client?.logoutUris, query.get("logout_uri"))
    : oneOf(client?.redirectUris, query.get("redirect_uri")) && loginUri(c);
  if (next !== undefined) return c.redirect(next);
  const wanted = query.has("logout_uri") || query.has("redirect_uri");
  const more = wanted ? " The address to go on to is not one of the app client's." : "";
  return show(c, wanted ? 400 : 200, await messagePage("Signed out", `You are signed out.${more}`));
}

function oneOf(uris: readonly string[] | undefined, asked: string | null): string | undefined {
  return uris?.find((uri) => uri === asked);
}

function addOAuth(app: Hono, web: Web): void {
  // An app's own scheme has the origin "null", which every sandboxed page has too.
  const origins = web.world.userPool.clients
    .flatMap((client) => client.redirectUris ?? [])
    .map((uri) => new URL(uri).origin)
    .filter((origin) => origin !== "null");
  app.use("/oauth2/*", cors({ origin: origins, allowHeaders: ["authorization", "content-type"] }));
  app.post("/oauth2/token", async (c) => {
    web.calls.add("token");
    const answer = await answerTokenRequest(web, web.codes, await oauthForm(c));
    return c.json(answer.body, answer.status, { "cache-control": "no-store", pragma: "no-cache" });
  });
  app.on(["GET", "POST"], "/oauth2/userInfo", async (c) => {
    const answer = await userInfo(web, c.req.header("authorization"));
    return c.json(answer.body, answer.status, answer.headers);
  });
  app.post("/oauth2/revoke", async (c) => {
    const asked = await oauthForm(c);
    const client = authenticatedClient(web, asked);
    if (client === undefined) return c.json({ error: "invalid_client" }, 401);
    const token = asked.form.get("token");
    if (token === null) return c.json({ error: "invalid_request" }, 400);
    if ((await web.tokens.verify(token)) !== undefined)
      return c.json({ error: "unsupported_token_type" }, 400);
    web.signIns.revoke(token, client.id);
    return c.body(null, 200);
  });
}

async function oauthForm(c: Context): Promise<{ form: URLSearchParams; authorization: string | undefined }> {
  const isForm = c.req.header("content-type")?.split(";")[0]?.trim() === "application/x-www-form-urlencoded";
  const form = new URLSearchParams(isForm ? await c.req.text() : "");
  return { form, authorization: c.req.header("authorization") };
}

function show(c: Context, status: 200 | 400 | 401 | 403, page: Page): Response {
  return c.body(page.body, status, page.headers);
}
