import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  GetOpenIdTokenCommand,
} from "@aws-sdk/client-cognito-identity";
import { CompactSign, UnsecuredJWT, decodeJwt, decodeProtectedHeader, exportSPKI } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSigningKey } from "../../../src/local/identity/signing-keys.ts";
import type { World } from "../../../src/local/world.ts";
import { shippedWorld, startLocalAws, withPool } from "./local-aws.ts";
import type { LocalAws } from "./local-aws.ts";

const POOL = "us-east-1:00000000-0000-4000-8000-000000000001";
const CLASSIC_POOL = "us-east-1:00000000-0000-4000-8000-000000000002";
const PROVIDER = "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";
const ROLE = "arn:aws:iam::123456789012:role";
const ANALYST_SUB = "00000000-aaaa-4000-8000-000000000002";

/** One stand-in with a client; what a test asks of it. */
interface Caller {
  readonly aws: LocalAws;
  readonly idToken: (username: string, claims?: Record<string, unknown>) => Promise<string>;
  readonly getId: (token?: string, poolId?: string) => Promise<string>;
  readonly getCredentials: (
    id: string,
    token?: string,
    CustomRoleArn?: string,
  ) => ReturnType<typeof credentials>;
  readonly getOpenIdToken: (id: string, token?: string) => Promise<string>;
}

function credentials(client: CognitoIdentityClient, input: GetCredentialsForIdentityCommand["input"]) {
  return client.send(new GetCredentialsForIdentityCommand(input));
}

const logins = (token?: string) => (token === undefined ? {} : { Logins: { [PROVIDER]: token } });

async function start(world?: World, more?: Parameters<typeof startLocalAws>[1]): Promise<Caller> {
  const aws = await startLocalAws(world, more);
  const client = new CognitoIdentityClient({ endpoint: aws.endpoint, region: "us-east-1", maxAttempts: 1 });
  return {
    aws,
    idToken: (username, claims = {}) => aws.side.tokens.issueIdToken({ username, clientId: "web", claims }),
    getId: async (token, IdentityPoolId = POOL) =>
      (await client.send(new GetIdCommand({ IdentityPoolId, ...logins(token) }))).IdentityId ?? "",
    getCredentials: (IdentityId, token, CustomRoleArn) =>
      credentials(client, { IdentityId, ...logins(token), ...(CustomRoleArn ? { CustomRoleArn } : {}) }),
    getOpenIdToken: async (IdentityId, token) =>
      (await client.send(new GetOpenIdTokenCommand({ IdentityId, ...logins(token) }))).Token ?? "",
  };
}

let local: Caller;
beforeAll(async () => {
  local = await start();
});
afterAll(() => local.aws.close());

/** The role that a user gets of a stand-in. */
async function roleOf(caller: Caller, token: string, customRoleArn?: string): Promise<string | undefined> {
  const { Credentials } = await caller.getCredentials(await caller.getId(token), token, customRoleArn);
  return caller.aws.sessions.find(Credentials?.AccessKeyId ?? "")?.roleArn;
}

