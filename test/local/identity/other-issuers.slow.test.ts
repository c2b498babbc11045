import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  GetOpenIdTokenCommand,
} from "@aws-sdk/client-cognito-identity";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../../../src/local/session.ts";
import type { IdentityPool, Role, World } from "../../../src/local/world.ts";
import { shippedWorld, startLocalAws } from "./local-aws.ts";
import type { LocalAws } from "./local-aws.ts";
import { createOwnIssuer } from "./own-issuer.ts";
import type { OwnIssuer } from "./own-issuer.ts";

const POOL = "us-east-1:00000000-0000-4000-8000-000000000001";
const CLASSIC_POOL = "us-east-1:00000000-0000-4000-8000-000000000002";
const USER_POOL = "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";
const ROLE = "arn:aws:iam::123456789012:role";
const PROVIDER = "accounts.example.com";
const PROVIDER_ARN = `arn:aws:iam::123456789012:oidc-provider/${PROVIDER}`;
const GOOGLE = "accounts.google.com";
const SILENT = "silent.example.com";

const openIdProviders = [
  { provider: PROVIDER, clientIds: ["app-1"], principalTags: { tenant: "tenant" } },
  { provider: GOOGLE, clientIds: ["app-1"] },
  { provider: SILENT, clientIds: ["app-1"] },
];

const rulesFor = (claim: string, role: string): NonNullable<IdentityPool["roleMappings"]>[string] => ({
  type: "Rules",
  ambiguousRoleResolution: "AuthenticatedRole",
  rules: [{ claim, matchType: "Equals", value: "yes", roleArn: `${ROLE}/${role}` }],
});

/** A role for the tokens of the issuer that go to STS straight, with tags and a source identity. */
const WEB: Role = {
  name: "web",
  trust: {
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Federated: PROVIDER_ARN },
      Action: ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
      Condition: {
        StringEquals: { [`${PROVIDER}:aud`]: "app-1" },
        StringLike: { "sts:RoleSessionName": "web-*" },
      },
    },
  },
  policies: [],
};
const PLAIN: Role = {
  name: "plain-web",
  trust: {
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Federated: PROVIDER_ARN },
      Action: "sts:AssumeRoleWithWebIdentity",
    },
  },
  policies: [],
};

function worldWithProviders(): World {
  const world = shippedWorld();
  const identityPools = world.identityPools.map((pool, index) => ({
    ...pool,
    openIdProviders,
    ...(index === 0 && {
      roleMappings: {
        ...pool.roleMappings,
        [PROVIDER_ARN]: rulesFor("editor", "editor"),
        [GOOGLE]: rulesFor("admin", "admin"),
      },
    }),
  }));
  const oidcProviders = [
    ...(world.oidcProviders ?? []),
    { url: PROVIDER, clientIds: ["app-1"] },
    { url: SILENT, clientIds: ["app-1"] },
    { url: `issuer-${USER_POOL}`, clientIds: ["web"] },
  ];
  return { ...world, identityPools, oidcProviders, roles: [...world.roles, WEB, PLAIN] };
}

let issuer: OwnIssuer;
let google: OwnIssuer;
let elliptic: OwnIssuer;
let aws: LocalAws;
let pools: CognitoIdentityClient;
let sts: STSClient;
beforeAll(async () => {
  [issuer, google, elliptic] = await Promise.all([
    createOwnIssuer(`https://${PROVIDER}`),
    createOwnIssuer(`https://${GOOGLE}`),
    createOwnIssuer(`https://${PROVIDER}`, "ES256"),
  ]);
  issuer.jwks.keys.push(...elliptic.jwks.keys);
  aws = await startLocalAws(worldWithProviders(), { issuers: [issuer, google] });
  const options = { endpoint: aws.endpoint, region: "us-east-1", maxAttempts: 1 };
  pools = new CognitoIdentityClient(options);
  sts = new STSClient(options);
});
afterAll(() => aws.close());

type Logins = Record<string, string>;

async function getId(Logins: Logins, IdentityPoolId = POOL): Promise<string> {
  return (await pools.send(new GetIdCommand({ IdentityPoolId, Logins }))).IdentityId ?? "";
}

async function sessionOf(IdentityId: string, Logins: Logins, CustomRoleArn?: string): Promise<Session> {
  const input = { IdentityId, Logins, ...(CustomRoleArn !== undefined && { CustomRoleArn }) };
  const { Credentials } = await pools.send(new GetCredentialsForIdentityCommand(input));
  const session = aws.sessions.find(Credentials?.AccessKeyId ?? "");
  if (session === undefined) throw new Error("no session was issued");
  return session;
}

