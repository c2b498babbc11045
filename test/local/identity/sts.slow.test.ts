import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Permits } from "../../../src/local/identity/assume-role.ts";
import { DEFAULT_LIFETIMES } from "../../../src/local/identity/lifetimes.ts";
import { createOpenIdTokens } from "../../../src/local/identity/open-id-tokens.ts";
import type { Session } from "../../../src/local/session.ts";
import type { Role, World } from "../../../src/local/world.ts";
import { shippedWorld, startLocalAws } from "./local-aws.ts";
import type { LocalAws } from "./local-aws.ts";

const POOL = "us-east-1:00000000-0000-4000-8000-000000000002";
const PROVIDER = "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";
const MEMBER_SUB = "00000000-aaaa-4000-8000-000000000004";
const ROLE = "arn:aws:iam::123456789012:role";
const SIDECAR = "arn:aws:iam::123456789012:user/sidecar";

/** Roles for what the shipped world has no use for. */
const ROLES: readonly Role[] = [
  role("long", SIDECAR, { maxSessionSeconds: 43_200 }),
  role("chained", `${ROLE}/service`, { maxSessionSeconds: 43_200 }),
  role("account", "arn:aws:iam::123456789012:root"),
  role("plain", SIDECAR, {}, { Action: "sts:AssumeRole" }),
  role("external", SIDECAR, {}, { Condition: { StringEquals: { "sts:ExternalId": "x-1" } } }),
  role("named", SIDECAR, {}, { Condition: { StringLike: { "sts:RoleSessionName": "svc-*" } } }),
];

function role(name: string, trusted: string, more: Partial<Role> = {}, statement: object = {}): Role {
  const Action = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
  const Statement = { Effect: "Allow", Principal: { AWS: trusted }, Action, ...statement };
  return { name, trust: { Version: "2012-10-17", Statement }, policies: [], ...more };
}

const permitted: string[] = [];
const permits: Permits = (caller, { action, resource }) => {
  permitted.push(`${caller.assumedRoleArn} ${action} ${resource}`);
  return caller.assumedRoleArn === SIDECAR;
};

let aws: LocalAws;
beforeAll(async () => {
  const world = shippedWorld();
  aws = await startLocalAws({ ...world, roles: [...world.roles, ...ROLES] } satisfies World, { permits });
});
afterAll(() => aws.close());

function clientOf(
  credentials?: Pick<Session, "accessKeyId" | "secretAccessKey" | "sessionToken">,
): STSClient {
  const [user] = aws.world.iamUsers ?? [];
  const own = { accessKeyId: user?.accessKeyId ?? "", secretAccessKey: user?.secretAccessKey ?? "" };
  const { endpoint } = aws;
  return new STSClient({ endpoint, region: "us-east-1", maxAttempts: 1, credentials: credentials ?? own });
}

function assume(name: string, more: Partial<AssumeRoleCommand["input"]> = {}, as?: Session) {
  const input = { RoleArn: `${ROLE}/${name}`, RoleSessionName: "svc-1", ...more };
  return clientOf(as).send(new AssumeRoleCommand(input));
}

async function sessionOf(answer: ReturnType<typeof assume>): Promise<Session> {
  const session = aws.sessions.find((await answer).Credentials?.AccessKeyId ?? "");
  if (session === undefined) throw new Error("no session was issued");
  return session;
}

function withToken(token: string, more: Partial<AssumeRoleWithWebIdentityCommand["input"]> = {}) {
  const input = { RoleArn: `${ROLE}/member`, RoleSessionName: "member-1", WebIdentityToken: token, ...more };
  return clientOf().send(new AssumeRoleWithWebIdentityCommand(input));
}

async function openIdToken(username = "member"): Promise<{ id: string; token: string }> {
  const Logins = { [PROVIDER]: await aws.side.tokens.issueIdToken({ username, clientId: "web" }) };
  const call = async (operation: string, input: object) => {
    const target = `AWSCognitoIdentityService.${operation}`;
    const { body } = await aws.side.cognitoIdentity(target, JSON.stringify({ ...input, Logins }));
    return JSON.parse(body) as { IdentityId: string; Token: string };
  };
  const { IdentityId } = await call("GetId", { IdentityPoolId: POOL });
  return { id: IdentityId, token: (await call("GetOpenIdToken", { IdentityId })).Token };
}

