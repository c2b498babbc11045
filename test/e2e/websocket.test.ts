import { randomBytes } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { World } from "../../src/local/world.ts";
import { startUpstream } from "../support/own-upstream.ts";
import { exchange, openSocket, requestText } from "../support/raw-client.ts";
import { scrape } from "../support/scrape.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { throwAwayTls } from "../support/throw-away-tls.ts";
import { until } from "../support/until.ts";
import {
  bearer,
  bearerProtocol,
  open,
  reasonOf,
  refusal,
  sdkSigned,
  startEcho,
  type Wish,
  withChat,
} from "../support/web-sockets.ts";

const PAGE = "https://app.example.com";
/** Listed for WebSockets alone, and for cookies alone. */
const NO_COOKIES = "https://plain.example.com";
const ONLY_COOKIES = "https://cookies.example.com";
const CONNECT = "arn:aws:execute-api:us-east-1:123456789012:chatapi001/prod/$connect";

/** With an API besides that asks for tokens. */
const withTokenChat = (world: World): World => ({
  ...world,
  apis: [
    ...(world.apis ?? []),
    { id: "tokenchat1", name: "tokens", stages: ["prod"], authorizer: "cognito", websocket: true },
  ] as NonNullable<World["apis"]>,
});

describe("the token of a handshake", () => {
  let stack: Stack;
  let token: string;
  let folder: string;
  let denied: string;
  const config = (yaml: string): string =>
    withChat(`websocket: { origins: ["${PAGE}", "${NO_COOKIES}"], queryToken: true }`)(yaml)
      .replace(
        "upstreams:\n",
        `upstreams:
  quiet: { service: execute-api, api: { id: chatapi001, stage: prod }, match: { pathPrefix: /quiet }, websocket: { origins: ["${PAGE}"] } }
  tokens: { service: execute-api, api: { id: tokenchat1, stage: prod }, match: { pathPrefix: /tokens }, auth: token, websocket: {} }
`,
      )
      .replace(
        `on: ["${CONNECT}"]`,
        `on: ["${CONNECT}", "arn:aws:execute-api:us-east-1:123456789012:tokenchat1/prod/$connect"]`,
      )
      .replace(
        "guests: allow",
        `guests: allow\n  denylistFile: "${denied}"\n  cookie: { name: session, origins: ["${PAGE}", "${ONLY_COOKIES}"] }`,
      );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "postern-websocket-"));
    denied = join(folder, "denied.txt");
    writeFileSync(denied, "# nobody\n");
    stack = await startStack({ config, world: withTokenChat });
    token = await stack.tokenOf("analyst");
  });
  afterAll(async () => {
    await stack.close();
    rmSync(folder, { recursive: true });
  });

  const whoAmI = async (wish: Wish): Promise<{ headers: Record<string, string>; query: object }> => {
    const { socket, ask, closed } = await open(stack, wish);
    const told = await ask('{"action":"whoami"}');
    socket.close();
    await closed;
    expect(told).not.toContain(token);
    expect(told).toMatch(/assumed-role\/analyst\//);
    return JSON.parse(told) as Awaited<ReturnType<typeof whoAmI>>;
  };

  it.each([
    ["in Authorization", (): Wish => ({ headers: bearer(token) })],
    ["in X-Postern-Token", (): Wish => ({ headers: { "x-postern-token": token } })],
    ["as an SDK's session token", (): Wish => ({ path: "/prod", headers: sdkSigned(token) })],
    ["of a listed page", (): Wish => ({ headers: { ...bearer(token), origin: PAGE } })],
    [
      "in a cookie, of a page that both lists have",
      (): Wish => ({ headers: { cookie: `session=${token}`, origin: PAGE } }),
    ],
    ["in the query, of a listed page", (): Wish => ({ path: `/chat?postern-token=${token}`, origin: PAGE })],
  ])("opens one: %s", async (_where, wish) => {
    expect((await whoAmI(wish())).headers).not.toHaveProperty("x-postern-token");
  });

  it("among the subprotocols is no subprotocol", async () => {
    const { socket, closed } = await open(stack, {
      protocols: [bearerProtocol(token), "chat.v1", "chat.v2"],
    });
    expect(socket.protocol).toBe("chat.v1");
    socket.close();
    await closed;
    const { headers } = await whoAmI({ protocols: ["chat.v1", bearerProtocol(token)] });
    expect(headers["sec-websocket-protocol"]).toBe("chat.v1");
  });

  it("in the query is taken out of it, and the rest stays", async () => {
    const { query } = await whoAmI({ path: `/chat?room=1&postern-token=${token}&a=b`, origin: PAGE });
    expect(query).toEqual({ room: ["1"], a: ["b"] });
  });

  it.each([
    ["in the query where that is off", () => ({ path: `/quiet?postern-token=${token}`, origin: PAGE }), 403],
    ["in the query of no page", () => ({ path: `/chat?postern-token=${token}` }), 403],
    [
      "in the query of a page without a name",
      () => ({ path: `/chat?POSTERN-token=${token}`, origin: "null" }),
      403,
    ],
    ["of a page that is not listed", () => ({ headers: bearer(token), origin: "https://evil.example" }), 403],
    ["in a cookie, of no page", () => ({ headers: { cookie: `session=${token}` } }), 403],
    [
      "in a cookie, of a page listed for cookies alone",
      () => ({ headers: { cookie: `session=${token}` }, origin: ONLY_COOKIES }),
      403,
    ],
    [
      "in a cookie, of a page listed for WebSockets alone",
      () => ({ headers: { cookie: `session=${token}` }, origin: NO_COOKIES }),
      403,
    ],
    ["that is no token", () => ({ headers: bearer("x.y.z") }), 401],
    ["that is no base64url", () => ({ protocols: [`${bearerProtocol(token)}!`, "a"] }), 401],
  ])("opens none: %s", async (_where, wish: () => Wish, status) => {
    const before = stack.aws.webSockets().length;
    const refused = await refusal(stack, wish());
    expect(refused.status).toBe(status);
    expect(refused.reason).toMatch(/^(?:origin|query)-not-allowed$|^token-malformed$/);
    expect(stack.aws.webSockets()).toHaveLength(before);
  });

  it("may not come twice, wherever it stands", async () => {
    const places: readonly (readonly [string, () => Wish])[] = [
      ["Authorization", () => ({ headers: bearer(token) })],
      ["X-Postern-Token", () => ({ headers: { "x-postern-token": token } })],
      ["a session token", () => ({ headers: sdkSigned(token) })],
      ["a cookie", () => ({ headers: { cookie: `session=${token}` } })],
      ["a subprotocol", () => ({ protocols: [bearerProtocol(token), "chat"] })],
      ["the query", () => ({ path: `/chat?postern-token=${token}` })],
    ];
    for (const [one, first] of places)
      for (const [other, second] of places) {
        const isBoth = [one, other].includes("Authorization") && [one, other].includes("a session token");
        if (one === other || isBoth) continue;
        const [a, b] = [first(), second()];
        const wish = { ...a, ...b, headers: { ...a.headers, ...b.headers, origin: PAGE } };
        const path = [one, other].includes("a session token") ? "/prod" : "/chat";
        const query = a.path?.slice(5) ?? b.path?.slice(5) ?? "";
        const { status, reason } = await refusal(stack, { ...wish, path: `${path}${query}` });
        expect([status, reason], `${one} and ${other}`).toEqual([401, "two-tokens"]);
      }
    const twice = await refusal(stack, {
      path: `/chat?postern-token=${token}&postern-token=${token}`,
      origin: PAGE,
    });
    expect(twice.reason).toBe("two-tokens");
  });

  it("that is over, foreign, revoked or forged is refused before the handshake, in API Gateway's words", async () => {
    const { tokens } = stack.aws.identity;
    const of = { username: "member", clientId: "web" };
    const expired = await tokens.issueIdToken({ ...of, lifetimeMs: -1000 });
    const foreign = await tokens.issueIdToken({ ...of, region: "eu-west-1" });
    const revoked = await tokens.issueIdToken(of);
    writeFileSync(`${denied}.next`, "sub:local/00000000-aaaa-4000-8000-000000000004\n");
    renameSync(`${denied}.next`, denied);
    await expect.poll(() => reasonOf(stack, { headers: bearer(revoked) })).toBe("token-revoked");
    for (const [sent, reason, type] of [
      [expired, "token-expired", "ExpiredTokenException"],
      [foreign, "token-issuer", "UnauthorizedException"],
      [revoked, "token-revoked", "UnauthorizedException"],
      [`${token.slice(0, -4)}AAAA`, "token-signature", "UnrecognizedClientException"],
    ] as const) {
      const answer = await refusal(stack, { headers: bearer(sent) });
      expect(answer).toMatchObject({ status: 401, reason, headers: { "x-amzn-errortype": type } });
      expect(answer.headers["www-authenticate"]).toContain('error="invalid_token"');
      expect(JSON.parse(answer.body)).toEqual({ message: expect.any(String) });
      expect(answer.body).not.toContain(sent);
    }
    writeFileSync(denied, "# nobody\n");
  });

  it("is nobody's: a guest may not, and a page's guest is told so too", async () => {
    expect(await reasonOf(stack)).toBe("origin-not-allowed");
    expect(await reasonOf(stack, { origin: PAGE })).toBe("denied-no-rule");
    expect(await reasonOf(stack, { headers: { "x-postern-client": "1" } })).toBe("denied-no-rule");
  });

  it("is what an API gets that has an authorizer of its own, if it is an access token", async () => {
    const { access, id } = await stack.tokensOf("analyst");
    for (const wish of [
      { headers: bearer(access) },
      { protocols: ["chat", bearerProtocol(access)] },
      { headers: { "x-postern-token": access } },
    ]) {
      const { socket, ask } = await open(stack, { path: "/tokens", ...wish });
      const told = await ask('{"action":"whoami"}');
      expect(told).toContain("00000000-aaaa-4000-8000-000000000002");
      expect(told).not.toContain(access);
      socket.terminate();
    }
    expect(await reasonOf(stack, { path: "/tokens", headers: bearer(id) })).toBe("token-use");
  });

  it("lets its holder wish for a role that it grants, and for no other", async () => {
    const editor = bearer(await stack.tokenOf("editor"));
    const role = "arn:aws:iam::123456789012:role/analyst";
    const { socket, ask } = await open(stack, { headers: { ...editor, "x-postern-role": role } });
    expect(await ask('{"action":"whoami"}')).toMatch(/assumed-role\/analyst\//);
    socket.terminate();
    const other = role.replace("analyst", "admin");
    expect(await reasonOf(stack, { headers: { ...editor, "x-postern-role": other } })).toBe(
      "role-not-granted",
    );
  });

  it("stands in no line of the log", async () => {
    const lines = stack.logged();
    expect(lines.match(/"msg":"tunnel"/g)?.length).toBeGreaterThan(5);
    expect(lines).not.toContain(token);
    expect(lines).not.toContain(token.split(".")[1]);
    expect(lines).not.toContain(bearerProtocol(token).slice(40, 100));
    expect(lines).not.toContain("postern-token=");
  });
});