describe("GetId", () => {
  it("gives a user one identity per pool, however often they sign in", async () => {
    const first = await local.getId(await local.idToken("analyst"));
    expect(first).toMatch(/^us-east-1:[0-9a-f-]{36}$/);
    expect(await local.getId(await local.idToken("analyst"))).toBe(first);
    expect(await local.getId(await local.idToken("editor"))).not.toBe(first);
    expect(await local.getId(await local.idToken("analyst"), CLASSIC_POOL)).not.toBe(first);
  });

  it("gives every guest a new identity", async () => {
    expect(await local.getId()).not.toBe(await local.getId());
  });

  it("is counted", async () => {
    local.aws.side.calls.reset();
    await local.getId();
    expect([local.aws.side.calls.of("GetId"), local.aws.side.calls.of("GetCredentialsForIdentity")]).toEqual([
      1, 0,
    ]);
  });

  it("refuses guests where the pool does", async () => {
    await expect(local.getId(undefined, CLASSIC_POOL)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Unauthenticated access is not supported for this identity pool.",
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("does not know other pools", async () => {
    const other = "us-east-1:00000000-0000-4000-8000-00000000000f";
    await expect(local.getId(undefined, other)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: `IdentityPool '${other}' not found.`,
    });
  });
});

const refusalOf = async (token: string, key = PROVIDER): Promise<unknown> => {
  const body = JSON.stringify({ IdentityPoolId: POOL, Logins: { [key]: token } });
  const { status, body: text } = await local.aws.side.cognitoIdentity(
    "AWSCognitoIdentityService.GetId",
    body,
  );
  return [status, JSON.parse(text)];
};

const notAuthorized = (message: string) => [400, { __type: "NotAuthorizedException", message }];

const sign = async (change: Record<string, unknown>) => {
  const claims = decodeJwt(await local.idToken("analyst"));
  return local.aws.side.tokens.sign("id", { ...claims, ...change });
};

describe("a login", () => {
  it("is no access token", async () => {
    const token = await local.aws.side.tokens.issueAccessToken({ username: "analyst", clientId: "web" });
    expect(await refusalOf(token)).toEqual(
      notAuthorized("Invalid login token. Missing a required claim: aud"),
    );
  });

  it("is not expired", async () => {
    const exp = Math.floor(local.aws.now() / 1000) - 10;
    const [status, { message }] = (await refusalOf(await sign({ exp }))) as [number, { message: string }];
    expect([status, message]).toEqual([
      400,
      expect.stringMatching(new RegExp(`^Invalid login token\\. Token expired: \\d+ >= ${exp}$`)),
    ]);
  });

  it("has an expiry", async () => {
    const token = await sign({ exp: undefined });
    expect(await refusalOf(token)).toEqual(
      notAuthorized("Invalid login token. Missing a required claim: exp"),
    );
  });

  it("is of the issuer that its key names", async () => {
    const message = notAuthorized("Invalid login token. Issuer doesn't match providerName");
    const token = await local.idToken("analyst");
    expect(await refusalOf(token, "cognito-idp.us-east-1.amazonaws.com/us-east-1_OTHER")).toEqual(message);
    expect(await refusalOf(token, `https://${PROVIDER}`)).toEqual(message);
    expect(await refusalOf(await sign({ iss: "https://evil.example" }))).toEqual(message);
    expect(await refusalOf(await sign({ iss: undefined }))).toEqual(message);
  });

  it("is of a provider and an app client that the pool knows", async () => {
    const message = notAuthorized("Token is not from a supported provider of this identity pool.");
    expect(await refusalOf(await sign({ aud: "desk" }))).toEqual(message);
    expect(await refusalOf(await sign({ iss: "https://evil.example" }), "evil.example")).toEqual(message);
  });

  it("is a JWT that says it is an ID token", async () => {
    const message = notAuthorized("Invalid login token. Not a valid OpenId Connect identity token.");
    for (const token of ["", "x", "a.b.c", `${Buffer.from("{}").toString("base64url")}.W10.x`]) {
      expect(await refusalOf(token)).toEqual(message);
    }
    expect(await refusalOf(await sign({ token_use: "access" }))).toEqual(message);
  });

  it("is signed by the pool, with the pool's algorithm", async () => {
    const message = notAuthorized("Invalid login token. Couldn't verify signed token.");
    const token = await local.idToken("analyst");
    const claims = decodeJwt(token);
    const { kid, publicKey } = local.aws.side.tokens.signingKey("id");
    const publicAsSecret = new TextEncoder().encode(await exportSPKI(publicKey));
    const hmac = new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: "HS256", kid })
      .sign(publicAsSecret);
    const [header = "", payload = "", signature = ""] = token.split(".");
    const stranger = await start(shippedWorld(), { newKey: newSigningKey });
    stranger.aws.close();
    const altered = Buffer.from(JSON.stringify({ ...claims, sub: "somebody-else" })).toString("base64url");
    for (const forged of [
      new UnsecuredJWT(claims).encode(),
      await hmac,
      `${header}.${altered}.${signature}`,
      `${header}.${payload}.`,
      await stranger.idToken("analyst"),
    ]) {
      expect(await refusalOf(forged)).toEqual(message);
    }
  });

  it("is one of at most ten, all of which must hold", async () => {
    const token = await local.idToken("analyst");
    const send = (Logins: Record<string, string>) =>
      local.aws.side.cognitoIdentity(
        "AWSCognitoIdentityService.GetId",
        JSON.stringify({ IdentityPoolId: POOL, Logins }),
      );
    const two = await send({ [PROVIDER]: token, "accounts.google.com": token });
    expect([two.status, two.body]).toEqual([400, expect.stringContaining("Issuer doesn't match")]);
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`p${index}`, token]));
    expect((await send(many)).body).toContain("InvalidParameterException");
  });
});

