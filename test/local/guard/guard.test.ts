import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createGuard } from "../../../src/local/guard/guard.ts";
import type { Admitted, Connection, GuardOptions, Seen } from "../../../src/local/guard/guard.ts";
import { readWorld } from "../../../src/local/parse-world.ts";
import type { LocalRequest } from "../../../src/local/request.ts";
import type { Session } from "../../../src/local/session.ts";
import type { S3Call } from "../../../src/local/guard/s3-call.ts";
import { NOW_MS, collect, oneSession, pieces, signed, withHeaders } from "./signed-request.ts";
import type { Draft } from "./signed-request.ts";

const world = readWorld(readFileSync("config/local-world.yaml", "utf8"));
const SUB = "00000000-aaaa-4000-8000-000000000004";

/** A guard before the world of `config/local-world.yaml`, and a session of one of its roles. */
function stand(role: string, session: object = {}, more: Partial<GuardOptions> = {}) {
  const seen: Seen[] = [];
  const issued = oneSession(role, session);
  const guard = createGuard({
    world,
    sessions: issued.sessions,
    now: () => NOW_MS,
    keySchemaOf: (table) =>
      table === "Orders" ? { partitionKey: "customerId", sortKey: "orderId" } : undefined,
    observe: (requirements) => seen.push(...requirements),
    ...more,
  });
  const ask = async (draft: Draft, connection?: Connection): Promise<Admitted> =>
    guard(await signed(issued.session, draft), connection);
  return { guard, ask, seen, session: issued.session };
}

function dynamoDb(operation: string, input: unknown): Draft {
  const headers = {
    "x-amz-target": `DynamoDB_20120810.${operation}`,
    "content-type": "application/x-amz-json-1.0",
  };
  return { service: "dynamodb", method: "POST", headers, body: JSON.stringify(input) };
}

function remove(...keys: string[]): Draft {
  return {
    method: "POST",
    path: "/reports",
    query: { delete: "" },
    body: `<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join("")}</Delete>`,
  };
}

function get(customerId: string): Draft {
  return dynamoDb("GetItem", {
    TableName: "Orders",
    Key: { customerId: { S: customerId }, orderId: { S: "1" } },
  });
}

function form(body: string): Draft {
  return {
    service: "sts",
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body,
  };
}

function only(condition: object): object {
  return {
    sessionPolicies: [
      {
        Version: "2012-10-17",
        Statement: { Effect: "Allow", Action: "*", Resource: "*", Condition: condition },
      },
    ],
    tags: { team: "red" },
    context: {
      "cognito-identity.amazonaws.com:sub": "us-east-1:1",
      "cognito-identity.amazonaws.com:amr": ["authenticated"],
    },
  };
}

function otherSecret(session: Session): string {
  return `${session.secretAccessKey}x`;
}

const everything = { Effect: "Allow", Action: "*", Resource: "*" };
const member = { tags: { sub: SUB, tenant: "globex" } };

