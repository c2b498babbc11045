import { CognitoIdentity } from "@aws-sdk/client-cognito-identity";
import type { LocalAws } from "../../../src/local/aws.ts";
import { WORLD } from "../stand-in.ts";
import type { Signer } from "./signed-handshake.ts";

/** An identity of the identity pool, with its credentials. */
export interface SignedIn extends Signer {
  readonly identityId: string;
  /** Of the user pool; empty for a guest. */
  readonly sub: string;
}

const POOL = "us-east-1:00000000-0000-4000-8000-000000000001";
const PROVIDER = "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";

/** Signs a user of the world in, or a guest, and gets credentials by the enhanced flow. */
export async function signIn(aws: LocalAws, username?: string): Promise<SignedIn> {
  const client = new CognitoIdentity({ endpoint: aws.url, region: "us-east-1" });
  const user = WORLD.userPool.users.find((each) => each.username === username);
  const Logins =
    user === undefined
      ? {}
      : { [PROVIDER]: await aws.identity.tokens.issueIdToken({ username: user.username, clientId: "web" }) };
  const { IdentityId = "" } = await client.getId({ IdentityPoolId: POOL, Logins });
  const { Credentials } = await client.getCredentialsForIdentity({ IdentityId, Logins });
  const { AccessKeyId = "", SecretKey = "", SessionToken = "" } = Credentials ?? {};
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretKey,
    sessionToken: SessionToken,
    identityId: IdentityId,
    sub: user?.sub ?? "",
  };
}