describe("what goes up with a handshake", () => {
  it("is the signature, what WebSocket asks for, and nothing of a token", async () => {
    const echo = await startEcho();
    const stack = await startStack({
      config: echo.config(`websocket: { origins: ["${PAGE}"], queryToken: true }`),
    });
    const token = await stack.tokenOf("analyst");
    for (const wish of [
      { headers: bearer(token) },
      { headers: { "x-postern-token": token, "x-own": "1" } },
      { protocols: [bearerProtocol(token), "chat"] },
      { path: `/chat?a=1&postern-token=${token}`, headers: { origin: PAGE } },
    ]) {
      const { socket, ask } = await open(stack, wish);
      expect(await ask("hello")).toBe("hello");
      socket.terminate();
    }
    for (const head of echo.heads) {
      const wire = head.toLowerCase();
      expect(head).not.toContain(token);
      expect(wire).not.toContain("postern");
      expect(wire).toContain("aws4-hmac-sha256 credential=");
      expect(wire).toMatch(/sec-websocket-key\n.{22}==/);
    }
    expect(echo.heads[1]?.toLowerCase()).toContain("x-own\n1");
    expect(echo.heads[2]?.toLowerCase()).toMatch(/sec-websocket-protocol\nchat$/m);
    expect(echo.heads[3]).toMatch(/^\/\?a=1\n/);
    await stack.close();
    await echo.close();
  });
});

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
type Lines = readonly (readonly [string, string])[];
const UPGRADE: Lines = [
  ["Connection", "Upgrade"],
  ["Upgrade", "websocket"],
];
const KEYS: Lines = [
  ["Sec-WebSocket-Key", KEY],
  ["Sec-WebSocket-Version", "13"],
];

