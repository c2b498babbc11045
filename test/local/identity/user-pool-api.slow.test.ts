import {
  CognitoIdentityProviderClient,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { secretHash } from "../../../src/local/identity/passwords.ts";
import type { AppClient, World } from "../../../src/local/world.ts";
import { shippedWorld, startLocalAws } from "./local-aws.ts";
import type { LocalAws } from "./local-aws.ts";

const CONFIDENTIAL: AppClient = { id: "desk", secret: "desk-secret", flows: ["password", "refresh"] };
const OUTSPOKEN: AppClient = { id: "outspoken", flows: ["password"], preventUserExistenceErrors: false };

let aws: LocalAws;
let client: CognitoIdentityProviderClient;
beforeAll(async () => {
  const world = shippedWorld();
  const clients = [...world.userPool.clients, CONFIDENTIAL, OUTSPOKEN];
  aws = await startLocalAws({ ...world, userPool: { ...world.userPool, clients } } satisfies World);
  client = new CognitoIdentityProviderClient({ endpoint: aws.endpoint, region: "us-east-1", maxAttempts: 1 });
});
afterAll(() => aws.close());

function signIn(parameters: Record<string, string> = {}, clientId = "web") {
  const given = { USERNAME: "analyst", PASSWORD: "Postern-1!", ...parameters };
  return client.send(
    new InitiateAuthCommand({ AuthFlow: "USER_PASSWORD_AUTH", ClientId: clientId, AuthParameters: given }),
  );
}

function refresh(parameters: Record<string, string>, clientId = "web") {
  return client.send(
    new InitiateAuthCommand({
      AuthFlow: "REFRESH_TOKEN_AUTH",
      ClientId: clientId,
      AuthParameters: parameters,
    }),
  );
}

async function tokensOf(answer: ReturnType<typeof signIn>) {
  const { AuthenticationResult: result } = await answer;
  return {
    id: result?.IdToken ?? "",
    access: result?.AccessToken ?? "",
    refresh: result?.RefreshToken ?? "",
  };
}

describe("InitiateAuth with a password", () => {
  it("gives three tokens of one sign-in", async () => {
    const { AuthenticationResult: result, ChallengeParameters } = await signIn();
    expect(ChallengeParameters).toEqual({});
    expect(result).toMatchObject({ ExpiresIn: 3600, TokenType: "Bearer", RefreshToken: expect.any(String) });
    const [id, access] = [decodeJwt(result?.IdToken ?? ""), decodeJwt(result?.AccessToken ?? "")];
    expect(id).toMatchObject({ "cognito:username": "analyst", aud: "web", token_use: "id" });
    expect(access).toMatchObject({ username: "analyst", scope: "aws.cognito.signin.user.admin" });
    expect(access["version"]).toBeUndefined();
    expect([id["origin_jti"], id["event_id"]]).toEqual([access["origin_jti"], access["event_id"]]);
    expect(id.jti).not.toBe(access.jti);
  });

  it("counts its calls", async () => {
    const before = aws.side.calls.of("InitiateAuth");
    await signIn();
    await signIn({ PASSWORD: "wrong" }).catch(() => undefined);
    expect(aws.side.calls.of("InitiateAuth")).toBe(before + 2);
  });

  it.each([
    ["a wrong password", { PASSWORD: "wrong" }, "web"],
    ["an unknown user", { USERNAME: "nobody" }, "web"],
    ["a wrong password, where unknown users are told", { PASSWORD: "wrong" }, "outspoken"],
  ])("refuses %s in the same words", async (_what, parameters, clientId) => {
    await expect(signIn(parameters, clientId)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Incorrect username or password.",
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("tells of an unknown user where the app client is configured to", async () => {
    await expect(signIn({ USERNAME: "nobody" }, "outspoken")).rejects.toMatchObject({
      name: "UserNotFoundException",
      message: "User does not exist.",
    });
  });

  it.each([
    [{}, "nobody", "ResourceNotFoundException", "User pool client nobody does not exist."],
    [{}, "service", "InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"],
    [{ USERNAME: "" }, "web", "InvalidParameterException", "Missing required parameter USERNAME"],
    [{ PASSWORD: "" }, "web", "InvalidParameterException", "Missing required parameter PASSWORD"],
    [
      {},
      "desk",
      "NotAuthorizedException",
      "Client desk is configured with secret but SECRET_HASH was not received",
    ],
    [{ SECRET_HASH: "x" }, "desk", "NotAuthorizedException", "Unable to verify secret hash for client desk"],
  ])("refuses %j of client %s as %s", async (parameters, clientId, name, message) => {
    await expect(signIn(parameters, clientId)).rejects.toMatchObject({ name, message });
  });

  it("takes a confidential client with the right secret hash", async () => {
    const answer = await signIn({ SECRET_HASH: secretHash(CONFIDENTIAL, "analyst") }, "desk");
    expect(answer.AuthenticationResult?.IdToken).toBeDefined();
  });

  it("gives no refresh token to a client without the refresh flow", async () => {
    expect((await signIn({}, "outspoken")).AuthenticationResult?.RefreshToken).toBeUndefined();
  });
});

describe("InitiateAuth with a refresh token", () => {
  it("gives new tokens of the old sign-in, and no refresh token", async () => {
    const first = await tokensOf(signIn());
    aws.passMs(10_000);
    const answer = await refresh({ REFRESH_TOKEN: first.refresh });
    expect(answer.AuthenticationResult?.RefreshToken).toBeUndefined();
    const [before, after] = [decodeJwt(first.id), decodeJwt(answer.AuthenticationResult?.IdToken ?? "")];
    expect(after["auth_time"]).toBe(before["auth_time"]);
    expect(after["origin_jti"]).toBe(before["origin_jti"]);
    expect(after.jti).not.toBe(before.jti);
    expect(Number(after.iat) - Number(before.iat)).toBeGreaterThanOrEqual(10);
  });

  it("answers to the short name of the flow too", async () => {
    const first = await tokensOf(signIn());
    const command = {
      AuthFlow: "REFRESH_TOKEN",
      ClientId: "web",
      AuthParameters: { REFRESH_TOKEN: first.refresh },
    };
    const answer = await client.send(new InitiateAuthCommand(command as never));
    expect(answer.AuthenticationResult?.IdToken).toBeDefined();
  });

  it("asks a confidential client for its secret hash, of the name or of the sub", async () => {
    const hash = secretHash(CONFIDENTIAL, "analyst");
    const { refresh: token } = await tokensOf(signIn({ SECRET_HASH: hash }, "desk"));
    const bySub = secretHash(CONFIDENTIAL, "00000000-aaaa-4000-8000-000000000002");
    await expect(refresh({ REFRESH_TOKEN: token }, "desk")).rejects.toThrow("SECRET_HASH was not received");
    await expect(refresh({ REFRESH_TOKEN: token, SECRET_HASH: hash }, "desk")).resolves.toBeDefined();
    await expect(refresh({ REFRESH_TOKEN: token, SECRET_HASH: bySub }, "desk")).resolves.toBeDefined();
  });

  it("refuses tokens that it did not give to this client", async () => {
    const { refresh: token } = await tokensOf(signIn());
    await expect(refresh({ REFRESH_TOKEN: "made-up" })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Invalid Refresh Token",
    });
    const hash = secretHash(CONFIDENTIAL, "analyst");
    await expect(refresh({ REFRESH_TOKEN: token, SECRET_HASH: hash }, "desk")).rejects.toThrow(
      "Invalid Refresh Token",
    );
  });

  it("refuses expired ones", async () => {
    const own = await startLocalAws(shippedWorld(), { lifetimes: { refreshTokenMs: 1000 } });
    const other = new CognitoIdentityProviderClient({
      endpoint: own.endpoint,
      region: "us-east-1",
      maxAttempts: 1,
    });
    const auth = (
      AuthFlow: "USER_PASSWORD_AUTH" | "REFRESH_TOKEN_AUTH",
      AuthParameters: Record<string, string>,
    ) => other.send(new InitiateAuthCommand({ AuthFlow, ClientId: "web", AuthParameters }));
    const { AuthenticationResult } = await auth("USER_PASSWORD_AUTH", {
      USERNAME: "admin",
      PASSWORD: "Postern-1!",
    });
    own.passMs(1000);
    const parameters = { REFRESH_TOKEN: AuthenticationResult?.RefreshToken ?? "" };
    await expect(auth("REFRESH_TOKEN_AUTH", parameters)).rejects.toThrow("Refresh Token has expired");
    own.close();
  });
});

const getUser = (AccessToken: string) => client.send(new GetUserCommand({ AccessToken }));

describe("GetUser, RevokeToken and GlobalSignOut", () => {
  it("tell the user of an access token", async () => {
    const { access } = await tokensOf(signIn());
    const user = await client.send(new GetUserCommand({ AccessToken: access }));
    expect(user.Username).toBe("analyst");
    expect(user.UserAttributes).toContainEqual({ Name: "custom:tenant", Value: "acme" });
  });

  it("refuse tokens that are no valid access token", async () => {
    const { id, access } = await tokensOf(signIn());
    await expect(getUser(id)).rejects.toThrow("Invalid Access Token");
    await expect(getUser(`${access.slice(0, -4)}AAAA`)).rejects.toThrow("Invalid Access Token");
    const scoped = await aws.side.tokens.issueAccessToken({
      username: "admin",
      clientId: "web",
      scopes: ["openid"],
    });
    await expect(getUser(scoped)).rejects.toThrow("Access Token does not have required scopes");
    aws.passMs(3_600_000);
    await expect(getUser(access)).rejects.toThrow("Access Token has expired");
  });

  it("end one sign-in and no other", async () => {
    const [one, two] = [await tokensOf(signIn()), await tokensOf(signIn())];
    await client.send(new RevokeTokenCommand({ ClientId: "web", Token: one.refresh }));
    await expect(refresh({ REFRESH_TOKEN: one.refresh })).rejects.toThrow("Refresh Token has been revoked");
    await expect(client.send(new GetUserCommand({ AccessToken: one.access }))).rejects.toThrow(
      "Access Token has been revoked",
    );
    await expect(refresh({ REFRESH_TOKEN: two.refresh })).resolves.toBeDefined();
  });

  it("revoke refresh tokens only, for their own client only", async () => {
    const { access, refresh: token } = await tokensOf(signIn());
    await expect(
      client.send(new RevokeTokenCommand({ ClientId: "web", Token: access })),
    ).rejects.toMatchObject({
      name: "UnsupportedTokenTypeException",
    });
    const wrong = new RevokeTokenCommand({ ClientId: "desk", ClientSecret: "wrong", Token: token });
    await expect(client.send(wrong)).rejects.toMatchObject({ name: "UnauthorizedException" });
    await client.send(
      new RevokeTokenCommand({ ClientId: "desk", ClientSecret: "desk-secret", Token: token }),
    );
    await expect(refresh({ REFRESH_TOKEN: token })).resolves.toBeDefined();
  });

  it("end every sign-in of the user", async () => {
    const [one, two] = [await tokensOf(signIn()), await tokensOf(signIn())];
    await client.send(new GlobalSignOutCommand({ AccessToken: one.access }));
    await expect(refresh({ REFRESH_TOKEN: one.refresh })).rejects.toThrow("Refresh Token has been revoked");
    await expect(refresh({ REFRESH_TOKEN: two.refresh })).rejects.toThrow("Refresh Token has been revoked");
    await expect(signIn()).resolves.toBeDefined();
  });
});

describe("what the stand-in does not have", () => {
  it("is refused in words", async () => {
    const answer = await aws.side.cognitoIdp("AWSCognitoIdentityProviderService.SignUp", "{}");
    expect(answer.status).toBe(400);
    expect(answer.body).toContain("UnknownOperationException");
    expect(answer.body).toContain("AWSCognitoIdentityProviderService has InitiateAuth, GetUser");
    const srp = new InitiateAuthCommand({ AuthFlow: "USER_SRP_AUTH", ClientId: "web", AuthParameters: {} });
    await expect(client.send(srp)).rejects.toThrow("it does not know SRP");
  });

  it.each(["toString", "__proto__", "constructor", ""])("is not found under the name %j", async (name) => {
    const answer = await aws.side.cognitoIdp(`AWSCognitoIdentityProviderService.${name}`, "{}");
    expect(answer.body).toContain("UnknownOperationException");
  });

  it.each(["", "[]", "null", "not json"])("nor is a body such as %j read", async (body) => {
    const answer = await aws.side.cognitoIdp("AWSCognitoIdentityProviderService.InitiateAuth", body);
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining("SerializationException")]);
  });
});
