import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../../src/local/session.ts";
import { type SdkOptions, type Stack, startStack } from "../support/stack.ts";

const ROLE = "arn:aws:iam::123456789012:role/";
const SESSION = "arn:aws:sts::123456789012:assumed-role/";
const MEMBER = "00000000-aaaa-4000-8000-000000000004";
const ANALYST = "00000000-aaaa-4000-8000-000000000002";

/** The shipped rules, and beside them the sources that they do not use. */
function withAllSources(yaml: string): string {
  return yaml
    .replace(
      "\nupstreams:",
      `
  basic:
    type: identity-pool
    identityPoolId: "us-east-1:00000000-0000-4000-8000-000000000002"
    flow: basic
    acceptAnyTrustingRole: true
  direct: { type: web-identity, acceptAnyTrustingRole: true, sessionName: "\${claim:cognito:username}" }

upstreams:`,
    )
    .replace(
      "  rules:\n",
      `  rules:
    - name: basic flow
      who: { groups: [analysts] }
      allow: [s3:GetObject, s3:DeleteObject]
      on: ["arn:aws:s3:::reports/q4.txt"]
      role: ${ROLE}analyst
      credentials: basic
    - name: web identity
      who: { groups: [admins] }
      allow: [s3:GetObject]
      on: ["arn:aws:s3:::public/*"]
      role: ${ROLE}federated
      credentials: direct
`,
    );
}

let stack: Stack;
/** Sessions that the stand-in has seen at work, by their ARN. */
const seen = new Map<string, Session>();

function secretOf(session: Session): string {
  seen.set(session.assumedRoleArn, session);
  return session.secretAccessKey;
}

beforeAll(async () => {
  stack = await startStack({ config: withAllSources, aws: { secretOf } });
});

afterAll(() => stack.close());

/** One sign-in a user: what was got for another is nothing to whoami. */
const tokens = new Map<string, Promise<string>>();

function tokenOf(user: string): Promise<string> {
  const token = tokens.get(user) ?? stack.tokenOf(user);
  tokens.set(user, token);
  return token;
}

async function sdkOf(user: string): Promise<SdkOptions> {
  const sdk = await stack.sdkOf(user);
  return { ...sdk, credentials: { ...sdk.credentials, sessionToken: await tokenOf(user) } };
}

async function textOf(user: string, bucket: string, key: string): Promise<string | undefined> {
  const s3 = new S3Client(await sdkOf(user));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Body?.transformToString();
}

interface Told {
  readonly kind: string;
  readonly upstreams: Readonly<
    Record<
      string,
      readonly { rule: string; role: string; source: string; sessionName?: string; assumedRole?: string }[]
    >
  >;
}

async function whoami(user: string, headers: Readonly<Record<string, string>> = {}): Promise<Told> {
  const token = user === "guest" ? {} : { authorization: `Bearer ${await tokenOf(user)}` };
  const answer = await fetch(`${stack.url}/.postern/whoami`, { headers: { ...token, ...headers } });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Told;
}

/** The role sessions that whoami knows to be proved. */
async function proved(user: string): Promise<readonly (string | undefined)[]> {
  const { upstreams } = await whoami(user);
  return Object.values(upstreams).flatMap((permits) =>
    permits.flatMap(({ assumedRole }) => (assumedRole === undefined ? [] : [assumedRole])),
  );
}