describe("an upgrade that is not accepted", () => {
  let stack: Stack;
  let authorization: readonly [string, string];

  beforeAll(async () => {
    stack = await startStack();
    authorization = ["Authorization", `Bearer ${await stack.tokenOf("admin")}`];
  });
  afterAll(async () => {
    expect(stack.aws.webSockets()).toHaveLength(1); // that of the world
    await stack.close();
  });

  /** Status, reason and body of the answer to these bytes, after which the connection must be closed. */
  async function answerTo(text: string) {
    const { answers, closed } = await exchange(stack.ports.listen, text, { answers: Infinity });
    expect([answers.length, closed]).toEqual([1, true]);
    const [answer] = answers;
    return { reason: answer?.headers.get("x-postern-reason"), ...answer };
  }

  it.each([
    ["S3", "/s3/reports/q3.txt", "<Code>AccessDenied</Code>"],
    ["DynamoDB", "/dynamodb/", "com.amazon.coral.service#AccessDenied"],
    ["a REST API", "/orders/orders/7", '"message"'],
    ["a function", "/resize/", '"Message"'],
    ["a page of Postern's own", "/.postern/whoami", '"reason":"upgrade-not-accepted"'],
    ["no page of Postern's own", "/.postern/chat", '"reason":"upgrade-not-accepted"'],
  ])("is refused in the words of what it was asked of: %s", async (_what, path, words) => {
    const { reason, body } = await answerTo(requestText(`GET ${path}`, [authorization, ...UPGRADE, ...KEYS]));
    expect(reason).toBe("upgrade-not-accepted");
    expect(body).toContain(words);
  });

  it("finds no upstream where there is none", async () => {
    const text = requestText("GET /nothing/here", [authorization, ...UPGRADE, ...KEYS]);
    expect((await answerTo(text)).reason).toBe("upstream-unknown");
  });

  it.each([
    [
      "another protocol",
      requestText.bind(null, "GET /chat"),
      [
        ["Connection", "Upgrade"],
        ["Upgrade", "foo"],
      ],
    ],
    [
      "two protocols",
      requestText.bind(null, "GET /chat"),
      [
        ["Connection", "Upgrade"],
        ["Upgrade", "websocket, h2c"],
      ],
    ],
    ["no Connection: upgrade", requestText.bind(null, "GET /chat"), [["Upgrade", "websocket"]]],
    ["POST", requestText.bind(null, "POST /chat"), UPGRADE],
    ["HEAD", requestText.bind(null, "HEAD /chat"), UPGRADE],
  ] as const)("is no handshake: %s", async (_what, textOf, lines) => {
    const { answers } = await exchange(stack.ports.listen, textOf([authorization, ...lines, ...KEYS]), {
      head: true,
    });
    expect(answers[0]?.status).toBe(403);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("upgrade-not-accepted");
    expect(answers[0]?.headers.get("connection")).toBe("close");
  });

  it("is no handshake in HTTP/1.0, nor with a body", async () => {
    const handshake = requestText("GET /chat", [authorization, ...UPGRADE, ...KEYS]);
    const old = handshake.replace("HTTP/1.1", "HTTP/1.0");
    const withBody = (line: string) => handshake.replace("Host:", `${line}\r\nHost:`);
    for (const text of [
      old,
      `${withBody("Content-Length: 5")}hello`,
      `${withBody("Transfer-Encoding: chunked")}5\r\nhello\r\n0\r\n\r\n`,
    ])
      expect((await answerTo(text)).reason, text).toBe("upgrade-not-accepted");
  });

  it.each([
    ["no key", [["Sec-WebSocket-Version", "13"]], "target-malformed"],
    [
      "a bad key",
      [
        ["Sec-WebSocket-Key", "short"],
        ["Sec-WebSocket-Version", "13"],
      ],
      "target-malformed",
    ],
    ["two keys", [...KEYS, ["Sec-WebSocket-Key", KEY]], "target-ambiguous"],
    ["subprotocols that are none", [...KEYS, ["Sec-WebSocket-Protocol", "a b"]], "target-malformed"],
    ["a subprotocol twice", [...KEYS, ["Sec-WebSocket-Protocol", "a, a"]], "target-malformed"],
  ] as const)("is a handshake with a fault: %s", async (_what, lines, reason) => {
    const answer = await answerTo(requestText("GET /chat", [authorization, ...UPGRADE, ...lines]));
    expect([answer.status, answer.reason]).toEqual([400, reason]);
  });

  it.each(["8", "14", "", "13, 8"])(
    "is told which version is spoken, where it is not %j",
    async (version) => {
      const lines = [
        ["Sec-WebSocket-Key", KEY],
        ["Sec-WebSocket-Version", version],
      ] as const;
      const { status, reason, headers } = await answerTo(
        requestText("GET /chat", [authorization, ...UPGRADE, ...lines]),
      );
      expect([status, reason]).toEqual([426, "upgrade-required"]);
      expect(headers?.get("sec-websocket-version")).toBe("13");
      expect(headers?.get("upgrade")).toBe("websocket");
    },
  );

  it("is left unheard where it is one to HTTP/2: the request itself is answered", async () => {
    const lines: Lines = [
      authorization,
      ["Connection", "Upgrade, HTTP2-Settings"],
      ["Upgrade", "h2c"],
      ["HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"],
    ];
    for (const [path, status] of [
      ["/s3/reports/q3.txt", 200],
      ["/.postern/whoami", 200],
      ["/chat", 403],
    ] as const)
      expect((await answerTo(requestText(`GET ${path}`, lines))).status).toBe(status);
  });

  it("may be one to AWS: the answer is AWS's own", async () => {
    const token = await stack.tokenOf("member");
    stack.aws.faults.add({
      service: "execute-api",
      operation: "Connect",
      times: 1,
      effect: { kind: "error", status: 403, code: "ForbiddenException", message: "Forbidden" },
    });
    const { status, reason, headers, body } = await refusal(stack, { headers: bearer(token) });
    expect([status, reason, body]).toEqual([403, undefined, '{"message":"Forbidden"}']);
    expect(headers["x-amzn-errortype"]).toBe("ForbiddenException");
    expect(headers["x-postern-request-id"]).toMatch(/^[\w-]{36}$/);
    expect(stack.outcomes.at(-1)).toMatchObject({ status: 403, outcome: "ok", operation: "Connect" });
    expect(await reasonOf(stack, { headers: bearer(token) })).toBe("open");
  });

  it("may be one to an application that hangs up", async () => {
    const up = stack.aws.faults.down("execute-api");
    const { status, reason } = await refusal(stack, { headers: { [authorization[0]]: authorization[1] } });
    expect([status, reason]).toEqual([502, "upstream-unreachable"]);
    up();
  });
});