const expiryOf = async (caller: Caller) => {
  const { Credentials } = await caller.getCredentials(await caller.getId());
  const session = caller.aws.sessions.find(Credentials?.AccessKeyId ?? "");
  expect(Credentials?.Expiration?.getTime()).toBe(session?.expiresAtMs);
  return (session?.expiresAtMs ?? 0) - caller.aws.now();
};

describe("GetCredentialsForIdentity", () => {
  it("gives a session of the token's role, with tags and the keys of the federation", async () => {
    const token = await local.idToken("analyst");
    const id = await local.getId(token);
    const { IdentityId, Credentials } = await local.getCredentials(id, token);
    const session = local.aws.sessions.find(Credentials?.AccessKeyId ?? "");
    expect(IdentityId).toBe(id);
    expect(Credentials).toMatchObject({
      SecretKey: session?.secretAccessKey,
      SessionToken: session?.sessionToken,
    });
    expect(session).toMatchObject({
      roleArn: `${ROLE}/analyst`,
      assumedRoleArn: "arn:aws:sts::123456789012:assumed-role/analyst/CognitoIdentityCredentials",
      tags: { sub: ANALYST_SUB, tenant: "acme" },
      sessionPolicies: [],
      context: {
        "cognito-identity.amazonaws.com:aud": POOL,
        "cognito-identity.amazonaws.com:sub": id,
        "cognito-identity.amazonaws.com:amr": [
          "authenticated",
          PROVIDER,
          `${PROVIDER}:CognitoSignIn:${ANALYST_SUB}`,
        ],
        "aws:FederatedProvider": "cognito-identity.amazonaws.com",
      },
    });
  });

  it("gives credentials for an hour, or for as long as it is told to", async () => {
    const brief = await start(shippedWorld(), { lifetimes: { credentialsMs: 5000 } });
    for (const [caller, ms] of [
      [local, 3_600_000],
      [brief, 5000],
    ] as const) {
      const left = await expiryOf(caller);
      expect(left).toBeLessThanOrEqual(ms);
      expect(left).toBeGreaterThan(ms - 3000);
    }
    brief.aws.close();
  });

  it.each([
    ["admin", undefined, "admin"],
    ["editor", undefined, "editor"],
    ["editor", `${ROLE}/analyst`, "analyst"],
    ["member", undefined, "member"],
  ])("gives %s asking for %s the role %s", async (username, customRoleArn, role) => {
    expect(await roleOf(local, await local.idToken(username), customRoleArn)).toBe(`${ROLE}/${role}`);
  });

  it.each([
    ["analyst", `${ROLE}/admin`],
    ["member", `${ROLE}/member`],
  ])("refuses %s the role %s that the token does not list", async (username, arn) => {
    await expect(roleOf(local, await local.idToken(username), arn)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: `Access to Role '${arn}' is forbidden.`,
    });
  });

  it("denies what is ambiguous where the mapping says so", async () => {
    const mapping = { type: "Token", ambiguousRoleResolution: "Deny" } as const;
    const strict = await start(withPool({ roleMappings: { [`${PROVIDER}:web`]: mapping } }));
    await expect(roleOf(strict, await strict.idToken("member"))).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: `The ambiguous role mapping rules for: ${PROVIDER}:web denied this request.`,
    });
    expect(await roleOf(strict, await strict.idToken("analyst"))).toBe(`${ROLE}/analyst`);
    strict.aws.close();
  });

  it("follows rules, and reads the mapping of the token's own app client", async () => {
    const rule = {
      claim: "custom:tenant",
      matchType: "Equals",
      value: "globex",
      roleArn: `${ROLE}/editor`,
    } as const;
    const mapping = { type: "Rules", ambiguousRoleResolution: "AuthenticatedRole", rules: [rule] } as const;
    const ruled = await start(withPool({ roleMappings: { [`${PROVIDER}:web`]: mapping } }));
    expect(await roleOf(ruled, await ruled.idToken("member"))).toBe(`${ROLE}/editor`);
    expect(await roleOf(ruled, await ruled.idToken("admin"))).toBe(`${ROLE}/member`);
    ruled.aws.close();
    const other = await start(withPool({ roleMappings: { [`${PROVIDER}:other`]: mapping } }));
    expect(await roleOf(other, await other.idToken("member"))).toBe(`${ROLE}/member`);
    other.aws.close();
  });

  it("gives guests their role, scoped down to the services of guests", async () => {
    const id = await local.getId();
    const { Credentials } = await local.getCredentials(id);
    const session = local.aws.sessions.find(Credentials?.AccessKeyId ?? "");
    expect(session).toMatchObject({
      roleArn: `${ROLE}/guest`,
      tags: {},
      context: { "cognito-identity.amazonaws.com:amr": ["unauthenticated"] },
    });
    expect(JSON.stringify(session?.sessionPolicies)).toContain('"s3:*"');
    expect(JSON.stringify(session?.sessionPolicies)).not.toContain("ec2");
    await expect(local.getCredentials(id, undefined, `${ROLE}/admin`)).rejects.toMatchObject({
      name: "NotAuthorizedException",
    });
  });

  it("gives nobody a user's identity without the user's login", async () => {
    const [mine, theirs] = [await local.idToken("analyst"), await local.idToken("editor")];
    const id = await local.getId(mine);
    await expect(local.getCredentials(id)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: `Access to Identity '${id}' is forbidden.`,
    });
    await expect(local.getCredentials(id, theirs)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message:
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    });
    await expect(
      local.getCredentials("us-east-1:00000000-0000-4000-8000-0000000000ff", mine),
    ).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Identity 'us-east-1:00000000-0000-4000-8000-0000000000ff' not found.",
    });
  });

  it("merges a guest's identity with that of the login they show", async () => {
    const own = await start();
    const [guest, other] = [await own.getId(), await own.getId()];
    const token = await own.idToken("analyst");
    expect((await own.getCredentials(guest, token)).IdentityId).toBe(guest);
    expect(await own.getId(token)).toBe(guest);
    expect((await own.getCredentials(other, token)).IdentityId).toBe(guest);
    await expect(own.getCredentials(other)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    own.aws.close();
  });
});