describe("AssumeRoleWithWebIdentity with an identity pool's token", () => {
  it("gives a session with the federation's keys and the token's tags", async () => {
    const { id, token } = await openIdToken();
    const answer = await withToken(token);
    const session = aws.sessions.find(answer.Credentials?.AccessKeyId ?? "");
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: id,
      Audience: POOL,
      Provider: "cognito-identity.amazonaws.com",
      AssumedRoleUser: {
        Arn: "arn:aws:sts::123456789012:assumed-role/member/member-1",
        AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:member-1$/),
      },
      Credentials: { SecretAccessKey: session?.secretAccessKey, SessionToken: session?.sessionToken },
    });
    expect(answer.Credentials?.Expiration?.getTime()).toBe(session?.expiresAtMs);
    expect(session).toMatchObject({
      tags: { sub: MEMBER_SUB, tenant: "globex" },
      sessionPolicies: [],
      context: {
        "cognito-identity.amazonaws.com:aud": POOL,
        "cognito-identity.amazonaws.com:sub": id,
        "cognito-identity.amazonaws.com:amr": [
          "authenticated",
          PROVIDER,
          `${PROVIDER}:CognitoSignIn:${MEMBER_SUB}`,
        ],
      },
    });
  });

  it("takes any role that trusts the pool, as the basic flow does, and no other", async () => {
    const { token } = await openIdToken();
    await expect(withToken(token, { RoleArn: `${ROLE}/admin` })).resolves.toBeDefined();
    for (const name of ["guest", "service", "gone"]) {
      await expect(withToken(token, { RoleArn: `${ROLE}/${name}` })).rejects.toMatchObject({
        name: "AccessDenied",
        message: "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        $metadata: { httpStatusCode: 403 },
      });
    }
  });

  it("keeps the session policy", async () => {
    const policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
    };
    const answer = await withToken((await openIdToken()).token, { Policy: JSON.stringify(policy) });
    expect(aws.sessions.find(answer.Credentials?.AccessKeyId ?? "")?.sessionPolicies).toEqual([policy]);
    expect(answer.PackedPolicySize).toBeGreaterThan(0);
  });

  it("refuses a token that is ten minutes old", async () => {
    const { token } = await openIdToken();
    aws.passMs(600_000);
    await expect(withToken(token)).rejects.toMatchObject({
      name: "ExpiredTokenException",
      message: expect.stringMatching(
        /^Token expired: current date\/time \d+ must be before the expiration date\/time \d+$/,
      ),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("refuses a token that another made", async () => {
    const { id, token } = await openIdToken();
    const forger = await createOpenIdTokens({ account: "123456789012", region: "us-east-1", now: aws.now });
    const forged = await forger.issue({
      identityPoolId: POOL,
      identityId: id,
      amr: ["authenticated"],
      tags: {},
    });
    const [header, , signature] = token.split(".");
    const altered = `${header}.${forged.split(".")[1]}.${signature}`;
    for (const bad of [forged, altered]) {
      await expect(withToken(bad)).rejects.toMatchObject({ name: "InvalidIdentityTokenException" });
    }
  });
});

const idToken = (claims = {}) =>
  aws.side.tokens.issueIdToken({ username: "analyst", clientId: "web", claims });

describe("AssumeRoleWithWebIdentity with a user pool's ID token", () => {
  const federated = { RoleArn: `${ROLE}/federated` };

  it("goes without an identity pool where IAM knows the issuer", async () => {
    const answer = await withToken(await idToken(), federated);
    const session = aws.sessions.find(answer.Credentials?.AccessKeyId ?? "");
    const provider = `arn:aws:iam::123456789012:oidc-provider/${PROVIDER}`;
    expect(answer).toMatchObject({ Audience: "web", Provider: provider });
    expect(session?.context).toEqual({
      [`${PROVIDER}:aud`]: "web",
      [`${PROVIDER}:sub`]: "00000000-aaaa-4000-8000-000000000002",
      "aws:FederatedProvider": provider,
    });
    expect(session?.tags).toEqual({});
  });

  it("does not reach roles that trust identity pools", async () => {
    await expect(withToken(await idToken())).rejects.toMatchObject({ name: "AccessDenied" });
  });

  it("needs leave to tag where the token brings tags", async () => {
    const tagged = await idToken({ "https://aws.amazon.com/tags": { principal_tags: { dept: ["a"] } } });
    await expect(withToken(tagged, federated)).rejects.toMatchObject({ name: "AccessDenied" });
  });

  it.each([
    [
      "an access token",
      () => aws.side.tokens.issueAccessToken({ username: "analyst", clientId: "web" }),
      "not a valid JWT",
    ],
    ["no token", async () => "nonsense", "not a valid JWT"],
    ["another app client", () => idToken({ aud: "service" }), "Incorrect token audience"],
    [
      "an unknown issuer",
      () => idToken({ iss: "https://evil.example" }),
      "No OpenIDConnect provider found in your account for https://evil.example",
    ],
    ["a token without end", () => idToken({ exp: undefined }), "Missing a required claim: exp"],
    ["a forged token", async () => `${(await idToken()).slice(0, -8)}AAAAAAAA`, "could not be verified"],
  ])("refuses %s", async (_what, token, message) => {
    await expect(withToken(await token(), federated)).rejects.toMatchObject({
      name: "InvalidIdentityTokenException",
      message: expect.stringContaining(message),
    });
  });

  it("refuses every issuer where IAM knows none", async () => {
    const { oidcProviders: _none, ...world } = shippedWorld();
    const own = await startLocalAws(world);
    const token = await own.side.tokens.issueIdToken({ username: "analyst", clientId: "web" });
    const form = new URLSearchParams({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      WebIdentityToken: token,
    });
    expect((await own.side.sts(form)).body).toContain("No OpenIDConnect provider found");
    own.close();
  });
});

const minutesLeft = async (...asked: Parameters<typeof assume>) =>
  Math.round(((await sessionOf(assume(...asked))).expiresAtMs - aws.now()) / 60_000);

describe("AssumeRole", () => {
  it("gives a trusted caller a session with tags, policy and source identity", async () => {
    const policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
    };
    const Tags = [
      { Key: "tenant", Value: "acme" },
      { Key: "dept", Value: "" },
    ];
    const answer = assume("service", { Tags, Policy: JSON.stringify(policy), SourceIdentity: "orders" });
    expect(await answer).toMatchObject({
      SourceIdentity: "orders",
      AssumedRoleUser: { Arn: "arn:aws:sts::123456789012:assumed-role/service/svc-1" },
    });
    expect(await sessionOf(answer)).toMatchObject({
      roleArn: `${ROLE}/service`,
      tags: { tenant: "acme", dept: "" },
      sessionPolicies: [policy],
      context: { "aws:SourceIdentity": "orders" },
    });
    expect(aws.side.calls.of("AssumeRole")).toBeGreaterThan(0);
  });

  it.each(["admin", "chained", "gone"])(
    "refuses the role %s that does not trust the caller",
    async (name) => {
      await expect(assume(name)).rejects.toMatchObject({
        name: "AccessDenied",
        message: `User: ${SIDECAR} is not authorized to perform: sts:AssumeRole on resource: ${ROLE}/${name}`,
        $metadata: { httpStatusCode: 403 },
      });
    },
  );

  it("refuses tags and source identity where the role does not trust the caller with them", async () => {
    await expect(assume("plain")).resolves.toBeDefined();
    await expect(assume("plain", { Tags: [{ Key: "a", Value: "b" }] })).rejects.toThrow(
      "perform: sts:TagSession",
    );
    await expect(assume("plain", { SourceIdentity: "me" })).rejects.toThrow("perform: sts:SetSourceIdentity");
  });

  it("reads the trust policy against what the call says", async () => {
    await expect(assume("external")).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(assume("external", { ExternalId: "x-1" })).resolves.toBeDefined();
    await expect(assume("named")).resolves.toBeDefined();
    await expect(assume("named", { RoleSessionName: "other" })).rejects.toMatchObject({
      name: "AccessDenied",
    });
  });

  it("asks the caller's own policies where a role trusts the account", async () => {
    permitted.length = 0;
    await expect(assume("account")).resolves.toBeDefined();
    expect(permitted).toEqual([`${SIDECAR} sts:AssumeRole ${ROLE}/account`]);
    await expect(assume("account", {}, await sessionOf(assume("service")))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    permitted.length = 0;
    await assume("service");
    expect(permitted).toEqual([]);
  });

  it("goes for an hour unless another duration is asked for", async () => {
    expect(await minutesLeft("service")).toBe(DEFAULT_LIFETIMES.credentialsMs / 60_000);
    expect(await minutesLeft("service", { DurationSeconds: 900 })).toBe(15);
    expect(await minutesLeft("long", { DurationSeconds: 43_200 })).toBe(720);
  });

  it.each([
    [
      "service",
      { DurationSeconds: 3601 },
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    ],
    ["service", { DurationSeconds: 899 }, "Member must have value greater than or equal to 900"],
    ["long", { DurationSeconds: 43_201 }, "Member must have value less than or equal to 43200"],
    ["service", { RoleSessionName: "a:b" }, "Value 'a:b' at 'roleSessionName' failed to satisfy constraint"],
    ["service", { RoleSessionName: "a" }, "at 'roleSessionName'"],
    ["service", { RoleSessionName: "n".repeat(65) }, "at 'roleSessionName'"],
    ["service", { RoleArn: "short" }, "at 'roleArn'"],
    ["service", { SourceIdentity: "a b" }, "at 'sourceIdentity'"],
    ["service", { Policy: "x".repeat(2049) }, "Member must have length less than or equal to 2048"],
    ["service", { PolicyArns: [{ arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }] }, "no managed policies"],
    [
      "service",
      {
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "A", Value: "2" },
        ],
      },
      "Duplicate tag keys found.",
    ],
    ["service", { Tags: [{ Key: "a", Value: "*" }] }, "not a valid tag value"],
    ["service", { TransitiveTagKeys: ["a"] }, "must be included in the requested tags"],
  ])("refuses %s with %j", async (name, more, message) => {
    await expect(assume(name, more)).rejects.toMatchObject({
      name: "ValidationError",
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it.each(["{", "[]", "1", '{"Version":"2012-10-17"}'])("refuses the policy %s", async (Policy) => {
    await expect(assume("service", { Policy })).rejects.toMatchObject({
      name: "MalformedPolicyDocumentException",
    });
  });

  it("refuses more tags than there is room for", async () => {
    const Tags = Array.from({ length: 20 }, (_, index) => ({ Key: `tag${index}`, Value: "v".repeat(256) }));
    await expect(assume("service", { Tags })).rejects.toMatchObject({
      name: "PackedPolicyTooLargeException",
    });
  });
});

describe("a role assumed from a role", () => {
  it("lasts an hour at most", async () => {
    const first = await sessionOf(assume("service"));
    await expect(assume("chained", { DurationSeconds: 3600 }, first)).resolves.toBeDefined();
    await expect(assume("chained", { DurationSeconds: 3601 }, first)).rejects.toThrow("1 hour session limit");
  });

  it("keeps transitive tags and the source identity, and nothing else", async () => {
    const Tags = [
      { Key: "tenant", Value: "acme" },
      { Key: "dept", Value: "x" },
    ];
    const first = await sessionOf(
      assume("service", { Tags, TransitiveTagKeys: ["tenant"], SourceIdentity: "orders" }),
    );
    const second = await sessionOf(assume("chained", { Tags: [{ Key: "step", Value: "2" }] }, first));
    expect(second.tags).toEqual({ tenant: "acme", step: "2" });
    expect(second.context).toMatchObject({
      "aws:SourceIdentity": "orders",
      "sts:TransitiveTagKeys": ["tenant"],
    });
    await expect(assume("chained", { Tags: [{ Key: "Tenant", Value: "globex" }] }, first)).rejects.toThrow(
      "transitive",
    );
    await expect(assume("chained", { SourceIdentity: "other" }, first)).rejects.toThrow(
      "sts:SetSourceIdentity",
    );
  });
});

describe("GetCallerIdentity", () => {
  it("tells who signed", async () => {
    expect(await clientOf().send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: SIDECAR,
      Account: "123456789012",
      UserId: expect.stringMatching(/^AIDA/),
    });
    const session = await sessionOf(assume("service"));
    expect(await clientOf(session).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: "arn:aws:sts::123456789012:assumed-role/service/svc-1",
      UserId: session.userId,
    });
  });

  it("wants a signature", async () => {
    const { status, body, headers } = await aws.side.sts(form({ Action: "GetCallerIdentity" }));
    expect([status, headers["content-type"]]).toEqual([403, "text/xml"]);
    expect(body).toMatch(
      /^<ErrorResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><Error><Type>Sender<\/Type><Code>MissingAuthenticationToken<\/Code><Message>Request is missing Authentication Token<\/Message><\/Error><RequestId>[0-9a-f-]{36}<\/RequestId><\/ErrorResponse>$/,
    );
  });
});

describe("what STS does not have", () => {
  it.each([
    [{ Action: "GetSessionToken" }, "InvalidAction"],
    [{ Action: "toString" }, "InvalidAction"],
    [{ Action: "GetCallerIdentity", Version: "2010-01-01" }, "InvalidAction"],
    [{}, "MissingAction"],
    [{ Action: "AssumeRoleWithWebIdentity" }, "ValidationError"],
  ])("refuses %j as %s", async (members, code) => {
    const { status, body } = await aws.side.sts(form(members));
    expect([status, body]).toEqual([400, expect.stringContaining(`<Code>${code}</Code>`)]);
  });

  it("refuses two actions, and quotes nothing as markup", async () => {
    const two = new URLSearchParams("Action=GetCallerIdentity&Action=AssumeRole&Version=2011-06-15");
    expect((await aws.side.sts(two)).body).toContain("<Code>MissingAction</Code>");
    const answer = await aws.side.sts(form({ Action: "<b>&\u0000" }));
    expect(answer.body).toContain("operation &lt;b&gt;&amp;? for");
  });
});

function form(members: Record<string, string>): URLSearchParams {
  return new URLSearchParams({ Version: "2011-06-15", ...members });
}
