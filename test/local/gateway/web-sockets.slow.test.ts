import { once } from "node:events";
import {
  ApiGatewayManagementApi,
  GoneException,
  PayloadTooLargeException,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { ClientOptions } from "ws";
import type { LocalAws } from "../../../src/local/aws.ts";
import type { Seen } from "../../../src/local/guard/guard.ts";
import type { Session } from "../../../src/local/session.ts";
import { until } from "../../support/until.ts";
import { signed } from "../guard/signed-request.ts";
import type { Draft } from "../guard/signed-request.ts";
import { sessionOf } from "../signed-call.ts";
import { startStandIn, WORLD } from "../stand-in.ts";

const CHAT = "chatapi001.execute-api.us-east-1.amazonaws.com";
const TALK = {
  id: "talkapi001",
  name: "talk",
  stages: ["prod"],
  authorizer: "cognito",
  websocket: true,
} as const;
const FIXED = "R0oXAdfD0kwCH6w=";
const FRAME_BYTES = 32 * 1024;
const MESSAGE_BYTES = 128 * 1024;

let aws: LocalAws;
let analyst: Session;
let seen: Seen[];
const reports: unknown[] = [];
const world = { ...WORLD, apis: [...(WORLD.apis ?? []), TALK] };

beforeAll(async () => {
  aws = await startStandIn({
    world,
    observe: (requirements) => seen.push(...requirements),
    report: (error) => reports.push(error),
  });
});
beforeEach(() => {
  analyst = sessionOf(aws, "analyst");
  seen = [];
  aws.calls.reset();
});
afterEach(async () => {
  aws.faults.clear();
  for (const { id, close } of aws.webSockets()) if (id !== FIXED) close();
  await until(() => aws.webSockets().every(({ id }) => id === FIXED));
});
afterAll(async () => {
  await aws.close();
  expect(reports).toEqual([]);
});

/** A client of the API `chat`, as it dials. */
async function dial(
  session: Session,
  draft: Draft = {},
  { origin = aws.url, protocols = [] as string[] } = {},
): Promise<WebSocket> {
  const { target, rawHeaders } = await signed(session, {
    service: "execute-api",
    path: "/prod",
    atMs: Date.now(),
    ...draft,
    headers: { host: CHAT, ...draft.headers },
  });
  const headers: Record<string, string> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) headers[rawHeaders[at] ?? ""] = rawHeaders[at + 1] ?? "";
  return dialAs(target, { headers, ca: aws.caPem }, { origin, protocols });
}

function dialAs(
  target: string,
  options: ClientOptions,
  { origin = aws.url, protocols = [] as string[] } = {},
): WebSocket {
  return new WebSocket(origin.replace("http", "ws") + target, protocols, options).on("error", () => {});
}

/** The same, once it is open. */
async function open(...asked: Parameters<typeof dial>): Promise<WebSocket> {
  const socket = await dial(...asked);
  await once(socket, "open");
  return socket;
}

async function refusalOf(socket: WebSocket): Promise<readonly [status: number, body: unknown]> {
  const [, answer] = (await once(socket, "unexpected-response")) as [
    unknown,
    AsyncIterable<Buffer> & { statusCode: number },
  ];
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece);
  return [answer.statusCode, JSON.parse(Buffer.concat(pieces).toString())];
}

async function nextText(socket: WebSocket): Promise<string> {
  const [data, isBinary] = (await once(socket, "message")) as [Buffer, boolean];
  expect(isBinary).toBe(false);
  return data.toString();
}

function closeOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once("close", resolve));
}

const onlyOpen = () => aws.webSockets().filter(({ id }) => id !== FIXED);

/** AWS's own client of `@connections`, which reaches the API by its host. */
function manager(): ApiGatewayManagementApi {
  const credentials = sessionOf(aws, "admin");
  const endpoint = `${aws.url}/prod`;
  const client = new ApiGatewayManagementApi({ region: "us-east-1", endpoint, credentials, maxAttempts: 1 });
  client.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers["host"] = CHAT;
      return next(args);
    },
    { step: "build" },
  );
  return client;
}