const trustOf = (change: object, condition: object = {}) => ({
  Version: "2012-10-17",
  Statement: {
    Effect: "Allow",
    Principal: { Federated: "cognito-identity.amazonaws.com" },
    Action: ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
    Condition: condition,
    ...change,
  },
});

describe("a role that the pool cannot assume", () => {
  const misconfigured = {
    name: "InvalidIdentityPoolConfigurationException",
    message: "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
  };
  const AUD = "cognito-identity.amazonaws.com:aud";
  const AMR = "cognito-identity.amazonaws.com:amr";

  it.each([
    ["trusts nobody's web identity", trustOf({ Action: "sts:AssumeRole" }), false],
    ["trusts another provider", trustOf({ Principal: { Federated: "accounts.google.com" } }), false],
    ["trusts another pool", trustOf({}, { StringEquals: { [AUD]: CLASSIC_POOL } }), false],
    ["trusts guests only", trustOf({}, { "ForAnyValue:StringLike": { [AMR]: "unauthenticated" } }), false],
    ["does not let its sessions be tagged", trustOf({ Action: "sts:AssumeRoleWithWebIdentity" }), false],
    ["trusts another tenant", trustOf({}, { StringEquals: { "aws:RequestTag/tenant": "globex" } }), false],
    ["trusts the pool's users", trustOf({}, { StringEquals: { [AUD]: POOL } }), true],
    [
      "trusts users of the user pool",
      trustOf({}, { "ForAnyValue:StringLike": { [AMR]: `${PROVIDER}:*` } }),
      true,
    ],
    ["trusts the tenant", trustOf({}, { StringEquals: { "aws:RequestTag/tenant": "acme" } }), true],
    [
      "trusts the name that the pool gives its sessions",
      trustOf({}, { StringEquals: { "sts:RoleSessionName": "CognitoIdentityCredentials" } }),
      true,
    ],
    [
      "trusts sessions of another name",
      trustOf({}, { StringEquals: { "sts:RoleSessionName": "other" } }),
      false,
    ],
  ])("%s", async (_what, trust, works) => {
    const world = shippedWorld();
    const roles = world.roles.map((role) => (role.name === "analyst" ? { ...role, trust } : role));
    const own = await start({ ...world, roles });
    const answer = roleOf(own, await own.idToken("analyst"));
    if (works) expect(await answer).toBe(`${ROLE}/analyst`);
    else await expect(answer).rejects.toMatchObject(misconfigured);
    own.aws.close();
  });

  it("is missing, or the tags do not fit", async () => {
    const noRoles = await start(withPool({ roles: {}, roleMappings: {} }));
    await expect(roleOf(noRoles, await noRoles.idToken("analyst"))).rejects.toMatchObject(misconfigured);
    await expect(noRoles.getCredentials(await noRoles.getId())).rejects.toMatchObject(misconfigured);
    noRoles.aws.close();
    const unknown = await local.idToken("analyst", { "cognito:preferred_role": `${ROLE}/gone` });
    await expect(roleOf(local, unknown)).rejects.toMatchObject(misconfigured);
    const untaggable = await local.idToken("analyst", { "custom:tenant": "a*" });
    await expect(roleOf(local, untaggable)).rejects.toMatchObject(misconfigured);
  });

  it("needs no tagging where no tags are mapped", async () => {
    const world = withPool({ principalTags: {} });
    const trust = trustOf({ Action: "sts:AssumeRoleWithWebIdentity" });
    const roles = world.roles.map((role) => (role.name === "analyst" ? { ...role, trust } : role));
    const own = await start({ ...world, roles });
    expect(await roleOf(own, await own.idToken("analyst"))).toBe(`${ROLE}/analyst`);
    own.aws.close();
  });
});

