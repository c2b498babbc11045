import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { explain } from "../../src/cli/explain.ts";
import type { Explained } from "../../src/proxy/explain/question.ts";
import { listening } from "../cli/spoken.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { encode } from "../support/signed-tokens.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

const ROLE = "arn:aws:iam::123456789012:role/";
const ANALYST = "00000000-aaaa-4000-8000-000000000002";
const EDITOR = "00000000-aaaa-4000-8000-000000000003";
const MEMBER = "00000000-aaaa-4000-8000-000000000004";
const SDK =
  "AWS4-HMAC-SHA256 Credential=any/20260115/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";

/** A request, as it is asked about and as it is then sent. */
interface Case {
  readonly who: string;
  readonly line: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  /** A connection is opened, over which nothing is asked yet. */
  readonly isOpen?: true;
}

function query(name: string, body: object): Pick<Case, "headers" | "body"> {
  return {
    headers: [
      ["content-type", "application/x-amz-json-1.0"],
      ["x-amz-target", `DynamoDB_20120810.${name}`],
    ],
    body: JSON.stringify(body),
  };
}

const ORDERS = {
  TableName: "Orders",
  KeyConditionExpression: "customerId = :c",
  ExpressionAttributeValues: { ":c": { S: "acme" } },
};
const DELETE_TWO = {
  headers: [["content-type", "application/xml"]] as const,
  body: "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>",
};
const wish = (role: string) => ({ headers: [["x-postern-role", `${ROLE}${role}`]] as const });

/** The headers of a WebSocket handshake. */
const opening = (...more: readonly (readonly [name: string, value: string])[]): Pick<Case, "headers"> => ({
  headers: [
    ["connection", "keep-alive, Upgrade"],
    ["upgrade", "WebSocket"],
    ["sec-websocket-version", "13"],
    ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ...more,
  ],
});
const MQTT = ["sec-websocket-protocol", "mqtt"] as const;
const PAGE = "http://localhost:3000";
const BEARER = `base64url.bearer.authorization.postern.${Buffer.from("a.b.c").toString("base64url")}`;

