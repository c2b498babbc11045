import { readFileSync } from "node:fs";
import { CognitoIdentityClient, GetIdCommand, GetOpenIdTokenCommand } from "@aws-sdk/client-cognito-identity";
import * as ddb from "@aws-sdk/client-dynamodb";
import * as s3 from "@aws-sdk/client-s3";
import * as sts from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocalAws } from "../../src/local/aws.ts";
import type { LocalAws } from "../../src/local/aws.ts";
import { readWorld } from "../../src/local/parse-world.ts";
import type { IamUser, Role, World } from "../../src/local/world.ts";

const WORLD = readWorld(readFileSync(new URL("../../config/local-world.yaml", import.meta.url), "utf8"));
const ROLE = "arn:aws:iam::123456789012:role";
const SIDECAR = "arn:aws:iam::123456789012:user/sidecar";
const ORDERS = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
const CLASSIC_POOL = "us-east-1:00000000-0000-4000-8000-000000000002";
const MEMBER_SUB = "00000000-aaaa-4000-8000-000000000004";
const USER_POOL = "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";

const allow = (Action: string | string[], Resource: string, Condition?: object) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition !== undefined && { Condition }),
});
const policyOf = (...Statement: readonly object[]) => ({ Version: "2012-10-17", Statement });

function trusting(AWS: string, more: object = {}): unknown {
  const Action = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
  return policyOf({ Effect: "Allow", Principal: { AWS }, Action, ...more });
}

const READS_REPORTS = allow("s3:GetObject", "arn:aws:s3:::reports/*");

const ROLES: readonly Role[] = [
  {
    name: "reader",
    trust: trusting(SIDECAR),
    policies: [
      policyOf(READS_REPORTS, allow("s3:GetObject", "arn:aws:s3:::home/${aws:PrincipalTag/sub}/*")),
      policyOf(
        allow("s3:GetObject", "arn:aws:s3:::public/*", { StringEquals: { "aws:SourceIdentity": "me" } }),
      ),
      policyOf(allow("dynamodb:GetItem", ORDERS)),
    ],
  },
  { name: "chained", trust: trusting(`${ROLE}/reader`), policies: [policyOf(READS_REPORTS)] },
];