describe("GetOpenIdToken", () => {
  it("gives a pool's own token for STS", async () => {
    const token = await local.idToken("member");
    const id = await local.getId(token, CLASSIC_POOL);
    const openId = await local.getOpenIdToken(id, token);
    expect(decodeProtectedHeader(openId)).toEqual({ alg: "RS512", typ: "JWS", kid: "us-east-1-1" });
    const claims = decodeJwt(openId);
    expect(claims).toMatchObject({
      iss: "https://cognito-identity.amazonaws.com",
      aud: CLASSIC_POOL,
      sub: id,
      amr: ["authenticated", PROVIDER, `${PROVIDER}:CognitoSignIn:00000000-aaaa-4000-8000-000000000004`],
      "https://cognito-identity.amazonaws.com/identity-pool-arn": `arn:aws:cognito-identity:us-east-1:123456789012:identitypool/${CLASSIC_POOL}`,
      "https://aws.amazon.com/tags": { principal_tags: { tenant: ["globex"] } },
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(600);
  });

  it("is refused where there are role mappings, and where the classic flow is off", async () => {
    const token = await local.idToken("analyst");
    await expect(local.getOpenIdToken(await local.getId(token), token)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Basic (classic) flow is not enabled, please use enhanced flow.",
    });
    const mapped = await start(withPool({ allowClassicFlow: true }));
    const other = await mapped.idToken("analyst");
    await expect(mapped.getOpenIdToken(await mapped.getId(other), other)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.",
    });
    mapped.aws.close();
  });
});

describe("the wire", () => {
  it("tells an error's type in header and body", async () => {
    const { status, headers, body } = await local.aws.side.cognitoIdentity(
      "AWSCognitoIdentityService.GetId",
      "{}",
    );
    expect(status).toBe(400);
    expect(headers).toMatchObject({
      "content-type": "application/x-amz-json-1.1",
      "x-amzn-errortype": "InvalidParameterException:",
      "x-amzn-errormessage": expect.stringContaining("identityPoolId"),
    });
    expect(JSON.parse(body)).toMatchObject({ __type: "InvalidParameterException" });
  });

  it("tells the expiry in epoch seconds", async () => {
    const input = JSON.stringify({ IdentityId: await local.getId() });
    const { body } = await local.aws.side.cognitoIdentity(
      "AWSCognitoIdentityService.GetCredentialsForIdentity",
      input,
    );
    const { Credentials } = JSON.parse(body) as { Credentials: { Expiration: number } };
    expect(Number.isInteger(Credentials.Expiration)).toBe(true);
    expect(Math.abs(Credentials.Expiration - local.aws.now() / 1000 - 3600)).toBeLessThan(60);
  });

  it("refuses input of the wrong kind", async () => {
    for (const Logins of [{ [PROVIDER]: 1 }, ["x"], "x"]) {
      const input = JSON.stringify({ IdentityPoolId: POOL, Logins });
      const answer = await local.aws.side.cognitoIdentity("AWSCognitoIdentityService.GetId", input);
      expect(answer.body).toContain("InvalidParameterException");
    }
  });
});