const CASES: readonly Case[] = [
  // The tour.
  { who: "analyst", line: "GET /s3/reports/q3.txt" },
  { who: "analyst", line: "DELETE /s3/reports/q3.txt" },
  { who: "admin", line: "PUT /s3/reports/hello.txt", body: "hello" },
  { who: "member", line: `GET /s3/home/${MEMBER}/notes.txt` },
  { who: "analyst", line: "POST /dynamodb/", ...query("Query", ORDERS) },
  { who: "service", line: "POST /dynamodb/", ...query("Query", ORDERS) },
  { who: "guest", line: "GET /s3/public/index.txt" },
  // What the rules do not allow.
  { who: "editor", line: "PUT /s3/reports/new.txt", body: "new" },
  { who: "editor", line: "DELETE /s3/reports/q3.txt" },
  { who: "member", line: `GET /s3/home/${ANALYST}/notes.txt` },
  { who: "member", line: "POST /dynamodb/", ...query("Query", ORDERS) },
  { who: "analyst", line: "POST /dynamodb/", ...query("Scan", { TableName: "Orders" }) },
  { who: "admin", line: "DELETE /s3/audit/2026/log.txt" },
  { who: "admin", line: "PUT /s3/audit/new.txt", body: "new" },
  { who: "admin", line: "POST /s3/audit?delete", ...DELETE_TWO },
  { who: "service", line: "GET /s3/reports/q3.txt" },
  { who: "guest", line: "GET /s3/reports/q3.txt" },
  { who: "guest", line: "PUT /s3/public/index.txt", body: "mine now" },
  { who: "guest", line: "PUT /s3/public/a", headers: [["x-postern-client", "1"]], body: "a" },
  { who: "guest", line: "GET /s3/public/index.txt", headers: [["origin", "https://evil.example"]] },
  { who: "guest", line: "GET /s3/public/index.txt", headers: [["host", "evil.example"]] },
  // What nobody reads, or in two ways.
  { who: "analyst", line: "GET /s3/reports?website" },
  { who: "analyst", line: "GET /s3/reports/../home/a" },
  { who: "analyst", line: "GET /s3/reports/q3.txt?a=b" },
  { who: "analyst", line: "GET /s3/reports/%zz" },
  { who: "analyst", line: "GET /s3/reports/a#b" },
  { who: "analyst", line: "GET /nowhere/a" },
  { who: "analyst", line: "GET /" },
  { who: "analyst", line: "TRACE /s3/reports/q3.txt" },
  { who: "analyst", line: "BREW /s3/reports/q3.txt" },
  { who: "analyst", line: "GET /s3/reports/q3.txt?X-Amz-Signature=0" },
  { who: "analyst", line: "GET /s3/reports/q3.txt", headers: [["x-amz-acl", "private"]] },
  { who: "analyst", line: "GET /s3/reports/q3.txt", headers: [["upgrade", "websocket"]] },
  { who: "analyst", line: "GET /s3/reports/q3.txt", headers: [["connection", "x-secret"]] },
  { who: "analyst", line: "GET /s3/reports/q3.txt", headers: [["expect", "a miracle"]] },
  { who: "analyst", line: "POST /dynamodb/", ...query("Query", ORDERS), body: "{" },
  { who: "analyst", line: "POST /dynamodb/", ...query("Unheard", ORDERS) },
  {
    who: "analyst",
    line: "PUT /s3/home/x",
    headers: [
      ["content-length", "1"],
      ["transfer-encoding", "chunked"],
    ],
  },
  {
    who: "member",
    line: `PUT /s3/home/${MEMBER}/a`,
    headers: [["x-amz-content-sha256", "odd"]],
    body: "a",
  },
  // Tokens.
  { who: "analyst", line: "GET /s3/reports/q3.txt", headers: [["authorization", "Bearer a.b.c"]] },
  { who: "analyst", line: "GET /s3/reports/q3.txt", headers: [["x-amz-security-token", "a.b.c"]] },
  { who: "analyst", line: "GET /s3/reports/q3.txt", headers: [["x-postern-token", "a.b.c"]] },
  { who: "analyst", line: "GET /reports/q3.txt", headers: [["authorization", SDK]] },
  { who: "guest", line: "GET /s3/public/index.txt", headers: [["authorization", "Basic YTpi"]] },
  { who: "guest", line: "GET /public/index.txt", headers: [["authorization", SDK]] },
  { who: "guest", line: "GET /s3/public/index.txt", headers: [["x-postern-id-token", "a.b.c"]] },
  { who: "a.b.c", line: "GET /s3/reports/q3.txt" },
  { who: `${encode({ alg: "none" })}.${encode({ sub: "a" })}.`, line: "GET /s3/reports/q3.txt" },
  // Upgrades to WebSocket.
  { who: "analyst", line: "GET /chat", ...opening() },
  { who: "analyst", line: "GET /chat/", ...opening(["content-length", "0"]) },
  { who: "analyst", line: "GET /chat/other", ...opening() },
  { who: "analyst", line: "GET /chat", ...opening(["origin", PAGE]) },
  { who: "analyst", line: "GET /chat", ...opening(["origin", "https://evil.example"]) },
  { who: "analyst", line: "GET /chat", ...opening(["x-postern-role", `${ROLE}analyst`]) },
  { who: "analyst", line: "GET /chat", ...opening(["x-postern-role", `${ROLE}admin`]) },
  { who: "analyst", line: "GET /chat", ...opening(["sec-websocket-protocol", "chat, chat"]) },
  { who: "analyst", line: "GET /chat", ...opening(["sec-websocket-protocol", BEARER]) },
  { who: "guest", line: "GET /chat", ...opening(["sec-websocket-protocol", `chat, ${BEARER}`]) },
  { who: "guest", line: "GET /chat", ...opening(["sec-websocket-protocol", `${BEARER}!`]) },
  { who: "guest", line: "GET /chat?postern-token=a.b.c", ...opening(["origin", PAGE]) },
  { who: "analyst", line: "GET /chat?postern-token=a.b.c", ...opening(["origin", PAGE]) },
  { who: "guest", line: "GET /chat", ...opening() },
  { who: "guest", line: "GET /chat", ...opening(["x-postern-client", "1"]) },
  { who: "service", line: "GET /chat", ...opening() },
  { who: "analyst", line: "GET /chat", ...opening(["sec-websocket-version", "13"]) },
  {
    who: "analyst",
    line: "GET /chat",
    headers: opening().headers?.with(2, ["sec-websocket-version", "8"]) ?? [],
  },
  { who: "analyst", line: "GET /chat" },
  { who: "analyst", line: "GET /chat", ...opening(["connection", "x-secret"]) },
  { who: "analyst", line: "GET /chat", ...opening(["transfer-encoding", "chunked"]), body: "0\r\n\r\n" },
  { who: "analyst", line: "POST /chat", ...opening() },
  { who: "analyst", line: "GET /chat", headers: opening().headers?.slice(0, 3) ?? [] },
  { who: "analyst", line: "GET /s3/reports/q3.txt", ...opening() },
  { who: "analyst", line: "GET /orders/orders/7", ...opening() },
  { who: "analyst", line: "GET /.postern/whoami", ...opening() },
  { who: "analyst", line: "GET /nowhere", ...opening() },
  { who: "analyst", line: "GET /s3/reports/q3.txt", headers: [["upgrade", "h2c"]] },
  { who: "analyst", line: "GET /things/mqtt", ...opening(MQTT), isOpen: true },
  { who: "analyst", line: "GET /things/mqtt", ...opening() },
  { who: "analyst", line: "GET /things/mqtt" },
  { who: "analyst", line: "GET /things/other", ...opening(MQTT) },
  { who: "analyst", line: "GET /things/mqtt?a=b", ...opening(MQTT) },
  { who: "service", line: "GET /things/mqtt", ...opening(MQTT) },
  // Wishes for roles.
  { who: "editor", line: `GET /s3/home/${EDITOR}/x.txt`, ...wish("analyst") },
  { who: "member", line: `GET /s3/home/${MEMBER}/notes.txt`, ...wish("admin") },
  { who: "analyst", line: "GET /s3/reports/q3.txt", ...wish("analyst") },
  { who: "guest", line: "GET /s3/public/index.txt", ...wish("admin") },
];

