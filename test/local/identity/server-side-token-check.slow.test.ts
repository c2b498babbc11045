import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
} from "@aws-sdk/client-cognito-identity";
import {
  CognitoIdentityProviderClient,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startLocalAws, withPool } from "./local-aws.ts";
import type { LocalAws } from "./local-aws.ts";

const POOL = "us-east-1:00000000-0000-4000-8000-000000000001";
const CARELESS_POOL = "us-east-1:00000000-0000-4000-8000-000000000002";
const PROVIDER = "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";

let aws: LocalAws;
let userPool: CognitoIdentityProviderClient;
let pools: CognitoIdentityClient;
beforeEach(async () => {
  aws = await startLocalAws(withPool({ serverSideTokenCheck: true }));
  const options = { endpoint: aws.endpoint, region: "us-east-1", maxAttempts: 1 };
  userPool = new CognitoIdentityProviderClient(options);
  pools = new CognitoIdentityClient(options);
});
afterEach(() => aws.close());

async function signIn(USERNAME = "analyst") {
  const { AuthenticationResult: result } = await userPool.send(
    new InitiateAuthCommand({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: "web",
      AuthParameters: { USERNAME, PASSWORD: "Postern-1!" },
    }),
  );
  return {
    id: result?.IdToken ?? "",
    access: result?.AccessToken ?? "",
    refresh: result?.RefreshToken ?? "",
  };
}

const signOut = (AccessToken: string) => userPool.send(new GlobalSignOutCommand({ AccessToken }));

async function getId(idToken: string, IdentityPoolId = POOL): Promise<string> {
  const input = { IdentityPoolId, Logins: { [PROVIDER]: idToken } };
  return (await pools.send(new GetIdCommand(input))).IdentityId ?? "";
}

const revoked = {
  name: "NotAuthorizedException",
  message: "Invalid login token. Token has been revoked.",
  $metadata: { httpStatusCode: 400 },
};

describe("an identity pool that asks the user pool", () => {
  it("refuses every token of a user who signed out everywhere, for credentials too", async () => {
    const [one, other, bystander] = [await signIn(), await signIn(), await signIn("editor")];
    const IdentityId = await getId(one.id);
    await signOut(one.access);
    for (const { id } of [one, other]) {
      await expect(getId(id)).rejects.toMatchObject(revoked);
      const Logins = { [PROVIDER]: id };
      const call = pools.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins }));
      await expect(call).rejects.toMatchObject(revoked);
    }
    await expect(getId(bystander.id)).resolves.toBeDefined();
    expect(await getId((await signIn()).id)).toBe(IdentityId);
  });

  it("refuses those that were made without a sign-in, unless they are newer", async () => {
    const issue = () => aws.side.tokens.issueIdToken({ username: "analyst", clientId: "web" });
    const before = await issue();
    await signOut((await signIn()).access);
    await expect(getId(before)).rejects.toMatchObject(revoked);
    aws.passMs(1000);
    await expect(getId(await issue())).resolves.toBeDefined();
  });

  it("refuses the tokens of a sign-in that was ended alone, and no others", async () => {
    const [one, other] = [await signIn(), await signIn()];
    await userPool.send(new RevokeTokenCommand({ ClientId: "web", Token: one.refresh }));
    await expect(getId(one.id)).rejects.toMatchObject(revoked);
    await expect(getId(other.id)).resolves.toBeDefined();
  });

  it("is not every identity pool", async () => {
    const { id, access } = await signIn();
    await signOut(access);
    await expect(getId(id, CARELESS_POOL)).resolves.toBeDefined();
  });
});

it("remembers for a day what was ended, and then forgets the sign-in", async () => {
  const { refresh } = await signIn();
  const again = () =>
    userPool.send(
      new InitiateAuthCommand({
        AuthFlow: "REFRESH_TOKEN_AUTH",
        ClientId: "web",
        AuthParameters: { REFRESH_TOKEN: refresh },
      }),
    );
  const DAY_MS = 24 * 3_600_000;
  aws.passMs(30 * DAY_MS);
  await signIn();
  await expect(again()).rejects.toThrow("Refresh Token has expired");
  aws.passMs(DAY_MS);
  await signIn();
  await expect(again()).rejects.toThrow("Invalid Refresh Token");
});