/** Changes `config/dev.yaml` so that the application is at this port. */
const at = (port: number): ((yaml: string) => string) =>
  withChat(`endpoint: "http://127.0.0.1:${port}", websocket: {}`);

describe("an application", () => {
  it("that is not there makes 502, and one that does not answer 504", async () => {
    let asked = 0;
    const silent = await startUpstream(() => {});
    silent.server.on("upgrade", (_, socket) => {
      asked++;
      socket
        .on("error", () => {})
        .once("end", () => socket.end())
        .resume();
    });
    const { port } = silent.server.address() as AddressInfo;
    const stack = await startStack({
      config: (yaml) => `${at(port)(yaml)}\ntimeouts: { upstreamHeaders: 1s }\n`,
    });
    const headers = bearer(await stack.tokenOf("admin"));
    const late = await refusal(stack, { headers });
    expect([late.status, late.reason, asked]).toEqual([504, "upstream-timeout", 1]);
    await silent.close();
    const gone = await refusal(stack, { headers });
    expect([gone.status, gone.reason]).toEqual([502, "upstream-unreachable"]);
    expect(gone.headers["x-amzn-errortype"]).toBe("InternalServerErrorException");
    await stack.close();
  });

  it.each(["end", "destroy", "resetAndDestroy"] as const)(
    "is left by Postern where the client leaves within the handshake: %s",
    async (how) => {
      const under = new Set<Duplex>();
      const silent = await startUpstream(() => {});
      silent.server.on("upgrade", (_, socket) => {
        under.add(socket.on("error", () => {}).resume());
        socket.once("close", () => under.delete(socket)).once("end", () => socket.end());
      });
      const { port } = silent.server.address() as AddressInfo;
      const stack = await startStack({ config: at(port) });
      const client = (await openSocket(stack.ports.listen)).resume();
      const authorization = `Bearer ${await stack.tokenOf("admin")}`;
      client.write(requestText("GET /chat", [["Authorization", authorization], ...UPGRADE, ...KEYS]));
      await until(() => under.size === 1);
      client[how]();
      await until(() => under.size === 0 && stack.outcomes.at(-1)?.operation === "Connect");
      expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "client-gone", status: 499 });
      expect((await scrape(stack.ports.probes))("postern_in_flight_requests")).toBe(0);
      await stack.close();
      await silent.close();
    },
  );
});

