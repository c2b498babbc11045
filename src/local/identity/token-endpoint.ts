import { createHash } from "node:crypto";
import type { AppClient } from "../world.ts";
import type { AuthorizeRequest } from "./authorize-request.ts";
import { sameSecret } from "./passwords.ts";
import type { SignIn } from "./sign-ins.ts";
import { findClient, issueTokens } from "./user-pool-state.ts";
import type { UserPoolState } from "./user-pool-state.ts";
import type { Vouchers } from "./vouchers.ts";

/** What an authorization code stands for. */
export interface CodeGrant {
  readonly request: AuthorizeRequest;
  readonly username: string;
  readonly authTimeMs: number;
}

/** The token endpoint's JSON and status. */
export interface OAuthAnswer {
  readonly status: 200 | 400 | 401;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A form and the `Authorization` header that came with it. */
export interface OAuthForm {
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
}

/**
 * Answers `POST /oauth2/token`: authorization_code, refresh_token, client_credentials.
 *
 * Source: RFC 6749, RFC 7636, CDG "token endpoint"; Cognito answers every error with 400.
 */
export async function answerTokenRequest(
  state: UserPoolState,
  codes: Vouchers<CodeGrant>,
  { form, authorization }: OAuthForm,
): Promise<OAuthAnswer> {
  if (hasRepeats(form)) return refused("invalid_request");
  const client = authenticatedClient(state, { form, authorization });
  if (client === undefined) return refused("invalid_client");
  switch (form.get("grant_type")) {
    case "authorization_code":
      return codeGrant(state, codes, { client, form });
    case "refresh_token":
      return refreshGrant(state, { client, form });
    case "client_credentials":
      return serviceGrant(state, { client, form });
    case null:
      return refused("invalid_request");
    default:
      return refused("unsupported_grant_type");
  }
}

/**
 * The client of a request: by `client_secret_basic`, by `client_secret_post` or, having no secret, by its id alone.
 *
 * Undefined when it is unknown, its secret is wrong or missing, or it gives a secret in both ways.
 */
export function authenticatedClient(state: UserPoolState, asked: OAuthForm): AppClient | undefined {
  const shown = shownCredentials(asked);
  const client = findClient(state, shown?.id);
  if (client?.secret === undefined) return shown?.secret === undefined ? client : undefined;
  return sameSecret(client.secret, shown?.secret ?? "") ? client : undefined;
}

interface ClientCredentials {
  readonly id: string;
  readonly secret?: string;
}

function shownCredentials({ form, authorization }: OAuthForm): ClientCredentials | undefined {
  const id = form.get("client_id");
  const secret = form.get("client_secret");
  if (authorization === undefined) {
    return id === null ? undefined : { id, ...(secret === null ? {} : { secret }) };
  }
  const basic = basicCredentials(authorization);
  return secret === null && (id === null || id === basic?.id) ? basic : undefined;
}

interface Asked {
  readonly client: AppClient;
  readonly form: URLSearchParams;
}

async function codeGrant(
  state: UserPoolState,
  codes: Vouchers<CodeGrant>,
  asked: Asked,
): Promise<OAuthAnswer> {
  const { client, form } = asked;
  if (!client.flows.includes("code")) return refused("unauthorized_client");
  const code = form.get("code");
  if (code === null || form.get("redirect_uri") === null) return refused("invalid_request");
  const grant = codes.redeem(code);
  if (grant === undefined || !redeems(grant.request, asked)) return refused("invalid_grant");
  const { scopes, nonce } = grant.request;
  const { signIn, refreshToken } = state.signIns.begin({
    username: grant.username,
    clientId: client.id,
    scopes,
    hosted: true,
    authTimeMs: grant.authTimeMs,
    ...(nonce === undefined ? {} : { nonce }),
  });
  return tokenAnswer(state, signIn, client.flows.includes("refresh") ? refreshToken : undefined);
}

/** A code is good for the client, the redirect URI and the verifier that it was asked for with. */
function redeems(request: AuthorizeRequest, { client, form }: Asked): boolean {
  const verifier = form.get("code_verifier");
  const challenge = verifier === null ? undefined : createHash("sha256").update(verifier).digest("base64url");
  return (
    request.client.id === client.id &&
    request.redirectUri === form.get("redirect_uri") &&
    request.codeChallenge === challenge
  );
}

async function refreshGrant(state: UserPoolState, { client, form }: Asked): Promise<OAuthAnswer> {
  if (!client.flows.includes("refresh")) return refused("unauthorized_client");
  const token = form.get("refresh_token");
  if (token === null) return refused("invalid_request");
  const signIn = state.signIns.resume(token, client.id);
  return typeof signIn === "string" ? refused("invalid_grant") : tokenAnswer(state, signIn, undefined);
}

async function serviceGrant(state: UserPoolState, { client, form }: Asked): Promise<OAuthAnswer> {
  const own = client.scopes ?? [];
  if (!client.flows.includes("client_credentials") || client.secret === undefined) {
    return refused("unauthorized_client");
  }
  const asked = (form.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  if (!asked.every((scope) => own.includes(scope))) return refused("invalid_scope");
  const scopes = asked.length === 0 ? own : asked;
  const accessToken = await state.tokens.issueServiceToken({ clientId: client.id, scopes });
  return { status: 200, body: { access_token: accessToken, ...bearer(state) } };
}

async function tokenAnswer(
  state: UserPoolState,
  signIn: SignIn,
  refreshToken: string | undefined,
): Promise<OAuthAnswer> {
  const { accessToken, idToken } = await issueTokens(state, signIn);
  return {
    status: 200,
    body: { id_token: idToken, access_token: accessToken, refresh_token: refreshToken, ...bearer(state) },
  };
}

function bearer(state: UserPoolState): { readonly expires_in: number; readonly token_type: "Bearer" } {
  return { expires_in: state.lifetimes.accessTokenMs / 1000, token_type: "Bearer" };
}

function refused(error: string): OAuthAnswer {
  return { status: 400, body: { error } };
}

function hasRepeats(form: URLSearchParams): boolean {
  return [...form.keys()].length !== new Set(form.keys()).size;
}

/** RFC 6749 2.3.1: id and secret are form-encoded before they are put together. */
function basicCredentials(authorization: string): ClientCredentials | undefined {
  const [, encoded] = /^Basic ([\w+/]+=*)$/i.exec(authorization) ?? [];
  if (encoded === undefined) return undefined;
  const [id = "", ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return { id: formDecoded(id), secret: formDecoded(rest.join(":")) };
}

function formDecoded(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll("&", "%26")}`).get("v") ?? "";
}