async function signedIn(Logins: Logins, CustomRoleArn?: string): Promise<Session> {
  return sessionOf(await getId(Logins), Logins, CustomRoleArn);
}

const userPoolToken = (more: object = {}) =>
  aws.side.tokens.issueIdToken({ username: "analyst", clientId: "web", ...more });

describe("an identity pool", () => {
  it("takes the ID token of a provider that it lists, under the provider's name", async () => {
    const Logins = { [PROVIDER]: await issuer.idToken({ tenant: "acme" }) };
    const id = await getId(Logins);
    expect(await getId({ [PROVIDER]: await issuer.idToken() })).toBe(id);
    expect(await getId({ [PROVIDER]: await issuer.idToken({ sub: "u-2" }) })).not.toBe(id);
    expect(await sessionOf(id, Logins)).toMatchObject({
      roleArn: `${ROLE}/member`,
      tags: { tenant: "acme" },
      context: {
        "cognito-identity.amazonaws.com:sub": id,
        "cognito-identity.amazonaws.com:amr": ["authenticated", PROVIDER, `${PROVIDER_ARN}:OIDC:u-1`],
      },
    });
  });

  it("chooses the role by the rules of that provider, by ARN or by the name that AWS knows", async () => {
    const ruled = { [PROVIDER]: await issuer.idToken({ editor: "yes" }) };
    expect((await signedIn(ruled)).roleArn).toBe(`${ROLE}/editor`);
    expect((await signedIn(ruled, `${ROLE}/editor`)).roleArn).toBe(`${ROLE}/editor`);
    await expect(signedIn(ruled, `${ROLE}/admin`)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    const claimed = await issuer.idToken({ "cognito:roles": [`${ROLE}/admin`], admin: "yes" });
    expect((await signedIn({ [PROVIDER]: claimed })).roleArn).toBe(`${ROLE}/member`);
    const byName = { [GOOGLE]: await google.idToken({ admin: "yes" }) };
    expect((await signedIn(byName)).roleArn).toBe(`${ROLE}/admin`);
  });

  it("gives its own token for the basic flow, which STS takes", async () => {
    const Logins = { [PROVIDER]: await issuer.idToken() };
    const IdentityId = await getId(Logins, CLASSIC_POOL);
    const { Token = "" } = await pools.send(new GetOpenIdTokenCommand({ IdentityId, Logins }));
    expect(decodeJwt(Token)).toMatchObject({
      sub: IdentityId,
      amr: ["authenticated", PROVIDER, `${PROVIDER_ARN}:OIDC:u-1`],
    });
    const { AssumedRoleUser } = await withToken(Token, { RoleArn: `${ROLE}/member` });
    expect(AssumedRoleUser?.Arn).toMatch(/:assumed-role\/member\/web-1$/);
  });

  it.each<readonly [string, () => Promise<string>, string]>([
    ["another app", () => issuer.idToken({ aud: "app-2" }), "Token is not from a supported provider"],
    ["another party", () => issuer.idToken({ azp: "app-2" }), "Token is not from a supported provider"],
    ["several audiences", () => issuer.idToken({ aud: ["app-1", "x"] }), "not from a supported provider"],
    ["no audience", () => issuer.idToken({ aud: undefined }), "Missing a required claim: aud"],
    ["no user", () => issuer.idToken({ sub: undefined }), "Missing a required claim: sub"],
    ["no end", () => issuer.idToken({ exp: undefined }), "Missing a required claim: exp"],
    ["a past end", () => issuer.idToken({ exp: 1 }), "Token expired: "],
    [
      "another issuer",
      () => issuer.idToken({ iss: `https://${GOOGLE}` }),
      "Issuer doesn't match providerName",
    ],
    ["no signature", async () => issuer.unsigned(), "Couldn't verify signed token."],
    ["a key that is not RSA", () => elliptic.idToken(), "Couldn't verify signed token."],
    [
      "the key of another issuer",
      () => google.idToken({ iss: issuer.issuer }),
      "Couldn't verify signed token.",
    ],
    [
      "the key of the user pool",
      async () => aws.side.tokens.sign("id", decodeJwt(await issuer.idToken())),
      "Couldn't verify signed token.",
    ],
  ])("refuses a token with %s", async (_what, token, message) => {
    await expect(getId({ [PROVIDER]: await token() })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: expect.stringContaining(message),
    });
  });

  it("takes the authorized party for the audience where there is one", async () => {
    const Logins = { [PROVIDER]: await issuer.idToken({ aud: ["x", "app-1"], azp: "app-1" }) };
    await expect(getId(Logins)).resolves.toMatch(/^us-east-1:/);
  });

  it("does not take a provider that it does not list, nor one that does not answer", async () => {
    const stranger = {
      "stranger.example.com": await issuer.idToken({ iss: "https://stranger.example.com" }),
    };
    await expect(getId(stranger)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    const silent = { [SILENT]: await issuer.idToken({ iss: `https://${SILENT}` }) };
    await expect(getId(silent)).rejects.toMatchObject({ name: "ExternalServiceException" });
  });

  it("looks at the keys anew for each token", async () => {
    const next = await createOwnIssuer(issuer.issuer);
    next.jwks.keys.forEach((key) => (key.kid = "RS256-2"));
    await expect(getId({ [PROVIDER]: await next.idToken() })).rejects.toMatchObject({
      name: "NotAuthorizedException",
    });
    const all = issuer.jwks.keys.splice(0, issuer.jwks.keys.length, ...next.jwks.keys);
    await expect(getId({ [PROVIDER]: await issuer.idToken() })).rejects.toThrow("Couldn't verify");
    issuer.jwks.keys.splice(0, 1, ...all);
    await expect(getId({ [PROVIDER]: await issuer.idToken() })).resolves.toBeDefined();
  });
});

const both = async (sub: string, username = "editor") => ({
  [PROVIDER]: await issuer.idToken({ sub }),
  [USER_POOL]: await userPoolToken({ username }),
});

describe("several logins", () => {
  it("are linked to one identity, which each of them opens from then on", async () => {
    const Logins = await both("linked");
    const id = await getId(Logins);
    expect(await getId({ [PROVIDER]: Logins[PROVIDER] ?? "" })).toBe(id);
    expect(await getId({ [USER_POOL]: Logins[USER_POOL] ?? "" })).toBe(id);
    expect((await sessionOf(id, { [USER_POOL]: Logins[USER_POOL] ?? "" })).roleArn).toBe(`${ROLE}/editor`);
  });

  it("must all hold", async () => {
    const Logins = { ...(await both("half")), [GOOGLE]: "x" };
    await expect(getId(Logins)).rejects.toMatchObject({ name: "NotAuthorizedException" });
  });

  it("conflict where they are two identities already, or two users of one provider", async () => {
    const first = { [PROVIDER]: await issuer.idToken({ sub: "apart" }) };
    const second = { [USER_POOL]: await userPoolToken({ username: "admin" }) };
    const id = await getId(first);
    await getId(second);
    const joined = { ...first, ...second };
    for (const call of [() => getId(joined), () => sessionOf(id, joined)]) {
      await expect(call()).rejects.toMatchObject({ name: "ResourceConflictException" });
    }
    const google1 = { [GOOGLE]: await google.idToken({ sub: "g-1" }) };
    await getId({ ...first, ...google1 });
    const google2 = { [GOOGLE]: await google.idToken({ sub: "g-2" }) };
    await expect(getId({ ...first, ...google2 })).rejects.toMatchObject({
      name: "ResourceConflictException",
    });
    await expect(sessionOf(id, second)).rejects.toThrow("Logins don't match.");
  });

  it("make a guest's identity their own", async () => {
    const { IdentityId: guest = "" } = await pools.send(new GetIdCommand({ IdentityPoolId: POOL }));
    const Logins = { [PROVIDER]: await issuer.idToken({ sub: "was-a-guest" }) };
    await sessionOf(guest, Logins);
    expect(await getId(Logins)).toBe(guest);
  });
});

describe("the user pool's updated issuer", () => {
  it("is taken under the pool's name, for it is the same pool", async () => {
    const Logins = { [USER_POOL]: await userPoolToken({ issuerForm: "updated" }) };
    expect((await signedIn(Logins)).roleArn).toBe(`${ROLE}/analyst`);
    expect(await getId(Logins)).toBe(await getId({ [USER_POOL]: await userPoolToken() }));
  });

  it("is no provider of its own, and neither is a replica", async () => {
    const updated = { [`issuer-${USER_POOL}`]: await userPoolToken({ issuerForm: "updated" }) };
    const replica = { [USER_POOL]: await userPoolToken({ region: "us-west-2" }) };
    await expect(getId(updated)).rejects.toThrow("not from a supported provider");
    await expect(getId(replica)).rejects.toThrow("Issuer doesn't match providerName");
  });

  it("is an issuer of its own to STS", async () => {
    const token = await userPoolToken({ issuerForm: "updated" });
    await expect(withToken(token, { RoleArn: `${ROLE}/federated` })).rejects.toMatchObject({
      name: "AccessDenied",
    });
    const replica = await userPoolToken({ region: "us-west-2" });
    await expect(withToken(replica, { RoleArn: `${ROLE}/federated` })).rejects.toThrow(
      "No OpenIDConnect provider found in your account for https://cognito-idp.us-west-2.amazonaws.com/us-east-1_LOCAL",
    );
  });
});

function withToken(WebIdentityToken: string, more: Partial<AssumeRoleWithWebIdentityCommand["input"]> = {}) {
  const input = { RoleArn: `${ROLE}/web`, RoleSessionName: "web-1", WebIdentityToken, ...more };
  return sts.send(new AssumeRoleWithWebIdentityCommand(input));
}

const tagged = (principal_tags: object, more: object = {}) => ({
  "https://aws.amazon.com/tags": { principal_tags, ...more },
});

describe("STS", () => {
  it("takes the ID token of an issuer that IAM knows, signed by RSA or by an elliptic curve", async () => {
    for (const token of [await issuer.idToken(), await elliptic.idToken()]) {
      expect(await withToken(token)).toMatchObject({
        SubjectFromWebIdentityToken: "u-1",
        Audience: "app-1",
        Provider: PROVIDER_ARN,
      });
    }
  });

  it("takes tags and a source identity from the token, where the role trusts the issuer with them", async () => {
    const token = await issuer.idToken({
      ...tagged({ tenant: ["acme"], dept: ["x"] }, { transitive_tag_keys: ["tenant"] }),
      "https://aws.amazon.com/source_identity": "u-1@example.com",
    });
    const answer = await withToken(token);
    expect(answer.SourceIdentity).toBe("u-1@example.com");
    expect(aws.sessions.find(answer.Credentials?.AccessKeyId ?? "")).toMatchObject({
      tags: { tenant: "acme", dept: "x" },
      context: {
        [`${PROVIDER}:sub`]: "u-1",
        "aws:SourceIdentity": "u-1@example.com",
        "sts:TransitiveTagKeys": ["tenant"],
      },
    });
    const plain = { RoleArn: `${ROLE}/plain-web` };
    await expect(withToken(await issuer.idToken(), plain)).resolves.toBeDefined();
    for (const claims of [tagged({ a: ["b"] }), { "https://aws.amazon.com/source_identity": "me" }]) {
      await expect(withToken(await issuer.idToken(claims), plain)).rejects.toMatchObject({
        name: "AccessDenied",
      });
    }
  });

  it("reads the session's name into the trust policy", async () => {
    const other = withToken(await issuer.idToken(), { RoleSessionName: "other" });
    await expect(other).rejects.toMatchObject({ name: "AccessDenied" });
  });

  it.each<readonly [string, () => Promise<string>, string]>([
    ["another app", () => issuer.idToken({ aud: "app-2" }), "Incorrect token audience"],
    ["another party", () => issuer.idToken({ azp: "app-2" }), "Incorrect token audience"],
    ["the key of another issuer", () => google.idToken({ iss: issuer.issuer }), "could not be verified"],
    ["no signature", async () => issuer.unsigned(), "could not be verified"],
    [
      "keys that cannot be had",
      () => issuer.idToken({ iss: `https://${SILENT}` }),
      "Couldn't retrieve verification key from your identity provider",
    ],
    ["an issuer that IAM does not know", () => google.idToken(), `in your account for https://${GOOGLE}`],
    ["a tag that may not be", () => issuer.idToken(tagged({ "aws:x": ["y"] })), "reserved"],
    [
      "a transitive tag that is not there",
      () => issuer.idToken(tagged({ a: ["b"] }, { transitive_tag_keys: ["c"] })),
      "transitive",
    ],
    [
      "a source identity that may not be",
      () => issuer.idToken({ "https://aws.amazon.com/source_identity": "a b" }),
      "source identity",
    ],
  ])("refuses a token with %s", async (_what, token, message) => {
    await expect(withToken(await token())).rejects.toMatchObject({
      name: "InvalidIdentityTokenException",
      message: expect.stringContaining(message),
    });
  });
});
