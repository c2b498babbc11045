import type { Environment } from "../config/load.ts";
import { ask, jsonOf } from "./ask.ts";
import { Complaint } from "./complaint.ts";
import { portsOf } from "./ports.ts";

/** Tokens of a sign-in at the stand-in's user pool. */
export interface LocalTokens {
  readonly id: string | undefined;
  readonly access: string;
}

/** What goes as bearer: the ID token, or the access token of who has no other. */
export function bearerOf({ id, access }: LocalTokens): string {
  return id ?? access;
}

/** The password that every user of `config/local-world.yaml` has. */
const PASSWORD = "Postern-1!";

/**
 * Signs a user in at the stand-in AWS, as an app would: InitiateAuth with user name and password, or client credentials
 * for the app client `service`.
 *
 * @throws Complaint where no stand-in answers, or it refuses
 */
export async function signInLocally(user: string, env: Environment): Promise<LocalTokens> {
  const origin = `http://127.0.0.1:${portsOf(env).POSTERN_LOCAL_PORT}`;
  const { path, ...init } = user === "service" ? clientCredentials() : userPassword(user);
  const answer = await ask(new URL(path, origin), { ...init, method: "POST" }).catch((error: unknown) => {
    throw error instanceof Complaint
      ? new Complaint(`no stand-in AWS answers at ${origin}; start it with: postern dev`)
      : error;
  });
  const { AuthenticationResult, access_token, message, error } = jsonOf(answer) ?? {};
  const tokens = (AuthenticationResult ?? {}) as Readonly<Record<string, unknown>>;
  const access = tokens["AccessToken"] ?? access_token;
  if (!answer.ok || typeof access !== "string") {
    const why = [message, error].find((one) => typeof one === "string") ?? "and does not say why";
    throw new Complaint(`the stand-in refused ${user}: ${why}`);
  }
  const id = tokens["IdToken"];
  return { id: typeof id === "string" ? id : undefined, access };
}

interface Login {
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body: string | URLSearchParams;
}

function userPassword(user: string): Login {
  return {
    path: "/",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
    },
    body: JSON.stringify({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: "web",
      AuthParameters: { USERNAME: user, PASSWORD },
    }),
  };
}

function clientCredentials(): Login {
  return {
    path: "/oauth2/token",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "service",
      client_secret: "local-service-secret",
    }),
  };
}