const READER: IamUser = {
  name: "reader",
  accessKeyId: "AKIALOCALREADER22222",
  secretAccessKey: "local-reader-secret",
  policies: [
    policyOf(READS_REPORTS),
    policyOf({ Effect: "Deny", Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/q4.txt" }),
  ],
};
const BARRED: IamUser = {
  name: "sidecar2",
  accessKeyId: "AKIALOCALBARRED22222",
  secretAccessKey: "local-barred-secret",
  policies: [policyOf({ Effect: "Deny", Action: "sts:*", Resource: "*" })],
};

let aws: LocalAws;
beforeAll(async () => {
  const barredRole = { name: "barred", trust: trusting(`${SIDECAR}2`), policies: [] };
  const world: World = {
    ...WORLD,
    roles: [...WORLD.roles, ...ROLES, barredRole],
    iamUsers: [...(WORLD.iamUsers ?? []), READER, BARRED],
  };
  aws = await startLocalAws({ world, address: { host: "127.0.0.1", port: 0 } });
});
afterAll(() => aws.close());

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const options = (credentials: Keys) => ({
  region: "us-east-1",
  endpoint: aws.url,
  credentials,
  maxAttempts: 1,
});

const keysOf = ({ accessKeyId, secretAccessKey }: IamUser): Keys => ({ accessKeyId, secretAccessKey });

function sidecar(): Keys {
  const [user] = WORLD.iamUsers ?? [];
  if (user === undefined) throw new Error("the world has no IAM user");
  return keysOf(user);
}

type Assume = Partial<sts.AssumeRoleCommandInput>;

async function assume(role: string, more: Assume = {}, as: Keys = sidecar()): Promise<Keys> {
  const input = { RoleArn: `${ROLE}/${role}`, RoleSessionName: "test", ...more };
  return keysFrom(await new sts.STSClient(options(as)).send(new sts.AssumeRoleCommand(input)));
}

async function federate(role: string, WebIdentityToken: string, more: Assume = {}): Promise<Keys> {
  const input = { RoleArn: `${ROLE}/${role}`, RoleSessionName: "test", WebIdentityToken, ...more };
  const client = new sts.STSClient({ region: "us-east-1", endpoint: aws.url, maxAttempts: 1 });
  return keysFrom(await client.send(new sts.AssumeRoleWithWebIdentityCommand(input)));
}

function keysFrom({ Credentials }: Pick<sts.AssumeRoleCommandOutput, "Credentials">): Keys {
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

async function read(keys: Keys, Bucket: string, Key: string): Promise<string> {
  const { Body } = await new s3.S3Client(options(keys)).send(new s3.GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToString()) ?? "";
}

function getItem(keys: Keys) {
  const Key = { customerId: { S: "acme" }, orderId: { S: "2026-001" } };
  return new ddb.DynamoDBClient(options(keys)).send(new ddb.GetItemCommand({ TableName: "Orders", Key }));
}

const whoAmI = (keys: Keys) => new sts.STSClient(options(keys)).send(new sts.GetCallerIdentityCommand({}));
const Policy = (...statements: readonly object[]) => ({ Policy: JSON.stringify(policyOf(...statements)) });
const denied = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };

describe("a session policy", () => {
  it("narrows the role: what both allow is allowed", async () => {
    const keys = await assume("reader", Policy(allow("s3:GetObject", "arn:aws:s3:::reports/q3.txt")));
    expect(await read(keys, "reports", "q3.txt")).toContain("Third quarter");
    await expect(read(keys, "reports", "q4.txt")).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining("because no session policy allows the s3:GetObject action"),
    });
    await expect(getItem(keys)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("gives nothing that the role does not have", async () => {
    const keys = await assume("reader", Policy(allow("*", "*")));
    expect(await read(keys, "reports", "q4.txt")).toContain("Fourth quarter");
    await expect(getItem(keys)).resolves.toBeDefined();
    await expect(read(keys, "audit", "2026/log.txt")).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining("because no identity-based policy allows the s3:GetObject action"),
    });
  });

  it("may deny by itself", async () => {
    const deny = { Effect: "Deny", Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/q4*" };
    const keys = await assume("reader", Policy(allow("s3:*", "*"), deny));
    expect(await read(keys, "reports", "q3.txt")).toContain("Third quarter");
    await expect(read(keys, "reports", "q4.txt")).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining("with an explicit deny in a session policy"),
    });
  });

  it("holds for web identities too", async () => {
    const token = await aws.identity.tokens.issueIdToken({ username: "analyst", clientId: "web" });
    const narrow = Policy(allow("s3:GetObject", "arn:aws:s3:::public/other.txt"));
    expect(await read(await federate("federated", token), "public", "index.txt")).toContain("Everyone");
    await expect(
      read(await federate("federated", token, narrow), "public", "index.txt"),
    ).rejects.toMatchObject(denied);
  });

  it("keeps nobody from knowing who they are", async () => {
    const keys = await assume("reader", Policy({ Effect: "Deny", Action: "*", Resource: "*" }));
    expect((await whoAmI(keys)).Arn).toBe("arn:aws:sts::123456789012:assumed-role/reader/test");
  });

  it("leads no further than it says, although the next role trusts this one by name", async () => {
    expect((await whoAmI(await assume("chained", {}, await assume("reader")))).Arn).toMatch(
      /\/chained\/test$/,
    );
    const other = Policy(READS_REPORTS);
    const barred = Policy(allow("*", "*"), { Effect: "Deny", Action: "sts:*", Resource: "*" });
    for (const policy of [other, barred]) {
      await expect(assume("chained", {}, await assume("reader", policy))).rejects.toMatchObject(denied);
    }
    const open = Policy(allow("sts:AssumeRole", `${ROLE}/chained`));
    await expect(assume("chained", {}, await assume("reader", open))).resolves.toBeDefined();
  });

  it("is refused at STS where it is none, and not when it is first used", async () => {
    const broken: readonly [Assume, string][] = [
      [Policy(allow("s3:GetObject", "reports/*")), "MalformedPolicyDocumentException"],
      [Policy(), "MalformedPolicyDocumentException"],
      [Policy(allow("s3:GetObject", "arn:aws:s3:::reports/é\u0142")), "ValidationError"],
      [Policy(allow("s3:GetObject", `arn:aws:s3:::${"r".repeat(2048)}`)), "ValidationError"],
      [{ PolicyArns: [{ arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }] }, "ValidationError"],
    ];
    for (const [more, name] of broken) await expect(assume("reader", more)).rejects.toMatchObject({ name });
    const escaped = Policy(allow("s3:GetObject", "arn:aws:s3:::reports/\u0142")).Policy.replace(
      "ł",
      "\\u0142",
    );
    await expect(assume("reader", { Policy: escaped })).resolves.toBeDefined();
  });

  it("shares its room with the tags", async () => {
    const Tags = Array.from({ length: 10 }, (_, n) => ({ Key: `t${n}`, Value: "v".repeat(256) }));
    const long = Policy(allow("s3:GetObject", `arn:aws:s3:::reports/${"k".repeat(1800)}`));
    await expect(assume("reader", { Tags })).resolves.toBeDefined();
    await expect(assume("reader", long)).resolves.toBeDefined();
    await expect(assume("reader", { Tags, ...long })).rejects.toMatchObject({
      name: "PackedPolicyTooLargeException",
    });
  });
});

describe("what a session carries", () => {
  it("is seen by the role's policies: tags and source identity", async () => {
    const Tags = [{ Key: "sub", Value: MEMBER_SUB }];
    const keys = await assume("reader", { Tags, SourceIdentity: "me" });
    expect(await read(keys, "home", `${MEMBER_SUB}/notes.txt`)).toContain("Notes of the member");
    expect(await read(keys, "public", "index.txt")).toContain("Everyone");
    const bare = await assume("reader");
    await expect(read(bare, "home", `${MEMBER_SUB}/notes.txt`)).rejects.toMatchObject(denied);
    await expect(read(bare, "public", "index.txt")).rejects.toMatchObject(denied);
  });
});