describe("what passes", () => {
  it("is not altered by a byte, either way", async () => {
    const echo = await startEcho();
    const stack = await startStack({ config: echo.config() });
    const socket = await openSocket(stack.ports.listen);
    const authorization = `Bearer ${await stack.tokenOf("admin")}`;
    const heard: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => heard.push(chunk));
    socket.write(requestText("GET /chat", [["Authorization", authorization], ...UPGRADE, ...KEYS]));
    await until(() => Buffer.concat(heard).includes("\r\n\r\n"));
    const head = Buffer.concat(heard).indexOf("\r\n\r\n") + 4;
    const frames = [
      maskedFrame(0x81, "hello"),
      maskedFrame(0x01, "in "),
      maskedFrame(0x89, "ping"),
      maskedFrame(0x80, "pieces"),
      maskedFrame(0x82, "x".repeat(70_000)),
      maskedFrame(0x8a, "unasked"),
      maskedFrame(0x81, ""),
    ];
    // In pieces of many sizes.
    const sent = Buffer.concat(frames);
    for (let at = 0, size = 1; at < sent.length; at += size, size = (size * 3) % 4093)
      socket.write(sent.subarray(at, at + size));
    await until(() => echo.framed().length >= sent.length);
    expect(echo.framed().equals(sent)).toBe(true);
    const back = Buffer.concat([
      frame(0x81, "hello"),
      frame(0x8a, "ping"),
      frame(0x81, "in pieces"),
      frame(0x82, "x".repeat(70_000)),
      frame(0x81, ""),
    ]);
    await until(() => Buffer.concat(heard).length >= head + back.length);
    expect(Buffer.concat(heard).subarray(head).equals(back)).toBe(true);
    // Half a frame at the end: the application is not told that it was a whole one.
    socket.end(maskedFrame(0x81, "never whole").subarray(0, 9));
    await until(() => echo.count() === 0);
    expect(echo.closes).toEqual([1006]);
    expect(stack.logged()).toContain('"why":"client"');
    await stack.close();
    await echo.close();
  });

  it("may be compressed from end to end, and long", async () => {
    const echo = await startEcho({ perMessageDeflate: { threshold: 0 } });
    const stack = await startStack({ config: echo.config() });
    const headers = bearer(await stack.tokenOf("admin"));
    const { socket, ask, closed } = await open(stack, { headers });
    expect(socket.extensions).toMatch(/^permessage-deflate/);
    const long = "1 MiB ".repeat(174_763);
    expect(await ask(long)).toBe(long);
    // So much would not have gone through as it is.
    expect(echo.framed().length).toBeLessThan(100_000);
    const random = randomBytes(1024 * 1024).toString("latin1");
    expect(await ask(random)).toBe(random);
    socket.close(4321, "as agreed");
    expect(await closed).toEqual([4321, "as agreed"]);
    await until(() => echo.closes.length === 1);
    expect(echo.closes).toEqual([4321]);
    await stack.close();
    await echo.close();
  });

  it.each([1000, 1001, 1011, 3000, 4999])("ends with the application's own code: %d", async (code) => {
    const echo = await startEcho();
    const stack = await startStack({ config: echo.config() });
    const { closed } = await open(stack, { headers: bearer(await stack.tokenOf("admin")) });
    echo.closeAll(code, "by the application");
    expect(await closed).toEqual([code, "by the application"]);
    await until(() => stack.logged().includes('"msg":"tunnel"'));
    expect(stack.logged()).toContain(`"why":"upstream","code":${code}`);
    await stack.close();
    await echo.close();
  });
});

it("a WebSocket is opened over TLS too", async () => {
  const tls = throwAwayTls();
  const stack = await startStack({ config: tls.config });
  const headers = bearer(await stack.tokenOf("analyst"));
  const { ask, socket, closed } = await open(
    { url: stack.url.replace("http:", "https:") },
    { headers, ca: tls.caPem },
  );
  expect(await ask("hello")).toBe("hello");
  socket.close(1000);
  expect((await closed)[0]).toBe(1000);
  await stack.close();
  tls.remove();
});

function frame(first: number, text: string): Buffer {
  return framed(first, Buffer.from(text), undefined);
}

function maskedFrame(first: number, text: string): Buffer {
  return framed(first, Buffer.from(text), randomBytes(4));
}

function framed(first: number, payload: Buffer, mask: Buffer | undefined): Buffer {
  const bit = mask === undefined ? 0 : 0x80;
  const size = payload.length;
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(size));
  const length =
    size < 126 ? [bit | size] : size < 65_536 ? [bit | 126, ...long.subarray(6)] : [bit | 127, ...long];
  const masked = mask === undefined ? payload : payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  return Buffer.concat([Buffer.from([first, ...length]), mask ?? Buffer.alloc(0), masked]);
}