describe("the guard and S3", () => {
  it("admits what the role's policies allow, and says what it saw", async () => {
    const { ask, seen, session } = stand("analyst");
    const admitted = await ask({ path: "/reports/q3.txt" });
    expect(admitted).toMatchObject({
      service: "s3",
      region: "us-east-1",
      session,
      call: { operation: "GetObject", bucket: "reports", key: "q3.txt" },
    });
    expect(seen).toEqual([
      { service: "s3", action: "s3:GetObject", resource: "arn:aws:s3:::reports/q3.txt" },
    ]);
  });

  it("denies the rest in the words of S3", async () => {
    const { ask, seen } = stand("editor");
    await expect(ask({ method: "DELETE", path: "/reports/q3.txt" })).rejects.toMatchObject({
      code: "AccessDenied",
      status: 403,
      message:
        'User: arn:aws:sts::123456789012:assumed-role/editor/test is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::reports/q3.txt" because no identity-based policy allows the s3:DeleteObject action',
    });
    expect(seen).toHaveLength(1);
  });

  it("wants every requirement of a call allowed", async () => {
    const { ask } = stand("editor");
    const put = { method: "PUT", path: "/reports/new.txt", body: "x" };
    await expect(ask({ ...put, headers: { "x-amz-acl": "private" } })).rejects.toMatchObject({
      message: expect.stringContaining("s3:PutObjectAcl"),
    });
    await expect(
      ask({ ...put, body: "", headers: { "x-amz-copy-source": "audit/2026/log.txt" } }),
    ).rejects.toMatchObject({ message: expect.stringContaining("audit/2026/log.txt") });
    await expect(
      ask({ ...put, body: "", headers: { "x-amz-copy-source": "reports/q3.txt" } }),
    ).resolves.toMatchObject({ call: { operation: "CopyObject" } });
  });

  it("gives a member the home that the session's tag names, and no other", async () => {
    const { ask } = stand("member", member);
    await expect(ask({ path: `/home/${SUB}/notes.txt` })).resolves.toMatchObject({ service: "s3" });
    await expect(ask({ path: "/home/somebody-else/notes.txt" })).rejects.toMatchObject({
      code: "AccessDenied",
    });
    await expect(ask({ path: "/home", query: { prefix: `${SUB}/` } })).resolves.toMatchObject({
      service: "s3",
    });
    await expect(ask({ path: "/home" })).rejects.toMatchObject({ code: "AccessDenied" });
  });

  it("denies everything to a session whose role is not there", async () => {
    await expect(stand("nobody").ask({ path: "/public/index.txt" })).rejects.toMatchObject({
      code: "AccessDenied",
    });
  });

  it("streams content and verifies it at the end", async () => {
    const { ask, guard, session } = stand("editor");
    const good = await ask({ method: "PUT", path: "/reports/new.txt", body: "content" });
    expect((await collect(good.body as AsyncIterable<Buffer>)).toString()).toBe("content");
    const request = await signed(session, { method: "PUT", path: "/reports/new.txt", body: "content" });
    const changed = await guard({ ...request, body: pieces(Buffer.from("CONTENT"), 2) });
    await expect(collect(changed.body as AsyncIterable<Buffer>)).rejects.toMatchObject({
      code: "XAmzContentSHA256Mismatch",
    });
  });

  it("decides before it reads the content", async () => {
    const { guard, session } = stand("analyst");
    const request = await signed(session, { method: "PUT", path: "/reports/new.txt", body: "content" });
    let read = false;
    async function* body(): AsyncGenerator<Buffer, void> {
      read = true;
      yield Buffer.from("content");
    }
    await expect(guard({ ...request, body: body() })).rejects.toMatchObject({ code: "AccessDenied" });
    expect(read).toBe(false);
  });

  it("verifies the hash of a request without content, too", async () => {
    const { guard, session } = stand("analyst");
    const hash = createHash("sha256").update("other").digest("hex");
    const request = await signed(session, {
      path: "/reports/q3.txt",
      headers: { "x-amz-content-sha256": hash },
    });
    await expect(guard(request)).rejects.toMatchObject({ code: "XAmzContentSHA256Mismatch" });
  });

  it.each([
    { path: "/reports/q3.txt", query: { acl: "" }, headers: { "x-amz-acl": "private" } },
    { path: "/reports", query: { policy: "" } },
    { path: "/reports/q3.txt", headers: { "x-amz-copy-source": "reports/q4.txt" } },
  ])("verifies the content of %j, whether S3 looks at it or not", async (draft) => {
    const { guard, session } = stand("admin");
    const request = await signed(session, { method: "PUT", body: "content", ...draft });
    const admitted = await guard(request);
    expect((await collect(admitted.body as AsyncIterable<Buffer>)).toString()).toBe("content");
    const again = await signed(session, { method: "PUT", body: "content", ...draft });
    await expect(guard({ ...again, body: pieces(Buffer.from("CONTENT")) })).rejects.toMatchObject({
      code: "XAmzContentSHA256Mismatch",
    });
  });

  it("reads from the body what DeleteObjects deletes", async () => {
    const { ask, seen } = stand("analyst");
    const admitted = await ask(remove("q3.txt", "q4.txt"));
    expect(seen.map(({ resource }) => resource)).toEqual([
      "arn:aws:s3:::reports/q3.txt",
      "arn:aws:s3:::reports/q4.txt",
    ]);
    expect((await collect(admitted.body as AsyncIterable<Buffer>)).toString()).toBe(
      remove("q3.txt", "q4.txt").body,
    );
    expect(admitted.call).toMatchObject({ refused: new Map() });
  });

  it("refuses of DeleteObjects the objects that IAM does, and leaves the others", async () => {
    const limits = { Effect: "Deny", Action: "s3:DeleteObject", Resource: "arn:aws:s3:::reports/q4.txt" };
    const { ask, seen } = stand("analyst", { sessionPolicies: [{ Statement: [everything, limits] }] });
    const { call } = (await ask(remove("q3.txt", "q4.txt", "q5.txt"))) as { call: S3Call };
    expect([...(call.refused ?? [])]).toEqual([
      [
        1,
        expect.objectContaining({ code: "AccessDenied", message: expect.stringContaining("reports/q4.txt") }),
      ],
    ]);
    expect(seen).toHaveLength(3);
    const none = (await stand("editor").ask(remove("q3.txt", "q4.txt"))) as { call: S3Call };
    expect([...(none.call.refused ?? []).keys()]).toEqual([0, 1]);
  });

  it("reads from the body what CreateBucket makes, and decides on all of it", async () => {
    const body =
      "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint><Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags></CreateBucketConfiguration>";
    const draft = { method: "PUT", path: "/fresh", body };
    const { ask, seen } = stand("admin");
    const admitted = await ask(draft);
    expect((await collect(admitted.body as AsyncIterable<Buffer>)).toString()).toBe(body);
    expect(seen.map(({ action }) => action)).toEqual(["s3:CreateBucket", "s3:TagResource"]);
    const elsewhere = {
      Effect: "Deny",
      Action: "s3:CreateBucket",
      Resource: "*",
      Condition: { StringNotEquals: { "s3:LocationConstraint": "us-west-2" } },
    };
    const limited = stand("admin", { sessionPolicies: [{ Statement: [everything, elsewhere] }] });
    await expect(limited.ask(draft)).rejects.toMatchObject({ code: "AccessDenied" });
  });

  it("decides on the tags that an object is to have", async () => {
    const red = {
      Effect: "Allow",
      Action: "s3:PutObjectTagging",
      Resource: "*",
      Condition: { StringEquals: { "s3:RequestObjectTag/team": "red" } },
    };
    const ask = (team: string) =>
      stand("admin", { sessionPolicies: [{ Statement: red }] }).ask({
        method: "PUT",
        path: "/reports/q3.txt",
        query: { tagging: "" },
        body: `<Tagging><TagSet><Tag><Key>team</Key><Value>${team}</Value></Tag></TagSet></Tagging>`,
      });
    await expect(ask("red")).resolves.toMatchObject({ call: { operation: "PutObjectTagging" } });
    await expect(ask("blue")).rejects.toMatchObject({ code: "AccessDenied" });
  });

  it.each([
    { method: "PUT", path: "/reports", query: { policy: "" }, body: "{}" },
    { path: "/reports/q3.txt", query: { torrent: "" } },
    { method: "POST", path: "/reports/q3.txt", query: { select: "", "select-type": "2" }, body: "<Select/>" },
  ])("decides on what the stand-in does not do, and leaves it to S3 to say so: %j", async (draft) => {
    const { ask, seen } = stand("admin");
    await expect(ask(draft)).resolves.toMatchObject({ service: "s3" });
    expect(seen).toHaveLength(1);
    await expect(stand("nobody").ask(draft)).rejects.toMatchObject({ code: "AccessDenied" });
  });

  it("finds the bucket in the host, and decides alike", async () => {
    const { ask, seen } = stand("analyst");
    const headers = { host: "reports.s3.localhost:4483" };
    await expect(ask({ path: "/q3.txt", headers })).resolves.toMatchObject({
      call: { operation: "GetObject", bucket: "reports", key: "q3.txt" },
    });
    expect(seen.map(({ resource }) => resource)).toEqual(["arn:aws:s3:::reports/q3.txt"]);
    await expect(ask({ path: "/reports/q3.txt", headers: { host: "home.localhost" } })).rejects.toMatchObject(
      {
        message: expect.stringContaining("arn:aws:s3:::home/reports/q3.txt"),
      },
    );
  });

  it("wants an access point and its bucket both allowed", async () => {
    const points = { ...world, accessPoints: [{ name: "reader", bucket: "reports" }] };
    const host = "reader-123456789012.s3-accesspoint.us-east-1.amazonaws.com";
    const ask = (role: string) =>
      stand(role, {}, { world: points }).ask({ path: "/q3.txt", headers: { host } });
    await expect(ask("admin")).resolves.toMatchObject({ call: { bucket: "reports", key: "q3.txt" } });
    await expect(ask("analyst")).rejects.toMatchObject({
      message: expect.stringContaining("accesspoint/reader/object/q3.txt"),
    });
  });

  it("admits a presigned request, telling IAM that it is one", async () => {
    const { ask } = stand("guest");
    await expect(ask({ path: "/public/index.txt", presignSeconds: 60 })).resolves.toMatchObject({
      service: "s3",
    });
    const presigned = {
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: { StringEquals: { "s3:authType": "REST-QUERY-STRING" } },
    };
    const all = { Effect: "Allow", Action: "*", Resource: "*" };
    const limited = stand("guest", { sessionPolicies: [{ Statement: [all, presigned] }] });
    await expect(limited.ask({ path: "/public/index.txt", presignSeconds: 60 })).rejects.toMatchObject({
      message: expect.stringContaining("with an explicit deny in a session policy"),
    });
    await expect(limited.ask({ path: "/public/index.txt" })).resolves.toMatchObject({ service: "s3" });
  });
});