describe("an IAM user", () => {
  it("is held to its own policies", async () => {
    const keys = keysOf(READER);
    expect(await read(keys, "reports", "q3.txt")).toContain("Third quarter");
    await expect(read(keys, "reports", "q4.txt")).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining("with an explicit deny in an identity-based policy"),
    });
    await expect(read(keys, "public", "index.txt")).rejects.toMatchObject(denied);
    await expect(getItem(keys)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("without policies may do nothing but what others trust it with", async () => {
    await expect(read(sidecar(), "public", "index.txt")).rejects.toMatchObject(denied);
    await expect(assume("service")).resolves.toBeDefined();
  });

  it("is kept by a deny from a role that trusts it, and not from knowing who it is", async () => {
    await expect(assume("barred", {}, keysOf(BARRED))).rejects.toMatchObject(denied);
    expect((await whoAmI(keysOf(BARRED))).Arn).toBe(`${SIDECAR}2`);
  });
});

describe("a session that ends before its time", () => {
  it("is expired in the words of each service", async () => {
    const keys = await assume("reader");
    expect(await read(keys, "reports", "q3.txt")).toBeDefined();
    expect(aws.sessions.expire(keys.accessKeyId)).toBe(true);
    await expect(read(keys, "reports", "q3.txt")).rejects.toMatchObject({
      name: "ExpiredToken",
      message: "The provided token has expired.",
      $metadata: { httpStatusCode: 400 },
    });
    await expect(getItem(keys)).rejects.toMatchObject({
      name: "ExpiredTokenException",
      message: "The security token included in the request is expired",
      $metadata: { httpStatusCode: 400 },
    });
    await expect(whoAmI(keys)).rejects.toMatchObject({
      name: "ExpiredToken",
      $metadata: { httpStatusCode: 403 },
    });
  });

  it("is unknown in the words of each service once its token is revoked", async () => {
    const keys = await assume("reader");
    expect(aws.sessions.all().at(-1)?.accessKeyId).toBe(keys.accessKeyId);
    expect(aws.sessions.revoke(keys.accessKeyId)).toBe(true);
    await expect(read(keys, "reports", "q3.txt")).rejects.toMatchObject({
      name: "InvalidToken",
      message: "The provided token is malformed or otherwise invalid.",
      $metadata: { httpStatusCode: 400 },
    });
    await expect(getItem(keys)).rejects.toMatchObject({
      name: "UnrecognizedClientException",
      message: "The security token included in the request is invalid.",
      $metadata: { httpStatusCode: 400 },
    });
    await expect(whoAmI(keys)).rejects.toMatchObject({
      name: "InvalidClientTokenId",
      $metadata: { httpStatusCode: 403 },
    });
  });
});

describe("the flows of the world that ships", () => {
  it("has a role for ID tokens that go to STS straight, which reads what is public and nothing else", async () => {
    const token = await aws.identity.tokens.issueIdToken({ username: "member", clientId: "web" });
    const keys = await federate("federated", token);
    expect(await read(keys, "public", "index.txt")).toContain("Everyone");
    await expect(read(keys, "reports", "q3.txt")).rejects.toMatchObject(denied);
  });

  it("has a role for the service, which reads and puts orders and does not delete them", async () => {
    const tags = [{ Key: "client", Value: "service" }];
    const client = new ddb.DynamoDBClient(options(await assume("service", { Tags: tags })));
    const Item = { customerId: { S: "acme" }, orderId: { S: "2026-100" }, state: { S: "open" } };
    await client.send(new ddb.PutItemCommand({ TableName: "Orders", Item }));
    const { state: _state, ...Key } = Item;
    expect((await client.send(new ddb.GetItemCommand({ TableName: "Orders", Key }))).Item).toEqual(Item);
    const remove = client.send(new ddb.DeleteItemCommand({ TableName: "Orders", Key }));
    await expect(remove).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("has a pool for the basic flow, whose sessions carry the user's tags", async () => {
    const token = await aws.identity.tokens.issueIdToken({ username: "member", clientId: "web" });
    const pools = new CognitoIdentityClient({ region: "us-east-1", endpoint: aws.url, maxAttempts: 1 });
    const Logins = { [USER_POOL]: token };
    const { IdentityId = "" } = await pools.send(new GetIdCommand({ IdentityPoolId: CLASSIC_POOL, Logins }));
    const { Token = "" } = await pools.send(new GetOpenIdTokenCommand({ IdentityId, Logins }));
    const keys = await federate("member", Token);
    expect(await read(keys, "home", `${MEMBER_SUB}/notes.txt`)).toContain("Notes of the member");
    await expect(read(keys, "home", "00000000-aaaa-4000-8000-000000000002/notes.txt")).rejects.toMatchObject(
      denied,
    );
  });
});
