import type { AppClient } from "../world.ts";

/** A checked request for an authorization code. */
export interface AuthorizeRequest {
  readonly client: AppClient;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state?: string;
  readonly nonce?: string;
  /** The S256 challenge; a public client always has one. */
  readonly codeChallenge?: string;
}

/**
 * A request that holds, an error for the client by way of its redirect URI, or one for the user's eyes only, because
 * the redirect URI is not to be trusted.
 */
export type AuthorizeReading =
  | { readonly request: AuthorizeRequest }
  | { readonly redirectTo: string }
  | { readonly page: string };

/** What every client may ask for; custom scopes are the client's own. */
const STANDARD_SCOPES = ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"];

const CHALLENGE = /^[\w-]{43}$/;

interface OAuthError {
  readonly error: string;
  readonly description: string;
}

/** Reads the query of `/oauth2/authorize`. Source: RFC 6749 4.1, RFC 7636, CDG "authorize endpoint". */
export function readAuthorizeRequest(
  query: URLSearchParams,
  clients: readonly AppClient[],
): AuthorizeReading {
  const client = clients.find((each) => each.id === single(query, "client_id"));
  if (client === undefined) return { page: "The client_id is missing or names no app client." };
  const redirectUri = single(query, "redirect_uri");
  if (redirectUri === undefined || !client.redirectUris?.includes(redirectUri)) {
    return { page: "The redirect_uri is missing or is not one of the app client's (redirect_mismatch)." };
  }
  const state = single(query, "state");
  const fault = faultOf(query, client);
  if (fault !== undefined) {
    const { error, description } = fault;
    return { redirectTo: withQuery(redirectUri, { error, error_description: description, state }) };
  }
  const nonce = single(query, "nonce");
  const codeChallenge = single(query, "code_challenge");
  return {
    request: {
      client,
      redirectUri,
      scopes: scopesOf(query, client),
      ...(state === undefined ? {} : { state }),
      ...(nonce === undefined ? {} : { nonce }),
      ...(codeChallenge === undefined ? {} : { codeChallenge }),
    },
  };
}

/** A URI with more in its query; members without a value are left out. */
export function withQuery(uri: string, more: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(more)) {
    if (value !== undefined) url.searchParams.append(name, value);
  }
  return url.href;
}

function faultOf(query: URLSearchParams, client: AppClient): OAuthError | undefined {
  const repeated = [...new Set(query.keys())].find((name) => query.getAll(name).length > 1);
  if (repeated !== undefined) return { error: "invalid_request", description: `${repeated} is given twice` };
  if (query.get("response_type") !== "code") {
    return { error: "unsupported_response_type", description: "response_type must be code" };
  }
  if (!client.flows.includes("code")) {
    return { error: "unauthorized_client", description: "the app client does not have the code flow" };
  }
  const known = [...STANDARD_SCOPES, ...(client.scopes ?? [])];
  if (!scopesOf(query, client).every((scope) => known.includes(scope))) {
    return { error: "invalid_scope", description: "a scope is not among the app client's" };
  }
  return challengeFault(query, client);
}

function challengeFault(query: URLSearchParams, client: AppClient): OAuthError | undefined {
  const challenge = query.get("code_challenge");
  const method = query.get("code_challenge_method");
  if (challenge === null && method === null) {
    const missing = {
      error: "invalid_request",
      description: "a public client needs a code_challenge (PKCE)",
    };
    return client.secret === undefined ? missing : undefined;
  }
  if (method !== "S256")
    return { error: "invalid_request", description: "code_challenge_method must be S256" };
  if (challenge !== null && CHALLENGE.test(challenge)) return undefined;
  return { error: "invalid_request", description: "code_challenge must be a SHA-256 in base64url" };
}

/** A client that names no scope gets all of its own. */
function scopesOf(query: URLSearchParams, client: AppClient): readonly string[] {
  const asked = (query.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  return asked.length > 0 ? [...new Set(asked)] : [...STANDARD_SCOPES, ...(client.scopes ?? [])];
}

function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}