describe("the guard and DynamoDB", () => {
  it("admits an item that the policy's leading key allows", async () => {
    const { ask, seen } = stand("member", member);
    const admitted = await ask(get(SUB));
    expect(admitted).toMatchObject({
      service: "dynamodb",
      call: { operation: "GetItem", input: { TableName: "Orders" } },
    });
    expect(JSON.parse((admitted.body as Buffer).toString())).toEqual(
      (admitted.call as { input: object }).input,
    );
    expect(seen).toEqual([
      {
        service: "dynamodb",
        action: "dynamodb:GetItem",
        resource: "arn:aws:dynamodb:us-east-1:123456789012:table/Orders",
      },
    ]);
  });

  it("denies another's item in the words of DynamoDB", async () => {
    await expect(stand("member", member).ask(get("acme"))).rejects.toMatchObject({
      code: "AccessDeniedException",
      status: 400,
      message:
        "User: arn:aws:sts::123456789012:assumed-role/member/test is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/Orders because no identity-based policy allows the dynamodb:GetItem action",
    });
  });

  it("denies a query that names no partition", async () => {
    await expect(
      stand("member", member).ask(dynamoDb("Query", { TableName: "Orders" })),
    ).rejects.toMatchObject({ code: "AccessDeniedException" });
  });

  it("hashes the body whether or not a header claims its hash", async () => {
    const { guard, session } = stand("admin");
    const request = await signed(session, get("acme"));
    const changed = { ...request, body: pieces(Buffer.from('{"TableName":"Other"}')) };
    await expect(guard(changed)).rejects.toMatchObject({ code: "InvalidSignatureException" });
    const body = String(get("acme").body);
    const claimed = createHash("sha256").update(body).digest("hex");
    const withHash = { ...get("acme"), headers: { ...get("acme").headers, "x-amz-content-sha256": claimed } };
    await expect(guard(await signed(session, withHash))).resolves.toMatchObject({ service: "dynamodb" });
    const lied = {
      ...get("acme"),
      headers: { ...get("acme").headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
    };
    await expect(guard(await signed(session, lied))).rejects.toMatchObject({
      code: "InvalidSignatureException",
      message: expect.stringContaining("x-amz-content-sha256"),
    });
  });
});

describe("the guard and STS", () => {
  it("tells anybody who they are, policies or not", async () => {
    const admitted = await stand("nobody").ask(form("Action=GetCallerIdentity&Version=2011-06-15"));
    expect(admitted).toMatchObject({
      service: "sts",
      call: { operation: "GetCallerIdentity", requirements: [] },
    });
  });

  it("leaves it to the role whom it trusts, but for a deny", async () => {
    const body =
      "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fadmin";
    const { ask, seen } = stand("analyst");
    await expect(ask(form(body))).resolves.toMatchObject({ call: { operation: "AssumeRole" } });
    const resource = "arn:aws:iam::123456789012:role/admin";
    expect(seen).toEqual([{ service: "sts", action: "sts:AssumeRole", resource }]);
    const deny = { sessionPolicies: [{ Statement: { Effect: "Deny", Action: "sts:*", Resource: "*" } }] };
    const admin = { ...world, roles: [{ name: "admin", trust: {}, policies: [{ Statement: everything }] }] };
    await expect(stand("admin", deny, { world: admin }).ask(form(body))).rejects.toMatchObject({
      code: "AccessDenied",
      status: 403,
      message: expect.stringContaining(
        "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/admin with an explicit deny",
      ),
    });
  });

  it.each([
    ["Version=2011-06-15", "MissingAction"],
    ["Action=GetFederationToken&Version=2011-06-15", "InvalidAction"],
    ["Action=GetCallerIdentity&Action=AssumeRole", "InvalidParameterValue"],
  ])("refuses %s", async (body, code) => {
    await expect(stand("admin").ask(form(body))).rejects.toMatchObject({ code });
  });
});

function at(condition: object, connection?: Connection): Promise<Admitted> {
  return stand("analyst", only(condition)).ask(
    { path: "/reports/q3.txt", headers: { "user-agent": "test" } },
    connection,
  );
}

describe("the guard and what IAM knows", () => {
  it.each([
    [{ StringEquals: { "aws:PrincipalTag/team": "red" } }],
    [{ StringEquals: { "cognito-identity.amazonaws.com:sub": "us-east-1:1" } }],
    [{ "ForAnyValue:StringEquals": { "cognito-identity.amazonaws.com:amr": "authenticated" } }],
    [{ ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/analyst" } }],
    [{ StringLike: { "aws:userid": "AROA*:test" } }],
    [{ DateEquals: { "aws:CurrentTime": "2026-11-21T08:02:28Z" } }],
    [{ StringEquals: { "aws:RequestedRegion": "us-east-1", "aws:UserAgent": "test" } }],
    [{ Null: { "aws:SourceIp": "true" }, Bool: { "aws:SecureTransport": "false" } }],
  ])("knows that %j holds", async (condition) => {
    await expect(at(condition)).resolves.toMatchObject({ service: "s3" });
  });

  it("knows the connection where it is told", async () => {
    const condition = {
      IpAddress: { "aws:SourceIp": "10.0.0.0/8" },
      Bool: { "aws:SecureTransport": "true" },
    };
    await expect(at(condition, { sourceIp: "10.1.2.3", secure: true })).resolves.toMatchObject({
      service: "s3",
    });
    await expect(at(condition, { sourceIp: "11.1.2.3", secure: true })).rejects.toMatchObject({
      message: expect.stringContaining("because no session policy allows the s3:GetObject action"),
    });
  });
});

describe("the guard and its switches", () => {
  it("looks at the secret", async () => {
    await expect(
      stand("admin", {}, { secretOf: otherSecret }).ask({ path: "/reports/q3.txt" }),
    ).rejects.toMatchObject({
      code: "SignatureDoesNotMatch",
    });
  });

  it("looks at the clock", async () => {
    await expect(
      stand("admin", {}, { now: () => NOW_MS + 16 * 60_000 }).ask({ path: "/reports/q3.txt" }),
    ).rejects.toMatchObject({
      code: "RequestTimeTooSkewed",
    });
  });

  it("refuses what is not signed, and services that are not there", async () => {
    const { guard, ask } = stand("admin");
    const bare: LocalRequest = {
      method: "GET",
      target: "/public/index.txt",
      rawHeaders: ["Host", "x"],
      body: pieces(Buffer.alloc(0)),
    };
    await expect(guard(bare)).rejects.toMatchObject({ code: "AccessDenied", message: "Access Denied" });
    await expect(ask({ service: "iot", method: "POST" })).rejects.toMatchObject({ status: 404 });
  });

  it("observes nothing of a request whose signature is wrong", async () => {
    const { guard, session, seen } = stand("admin");
    const request = await signed(session, { path: "/reports/q3.txt" });
    const other = withHeaders(request, { "x-amz-date": "20261121T080229Z" });
    await expect(guard(other)).rejects.toMatchObject({ code: "SignatureDoesNotMatch" });
    expect(seen).toEqual([]);
  });
});