describe("a WebSocket API with IAM", () => {
  it.each(["http", "https"] as const)("opens over %s, and sends back what it is sent", async (scheme) => {
    const socket = await open(analyst, {}, { origin: scheme === "http" ? aws.url : aws.httpsUrl });
    for (const message of ["hello", "ä".repeat(10_000), '{"action":"other"}']) {
      const back = nextText(socket);
      socket.send(message);
      expect(await back).toBe(message);
    }
    expect(seen).toEqual([
      {
        service: "execute-api",
        action: "execute-api:Invoke",
        resource: "arn:aws:execute-api:us-east-1:123456789012:chatapi001/prod/$connect",
      },
    ]);
    expect(aws.calls.of("execute-api:Connect")).toBe(1);
    socket.close(1000);
    expect(await closeOf(socket)).toBe(1000);
    await until(() => onlyOpen().length === 0);
  });

  it("tells who connected, with what, and nothing of the signature", async () => {
    const draft = { path: "/prod/", query: { room: "a b" }, headers: { "x-custom": "kept" } };
    const socket = await open(analyst, draft, { protocols: ["chat", "other"] });
    expect(socket.protocol).toBe("chat");
    const back = nextText(socket);
    socket.send('{"action":"whoami"}');
    const told = JSON.parse(await back) as Readonly<Record<string, unknown>>;
    expect(told).toMatchObject({
      connectionId: onlyOpen()[0]?.id,
      api: "chat",
      stage: "prod",
      query: { room: ["a b"] },
      headers: { host: CHAT, "x-custom": "kept" },
      identity: { userArn: analyst.assumedRoleArn },
    });
    const text = JSON.stringify(told);
    expect(text).not.toContain(analyst.sessionToken);
    expect(text).not.toMatch(/Signature|authorization/i);
  });

  it("takes a presigned handshake too", async () => {
    const socket = await open(analyst, { presignSeconds: 60 });
    const back = nextText(socket);
    socket.send('{"action":"whoami"}');
    expect(JSON.parse(await back)).toMatchObject({ query: {} });
  });

  it("refuses whom IAM does not allow, and what is not signed well, before the handshake", async () => {
    const [status, body] = await refusalOf(await dial(sessionOf(aws, "guest")));
    expect(status).toBe(403);
    expect(body).toMatchObject({
      Message: expect.stringContaining("execute-api:Invoke on resource: arn:aws:execute-api") as string,
    });
    const headers = { host: CHAT };
    const refusals = [
      await dial({ ...analyst, secretAccessKey: "wrong" }),
      await dial(analyst, { atMs: Date.now() - 600_000 }),
      await dial(analyst, { service: "iotdevicegateway" }),
      dialAs("/prod", { headers }),
      dialAs("/prod", { headers: { ...headers, authorization: "Bearer a.b.c" } }),
    ];
    for (const refusal of refusals) expect((await refusalOf(refusal))[0]).toBe(403);
    expect(aws.calls.of("execute-api:refused")).toBe(6);
    expect(onlyOpen()).toEqual([]);
  });

  it("is there at its stage alone, and an API of requests is not", async () => {
    for (const draft of [
      { path: "/prod/x" },
      { path: "/none" },
      { path: "/prod/%40connections/x" },
      { path: "/prod", headers: { host: "ordersapi1.execute-api.us-east-1.amazonaws.com" } },
    ]) {
      expect(await refusalOf(await dial(sessionOf(aws, "admin"), draft))).toEqual([
        403,
        { message: "Forbidden" },
      ]);
    }
  });

  it("fails as a fault says", async () => {
    aws.faults.add({ service: "execute-api", times: 1, effect: { kind: "error", status: 503 } });
    expect((await refusalOf(await dial(analyst)))[0]).toBe(503);
    aws.faults.down("execute-api");
    const cut = await dial(analyst);
    expect(await closeOf(cut)).toBe(1006);
  });
});

