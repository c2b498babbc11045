import type { Environment } from "../config/load.ts";
import { portsOf } from "./run.ts";

/** Tokens of a sign-in at the stand-in's user pool. */
export interface LocalTokens {
  readonly id: string | undefined;
  readonly access: string;
}

/** The password that every user of `config/local-world.yaml` has. */
const PASSWORD = "Postern-1!";
const TIMEOUT_MS = 5000;

/**
 * Signs a user in at the stand-in AWS, as an app would: InitiateAuth with user name and password, or client credentials
 * for the app client `service`. Rejects with a sentence for people.
 */
export async function signInLocally(user: string, env: Environment): Promise<LocalTokens> {
  const origin = `http://127.0.0.1:${portsOf(env).POSTERN_LOCAL_PORT}`;
  const [url, init] = user === "service" ? clientCredentials(origin) : userPassword(origin, user);
  let answer: Response;
  try {
    answer = await fetch(url, { ...init, method: "POST", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new Error(`no stand-in AWS answers at ${origin}; start it with: postern dev`);
  }
  const body = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok)
    throw new Error(`the stand-in refused ${user}: ${String(body["message"] ?? body["error"])}`);
  const tokens = (body["AuthenticationResult"] ?? { AccessToken: body["access_token"] }) as Record<
    string,
    string
  >;
  return { id: tokens["IdToken"], access: tokens["AccessToken"] ?? "" };
}

function userPassword(origin: string, user: string): [string, RequestInit] {
  const body = JSON.stringify({
    AuthFlow: "USER_PASSWORD_AUTH",
    ClientId: "web",
    AuthParameters: { USERNAME: user, PASSWORD },
  });
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
  };
  return [`${origin}/`, { headers, body }];
}

function clientCredentials(origin: string): [string, RequestInit] {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: "service",
    client_secret: "local-service-secret",
  });
  return [`${origin}/oauth2/token`, { body }];
}