describe("a rehearsed request", () => {
  let stack: Stack;
  let aheadMs = 0;

  beforeAll(async () => {
    stack = await startStack({
      now: () => Date.now() + aheadMs,
      config: (yaml) => yaml.replace("websocket: {}", `websocket: { origins: ["${PAGE}"] }`),
    });
  });

  afterAll(() => stack.close());

  const post = (body: unknown): Promise<Response> =>
    fetch(`http://127.0.0.1:${stack.ports.operator}/explain`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-postern-admin": "1" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  /** Asks, and holds that nothing went out for it and no token came back. */
  const ask = async (
    caller: { token?: string; guest?: true },
    asked: Omit<Case, "who">,
  ): Promise<Explained> => {
    const { line, headers = [], body } = asked;
    const before = countsOf(stack.aws);
    const [method, target] = line.split(" ");
    const answer = await post({ ...caller, request: { method, target, headers, body } });
    const text = await answer.text();
    expect([answer.status, countsOf(stack.aws)]).toEqual([200, before]);
    for (const part of (caller.token ?? "").split(".").filter((part) => part.length > 3))
      expect(text).not.toContain(part);
    return JSON.parse(text) as Explained;
  };

  /** What the data face answers: the reason of its refusal, or `permit`. */
  const send = async (
    token: string | undefined,
    { line, headers = [], body }: Omit<Case, "who">,
  ): Promise<string> => {
    const lines = [...headers, ...(token === undefined ? [] : [["x-postern-token", token] as const])];
    if (!lines.some(([name]) => name === "host")) lines.push(["host", `127.0.0.1:${stack.ports.listen}`]);
    if (body !== undefined && !lines.some(([name]) => name === "transfer-encoding"))
      lines.push(["content-length", String(Buffer.byteLength(body))]);
    const { answers } = await exchange(stack.ports.listen, requestText(line, lines, body));
    return answers[0]?.headers.get("x-postern-reason") ?? "permit";
  };

  const tokenFor = async (who: string): Promise<string | undefined> => {
    if (who === "guest") return undefined;
    return who.includes(".") ? who : stack.tokenOf(who);
  };

  it.each(CASES)("ends as the request then does: $who $line $headers", async ({ who, isOpen, ...asked }) => {
    const token = await tokenFor(who);
    const told = await ask(token === undefined ? { guest: true } : { token }, asked);
    expect(told.refusal?.code ?? told.verdict).toBe(await send(token, asked));
    expect(told.verdict === "permit" && isOpen === undefined).toBe(told.canonicalRequest !== undefined);
  });

  /** What the operator says of a packet. */
  const askPacket = async (token: string, mqtt: object): Promise<string> => {
    const told = (await (await post({ token, mqtt })).json()) as Explained;
    return told.refusal?.code ?? told.verdict;
  };
  /** What came of the last packet of a kind since `start`, by the log. */
  const happened = (operation: string, start: number): string | undefined => {
    const lines = stack.logged().slice(start).trim().split("\n");
    const packets = lines
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, string | undefined>);
    const last = packets.findLast((line) => line["msg"] === "packet" && line["operation"] === operation);
    return last?.["reason"] ?? last?.["verdict"];
  };

  describe("of MQTT", () => {
    const open = async (token: string, will?: { topic: string; retain: boolean }, clientId = ANALYST) =>
      connectAsync(`ws://127.0.0.1:${stack.ports.listen}/things/mqtt`, {
        clientId,
        reconnectPeriod: 0,
        wsOptions: { headers: { authorization: `Bearer ${token}` } },
        ...(will !== undefined && { will: { ...will, qos: 0, payload: Buffer.from("gone") } }),
      });

    it.each([
      [`things/${ANALYST}/state`, false],
      [`things/${ANALYST}/state`, true],
      [`things/${MEMBER}/state`, false],
      ["$AWS/things/a/shadow/update", false],
    ])("ends as the message to %s then does, retained: %s", async (topic, retain) => {
      const token = await stack.tokenOf("analyst");
      const start = stack.logged().length;
      const client = await open(token);
      client.on("error", () => {});
      client.publish(topic, "on", { retain, qos: 0 });
      // What is refused takes the connection along.
      await client.endAsync().catch(() => {});
      await until(() => happened("Publish", start) !== undefined);
      expect(await askPacket(token, { publish: topic, retain, clientId: ANALYST })).toBe(
        happened("Publish", start),
      );
    });

    it.each([`things/${ANALYST}/#`, "things/#", `$share/a/things/${ANALYST}/+`, "things/+/state"])(
      "ends as the subscription to %s then does",
      async (filter) => {
        const token = await stack.tokenOf("analyst");
        const start = stack.logged().length;
        const client = await open(token);
        await client.subscribeAsync(filter).catch(() => {});
        await client.endAsync();
        expect(await askPacket(token, { subscribe: filter, clientId: ANALYST })).toBe(
          happened("Subscribe", start),
        );
      },
    );

    it.each([
      [ANALYST, undefined, false],
      [`${ANALYST}-phone`, `things/${ANALYST}/gone`, false],
      [ANALYST, `things/${ANALYST}/gone`, true],
      [MEMBER, undefined, false],
      ["a+b", undefined, false],
    ])("ends as the connection of %s then does, with the will %s, retained: %s", async (id, will, retain) => {
      const token = await stack.tokenOf("analyst");
      const start = stack.logged().length;
      const client = await open(token, will === undefined ? undefined : { topic: will, retain }, id).catch(
        () => undefined,
      );
      await client?.endAsync();
      const asked = { connect: id, ...(will !== undefined && { will, retain }) };
      expect(await askPacket(token, asked)).toBe(happened("Connect", start));
    });
  });

  it("tells expired tokens as the data face does", async () => {
    const token = await stack.tokenOf("analyst");
    aheadMs = 2 * 3_600_000;
    try {
      const asked = { line: "GET /s3/reports/q3.txt" };
      expect((await ask({ token }, asked)).refusal?.code).toBe("token-expired");
      expect(await send(token, asked)).toBe("token-expired");
    } finally {
      aheadMs = 0;
    }
  });

  it("takes a pair of tokens, and claims at their word", async () => {
    const { id, access } = await stack.tokensOf("analyst");
    const pair = await post({ token: access, idToken: id, request: `GET /s3/home/${ANALYST}/notes.txt` });
    expect(await pair.json()).toMatchObject({ verdict: "permit", role: { role: "pool" } });
    const claims = { "cognito:groups": ["analysts"], "custom:tenant": "acme" };
    const before = countsOf(stack.aws);
    const told = await post({ claims, request: "GET /s3/reports/q3.txt" });
    expect(await told.json()).toMatchObject({
      verdict: "permit",
      decision: { rule: "analysts read reports" },
    });
    expect(countsOf(stack.aws)).toEqual(before);
  });

  it.each([
    "",
    "null",
    '{"token":',
    '{"guest":true}',
    '{"guest":true,"request":{"method":"GET"}}',
    '{"guest":true,"request":"GET /s3/a","sourceIp":"everywhere"}',
    '{"claims":"admins","request":"GET /s3/a"}',
    `{"claims":${"[".repeat(5000)}`,
  ])("is refused where nobody can read the question: %j", async (body) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(Object.keys((await answer.json()) as object)).toEqual(["message"]);
  });

  it.each<[string, object]>([
    [
      "claims of odd kinds",
      { claims: { sub: [], exp: "x", scope: {}, aud: 7, "cognito:groups": { a: 1 } }, request: "GET /s3/a" },
    ],
    [
      "names of JavaScript's own",
      {
        claims: JSON.parse('{"__proto__":{"sub":"a"},"constructor":1}') as object,
        request: "GET /s3/constructor",
      },
    ],
    [
      "headers that end the head",
      { guest: true, request: { method: "GET", target: "/s3/public/a", headers: { "a\r\n\r\nGET /": "b" } } },
    ],
    [
      "a method of another protocol",
      { guest: true, request: { method: "GET /s3 HTTP/1.1\r\nA:", target: "/s3/public/a" } },
    ],
    [
      "a target of a mebibyte",
      { guest: true, request: { method: "GET", target: `/s3/public/${"a".repeat(1_000_000)}` } },
    ],
    [
      "every header",
      {
        guest: true,
        request: {
          method: "GET",
          target: "/s3/public/a",
          headers: Array.from({ length: 20_000 }, (_, i) => [`a${i}`, "b"]),
        },
      },
    ],
  ])("is answered as a request, whatever it holds: %s", async (_what, body) => {
    const before = countsOf(stack.aws);
    const answer = await post(body);
    expect(answer.status).toBe(200);
    const told = (await answer.json()) as Explained;
    expect(told.refusal?.code).not.toBe("internal");
    expect(countsOf(stack.aws)).toEqual(before);
  });

  const say = (...argv: string[]) => {
    const env = {
      POSTERN_LOCAL_PORT: String(stack.aws.port),
      POSTERN_OPERATOR_PORT: String(stack.ports.operator),
    };
    return listening(() => explain.run(argv, env));
  };

  describe("on the command line", () => {
    it("answers why not", async () => {
      const { code, out, err } = await say("analyst", "DELETE", "/s3/reports/q3.txt");
      expect([code, err]).toEqual([1, ""]);
      expect(out).toMatch(/^No: no rule allows this operation \(denied-no-rule\)\.\n/);
      expect(out).toContain("s3:DeleteObject on arn:aws:s3:::reports/q3.txt");
      expect(out).toContain(`the user ${ANALYST} of local, in the group analysts`);
      expect(out).toContain(
        "To allow it, a rule for this caller must allow s3:DeleteObject on arn:aws:s3:::reports/q3.txt.",
      );
      for (const rule of ["analysts read reports", "everyone has a home", "admins do anything"])
        expect(out).toContain(rule);
    });

    it("answers why", async () => {
      const { code, out } = await say("analyst GET /s3/reports/q3.txt");
      expect(code).toBe(0);
      expect(out).toMatch(/^Yes: the rule "analysts read reports" allows this\.\n/);
      expect(out).toContain(`${ROLE}analyst`);
      expect(out).toContain("x-amz-security-token:PLACEHOLDER");
    });

    it("takes a request as curl does, and says all that is known as JSON", async () => {
      const headers = [
        "-H",
        "content-type: application/x-amz-json-1.0",
        "-H",
        "x-amz-target: DynamoDB_20120810.Query",
      ];
      const asked = ["service", "POST", "http://127.0.0.1:4480/dynamodb/", "-d", JSON.stringify(ORDERS)];
      const { code, out } = await say(...asked, ...headers, "--json");
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ verdict: "permit", operation: { name: "Query" } });
    });

    it("takes the URL of a WebSocket", async () => {
      const { code, out } = await say("analyst", "GET", `ws://127.0.0.1:${stack.ports.listen}/chat`);
      expect([code, out.split("\n")[0]]).toEqual([0, 'Yes: the rule "everyone may chat" allows this.']);
    });

    it("takes an MQTT packet", async () => {
      const { code, out } = await say("analyst", "mqtt", "publish", `things/${ANALYST}/a b`, "--retain");
      expect(code).toBe(1);
      expect(out).toContain(
        `iot:RetainPublish on arn:aws:iot:us-east-1:123456789012:topic/things/${ANALYST}/a b`,
      );
    });

    it("repeats a question that nobody can read", async () => {
      await expect(say("guest", "GET", "/s3/public/a", "--at", "tomorrow")).rejects.toThrow(/at is a moment/);
    });
  });
});