describe("a WebSocket API with a Cognito authorizer", () => {
  const host = "talkapi001.execute-api.us-east-1.amazonaws.com";

  it("opens for a token of the user pool, and does not show it", async () => {
    const token = await aws.identity.tokens.issueAccessToken({ username: "analyst", clientId: "web" });
    const socket = dialAs("/prod", { headers: { host, authorization: `Bearer ${token}` } });
    await once(socket, "open");
    const back = nextText(socket);
    socket.send('{"action":"whoami"}');
    const told = await back;
    expect(JSON.parse(told)).toMatchObject({ api: "talk", identity: { claims: { username: "analyst" } } });
    expect(told).not.toContain(token);
  });

  it("refuses what is none", async () => {
    expect(await refusalOf(dialAs("/prod", { headers: { host } }))).toEqual([
      401,
      { message: "Unauthorized" },
    ]);
  });
});

describe("the limits of API Gateway", () => {
  it("a message has 128 KB in frames of 32 KB", async () => {
    const socket = await open(analyst);
    const back = nextText(socket);
    const quarter = "x".repeat(FRAME_BYTES);
    for (let at = 0; at < 4; at++) socket.send(quarter, { fin: at === 3 });
    expect((await back).length).toBe(MESSAGE_BYTES);
    for (const send of [
      (to: WebSocket) => to.send("x".repeat(FRAME_BYTES + 1)),
      (to: WebSocket) => {
        for (let at = 0; at < 5; at++) to.send(quarter, { fin: at === 4 });
      },
    ]) {
      const other = await open(analyst);
      send(other);
      expect(await closeOf(other)).toBe(1009);
    }
  });

  it("binary messages are not taken", async () => {
    const socket = await open(analyst);
    socket.send(Buffer.from("x"));
    expect(await closeOf(socket)).toBe(1003);
  });

  it("a connection ends when it is idle, and when it is old", async () => {
    for (const webSocketLimits of [{ idleMs: 50 }, { lifetimeMs: 50 }]) {
      const other = await startStandIn({ webSocketLimits });
      const socket = await open(sessionOf(other, "admin"), {}, { origin: other.url });
      expect(await closeOf(socket)).toBe(1001);
      await other.close();
    }
  });
});

describe("@connections, of connections that are open", () => {
  it("posts to them, tells of them and closes them", async () => {
    const client = manager();
    const socket = await open(analyst, { headers: { "user-agent": "test" } });
    const ConnectionId = onlyOpen()[0]?.id ?? "";
    expect(ConnectionId).toMatch(/^[\w-]{15}=$/);
    const came = nextText(socket);
    await client.postToConnection({ ConnectionId, Data: "news" });
    expect(await came).toBe("news");
    const { ConnectedAt, Identity } = await client.getConnection({ ConnectionId });
    expect(Identity).toEqual({ SourceIp: "127.0.0.1", UserAgent: "test" });
    expect(ConnectedAt?.getTime()).toBe(onlyOpen()[0]?.connectedAtMs);
    const tooMuch = client.postToConnection({ ConnectionId, Data: Buffer.alloc(MESSAGE_BYTES + 1) });
    await expect(tooMuch).rejects.toBeInstanceOf(PayloadTooLargeException);
    const closed = closeOf(socket);
    await client.deleteConnection({ ConnectionId });
    expect(await closed).toBe(1000);
    const late = client.postToConnection({ ConnectionId, Data: "late" });
    await expect(late).rejects.toBeInstanceOf(GoneException);
  });
});

it("the stand-in closes with connections open", async () => {
  const other = await startStandIn();
  const socket = await open(sessionOf(other, "admin"), {}, { origin: other.url });
  const closed = closeOf(socket);
  await other.close();
  expect(await closed).toBe(1006);
});
