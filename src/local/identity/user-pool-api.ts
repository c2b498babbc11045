import { LocalError } from "../request.ts";
import type { AppClient, User } from "../world.ts";
import { textClaim } from "./claim-values.ts";
import type { Claims } from "./claim-values.ts";
import { createJsonService, optionalText, requiredText, textMap } from "./json-service.ts";
import type { JsonService } from "./json-service.ts";
import { sameSecret, secretHash, userOfPassword } from "./passwords.ts";
import type { SignIn } from "./sign-ins.ts";
import { findClient, issueTokens, readAccessToken } from "./user-pool-state.ts";
import type { UserPoolState } from "./user-pool-state.ts";

const API_SCOPE = "aws.cognito.signin.user.admin";

/** The unsigned calls of a user pool: InitiateAuth (password and refresh), GetUser, RevokeToken, GlobalSignOut. */
export function createUserPoolApi(state: UserPoolState): JsonService {
  return createJsonService(
    "AWSCognitoIdentityProviderService",
    {
      InitiateAuth: (input) => initiateAuth(state, input),
      GetUser: (input) => getUser(state, input),
      RevokeToken: (input) => revokeToken(state, input),
      GlobalSignOut: (input) => globalSignOut(state, input),
    },
    state.calls,
  );
}

async function initiateAuth(state: UserPoolState, input: Claims): Promise<object> {
  const flow = requiredText(input, "AuthFlow");
  const client = clientOf(state, requiredText(input, "ClientId"));
  const parameters = textMap(input, "AuthParameters");
  switch (flow) {
    case "USER_PASSWORD_AUTH":
      return passwordSignIn(state, client, parameters);
    case "REFRESH_TOKEN_AUTH":
    case "REFRESH_TOKEN":
      return refreshedSignIn(state, client, parameters);
    default:
      throw invalid(
        `The stand-in AWS has USER_PASSWORD_AUTH and REFRESH_TOKEN_AUTH, not ${flow}; it does not know SRP.`,
      );
  }
}

async function passwordSignIn(
  state: UserPoolState,
  client: AppClient,
  parameters: Readonly<Record<string, string>>,
): Promise<object> {
  if (!client.flows.includes("password"))
    throw invalid("USER_PASSWORD_AUTH flow not enabled for this client");
  const username = parameter(parameters, "USERNAME");
  const password = parameter(parameters, "PASSWORD");
  checkSecretHash(client, parameters, [username]);
  const { userPool } = state.world;
  const user = userOfPassword(userPool, username, password);
  if (user === undefined) {
    const exists = userPool.users.some((each) => each.username === username);
    if (!exists && client.preventUserExistenceErrors === false) throw unknownUser();
    throw notAuthorized("Incorrect username or password.");
  }
  const request = { username: user.username, clientId: client.id, scopes: [API_SCOPE], hosted: false };
  const { signIn, refreshToken } = state.signIns.begin(request);
  // Without the refresh flow the token could never be used.
  return authenticationResult(state, signIn, client.flows.includes("refresh") ? refreshToken : undefined);
}

async function refreshedSignIn(
  state: UserPoolState,
  client: AppClient,
  parameters: Readonly<Record<string, string>>,
): Promise<object> {
  if (!client.flows.includes("refresh")) throw invalid("REFRESH_TOKEN_AUTH flow not enabled for this client");
  const signIn = state.signIns.resume(parameter(parameters, "REFRESH_TOKEN"), client.id);
  if (signIn === "invalid") throw notAuthorized("Invalid Refresh Token");
  if (signIn === "expired") throw notAuthorized("Refresh Token has expired");
  if (signIn === "revoked") throw notAuthorized("Refresh Token has been revoked");
  const user = state.world.userPool.users.find((each) => each.username === signIn.username);
  checkSecretHash(client, parameters, [signIn.username, ...(user === undefined ? [] : [user.sub])]);
  return authenticationResult(state, signIn, undefined);
}

async function authenticationResult(
  state: UserPoolState,
  signIn: SignIn,
  refreshToken: string | undefined,
): Promise<object> {
  const { accessToken, idToken } = await issueTokens(state, signIn);
  return {
    ChallengeParameters: {},
    AuthenticationResult: {
      AccessToken: accessToken,
      ExpiresIn: state.lifetimes.accessTokenMs / 1000,
      TokenType: "Bearer",
      ...(refreshToken === undefined ? {} : { RefreshToken: refreshToken }),
      IdToken: idToken,
    },
  };
}

async function getUser(state: UserPoolState, input: Claims): Promise<object> {
  const { username, sub, attributes = {} } = await userOf(state, input);
  const named = Object.entries({ sub, ...attributes }).map(([Name, Value]) => ({ Name, Value }));
  return { Username: username, UserAttributes: named };
}

async function revokeToken(state: UserPoolState, input: Claims): Promise<object> {
  const token = requiredText(input, "Token");
  const client = clientOf(state, requiredText(input, "ClientId"));
  const secret = optionalText(input, "ClientSecret");
  if (client.secret !== undefined && !sameSecret(client.secret, secret ?? "")) {
    throw new LocalError("UnauthorizedException", "Invalid client secret", 400);
  }
  if ((await state.tokens.verify(token)) !== undefined) {
    throw new LocalError("UnsupportedTokenTypeException", "Unsupported token type", 400);
  }
  state.signIns.revoke(token, client.id);
  return {};
}

async function globalSignOut(state: UserPoolState, input: Claims): Promise<object> {
  const { username } = await userOf(state, input);
  state.signIns.signOut(username);
  return {};
}

async function userOf(state: UserPoolState, input: Claims): Promise<User> {
  const claims = await readAccessToken(state, requiredText(input, "AccessToken"));
  if (claims === "invalid") throw notAuthorized("Invalid Access Token");
  if (claims === "expired") throw notAuthorized("Access Token has expired");
  if (claims === "revoked") throw notAuthorized("Access Token has been revoked");
  if (!textClaim(claims, "scope")?.split(" ").includes(API_SCOPE)) {
    throw notAuthorized("Access Token does not have required scopes");
  }
  const user = state.world.userPool.users.find((each) => each.sub === claims["sub"]);
  if (user === undefined) throw unknownUser();
  return user;
}

function clientOf(state: UserPoolState, clientId: string): AppClient {
  const client = findClient(state, clientId);
  if (client !== undefined) return client;
  throw new LocalError("ResourceNotFoundException", `User pool client ${clientId} does not exist.`, 400);
}

function parameter(parameters: Readonly<Record<string, string>>, name: string): string {
  const value = parameters[name];
  if (value === undefined || value === "") throw invalid(`Missing required parameter ${name}`);
  return value;
}

function checkSecretHash(
  client: AppClient,
  parameters: Readonly<Record<string, string>>,
  names: readonly string[],
): void {
  if (client.secret === undefined) return;
  const given = parameters["SECRET_HASH"];
  if (given === undefined) {
    throw notAuthorized(`Client ${client.id} is configured with secret but SECRET_HASH was not received`);
  }
  if (!names.some((name) => sameSecret(secretHash(client, name), given))) {
    throw notAuthorized(`Unable to verify secret hash for client ${client.id}`);
  }
}

function unknownUser(): LocalError {
  return new LocalError("UserNotFoundException", "User does not exist.", 400);
}

function notAuthorized(message: string): LocalError {
  return new LocalError("NotAuthorizedException", message, 400);
}

function invalid(message: string): LocalError {
  return new LocalError("InvalidParameterException", message, 400);
}