describe("an unmodified SDK client gets what the caller may have", () => {
  it("by the enhanced flow, in a role that the rule names", async () => {
    expect(await textOf("analyst", "reports", "q3.txt")).toContain("Third quarter");
    expect(await proved("analyst")).toContain(`${SESSION}analyst/CognitoIdentityCredentials`);
  });

  it("by the enhanced flow, in the role that the pool chooses", async () => {
    expect(await textOf("member", "home", `${MEMBER}/notes.txt`)).toContain("Notes of the member");
    // Each rule that leaves the role to the pool tells of it.
    expect([...new Set(await proved("member"))]).toEqual([`${SESSION}member/CognitoIdentityCredentials`]);
  });

  it("by the basic flow, with a session of the caller's name", async () => {
    expect(await textOf("analyst", "reports", "q4.txt")).toContain("Fourth quarter");
    expect(await proved("analyst")).toContain(`${SESSION}analyst/${ANALYST}`);
  });

  it("by STS straight, with a session named as the configuration says", async () => {
    expect(await textOf("admin", "public", "index.txt")).toContain("Everyone may read this");
    expect(await proved("admin")).toContain(`${SESSION}federated/admin`);
  });

  it("by AssumeRole with the sidecar's own identity, for an app client", async () => {
    const dynamodb = new DynamoDBClient(await sdkOf("service"));
    const Key = { customerId: { S: "acme" }, orderId: { S: "2026-001" } };
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: "Orders", Key }));
    expect(Item?.["total"]).toEqual({ N: "120" });
    expect(await whoami("service")).toMatchObject({
      kind: "machine",
      upstreams: { dynamodb: [{ sessionName: "service", assumedRole: `${SESSION}service/service` }] },
    });
  });

  it("as a guest, in the pool's role for guests", async () => {
    const answer = await fetch(`${stack.url}/s3/public/index.txt`);
    expect(await answer.text()).toContain("Everyone may read this");
    const told = await whoami("guest");
    expect(told).toMatchObject({
      kind: "guest",
      upstreams: { s3: [{ role: "pool", assumedRole: `${SESSION}guest/CognitoIdentityCredentials` }] },
    });
    // Whoever has a guest's identity id is that guest.
    expect(JSON.stringify(told)).not.toContain("identityId");
  });

  it("in both roles of a caller with two, one of them by the caller's wish", async () => {
    expect(await textOf("editor", "reports", "q3.txt")).toContain("Third quarter");
    const s3 = new S3Client(await sdkOf("editor"));
    await s3.send(new PutObjectCommand({ Bucket: "reports", Key: "new.txt", Body: "new" }));
    const authorization = `Bearer ${await tokenOf("editor")}`;
    const home = `${stack.url}/s3/home/00000000-aaaa-4000-8000-000000000003/x.txt`;
    const headers = { authorization, "x-postern-role": `${ROLE}analyst` };
    expect(await (await fetch(home, { headers })).text()).toContain("assumed-role/analyst/");
    expect(new Set(await proved("editor"))).toEqual(
      new Set([
        `${SESSION}analyst/CognitoIdentityCredentials`,
        `${SESSION}editor/CognitoIdentityCredentials`,
      ]),
    );
  });
});

describe("S2.9 what STS sources get is held to the rule by AWS too", () => {
  it("so that the role may do more than its session", async () => {
    // The role analyst may read all of reports; the session that this rule makes reads one object of it.
    const token = await tokenOf("analyst");
    const headers = { authorization: `Bearer ${token}` };
    await (await fetch(`${stack.url}/s3/reports/q4.txt`, { headers })).text();
    expect(seen.get(`${SESSION}analyst/${ANALYST}`)?.sessionPolicies).toEqual([
      expect.objectContaining({
        Statement: [
          {
            Effect: "Allow",
            Action: ["s3:GetObject", "s3:DeleteObject"],
            Resource: ["arn:aws:s3:::reports/q4.txt"],
          },
          // Of the denies that are about these actions too.
          {
            Effect: "Deny",
            Action: ["s3:Delete*"],
            Resource: ["arn:aws:s3:::audit", "arn:aws:s3:::audit/*"],
          },
        ],
      }),
    ]);
  });
});

describe("S2.1 the source belongs to the rule", () => {
  it("so that an access token is refused where an identity pool needs an ID token", async () => {
    const { access } = await stack.tokensOf("admin");
    const headers = { authorization: `Bearer ${access}` };
    const answer = await fetch(`${stack.url}/s3/reports/q3.txt`, { headers });
    expect([answer.status, answer.headers.get("x-postern-reason")]).toEqual([401, "id-token-required"]);
  });

  it("and an access token with its ID token beside it is enough", async () => {
    const { access, id } = await stack.tokensOf("admin");
    const headers = { authorization: `Bearer ${access}`, "x-postern-id-token": id };
    const answer = await fetch(`${stack.url}/s3/reports/q3.txt`, { headers });
    expect(answer.status).toBe(200);
    const told = await fetch(`${stack.url}/.postern/whoami`, { headers });
    expect(await told.text()).toContain(`${SESSION}admin/CognitoIdentityCredentials`);
  });

  it("but not with another's, nor with one of another sign-in", async () => {
    const { access } = await stack.tokensOf("admin");
    for (const other of ["member", "admin"]) {
      const { id } = await stack.tokensOf(other);
      const headers = { authorization: `Bearer ${access}`, "x-postern-id-token": id };
      const answer = await fetch(`${stack.url}/s3/reports/q3.txt`, { headers });
      expect([answer.status, answer.headers.get("x-postern-reason")]).toEqual([401, "id-token-mismatch"]);
    }
  });
});
