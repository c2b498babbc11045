import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePort } from "../support/free-port.ts";
import { leaksIn, partsOf } from "../support/leaks.ts";
import { tryMqtt } from "../support/mqtt-clients.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { bearerProtocol, handshake } from "../support/web-sockets.ts";

const ANALYST = "arn:aws:iam::123456789012:role/analyst";
const AUTHORIZE_SECRET = "the-outer-proxys-very-own-word";
const OPERATOR_TOKEN = "the-operators-token-that-nobody-tells";
const OTLP_HEADER = "Bearer-of-the-collector-0123456789";

type Line = readonly [name: string, value: string];

/**
 * At the level debug, and with an audit: what is said at other levels is a part of that.
 *
 * Everything that anybody but the rightful client can see.
 */
let seen: string;
let stack: Stack;
let folder: string;
let authorizePort: number;
let spies: { mockRestore: () => void }[];
let config: string;
/** How far Postern's clock is ahead. */
let aheadMs = 0;
const secrets = new Map<string, string>();
const tokens = new Map<string, string>();

const remember = (name: string, secret: string): void => {
  for (const [part, text] of partsOf(name, secret)) if (text.length >= 16) secrets.set(part, text);
};
const token = (user: string): string => tokens.get(user) ?? "";
const bearer = (user: string): Line => ["Authorization", `Bearer ${token(user)}`];

/** The path of a file with this text. */
function fileOf(name: string, text: string): string {
  writeFileSync(join(folder, name), text, { mode: 0o600 });
  return join(folder, name);
}

function withAll(yaml: string): string {
  const text = yaml
    .replace("guests: allow", "guests: allow\n  cookie: { name: session, origins: [https://app.test] }")
    .replace("websocket: {}", "websocket: { origins: [https://app.test], queryToken: true }")
    .replace("  credentials: {}", "  credentials: { real: true }")
    .replace("operator: {", `operator: { tokenFile: "${fileOf("operator", OPERATOR_TOKEN)}",`)
    .replace(
      "  rules:\n",
      `  rules:\n    - { name: analysts get keys, who: { groups: [analysts] }, allow: [postern:GetCredentials], on: ["${ANALYST}"], role: ${ANALYST} }\n`,
    );
  return `${text}
authorize: { address: "127.0.0.1:${authorizePort}", secret: "\${file:${fileOf("authorize", AUTHORIZE_SECRET)}}" }
tracing: { endpoint: "http://127.0.0.1:9/v1/traces", headers: { authorization: "\${file:${fileOf("otlp", OTLP_HEADER)}}" } }
`;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "postern-secrets-"));
  authorizePort = await freePort();
  seen = "";
  const hear = (text: string | Uint8Array): boolean => {
    seen += String(text);
    return true;
  };
  spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(hear),
    vi.spyOn(process.stderr, "write").mockImplementation(hear),
  ];
  stack = await startStack({
    now: () => Date.now() + aheadMs,
    config: (yaml) => (config = withAll(yaml)),
    aws: {
      secretOf: ({ secretAccessKey, sessionToken }) => {
        remember(`secret key ${secretAccessKey}`, secretAccessKey);
        if (sessionToken !== undefined) remember(`session token ${sessionToken}`, sessionToken);
        return secretAccessKey;
      },
    },
  });
  for (const user of ["admin", "analyst", "editor", "member", "service"]) {
    tokens.set(user, await stack.tokenOf(user));
    remember(`token of ${user}`, token(user));
  }
  const { access } = await stack.tokensOf("analyst");
  tokens.set("access", access);
  remember("access token", access);
  remember("authorize's secret", AUTHORIZE_SECRET);
  remember("the operator's token", OPERATOR_TOKEN);
  remember("the collector's header", OTLP_HEADER);
});

afterAll(async () => {
  await stack.close();
  for (const spy of spies) spy.mockRestore();
  rmSync(folder, { recursive: true });
});

const percent = (text: string): string => Buffer.from(text).toString("hex").replaceAll(/../g, "%$&");
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Sends a request, and keeps what came back if it was a refusal of Postern's: AWS's answer is the client's own. */
async function send(
  line: string,
  headers: readonly Line[] = [],
  body = "",
  port = stack.ports.listen,
): Promise<number> {
  const sized: readonly Line[] =
    body === "" ? headers : [...headers, ["Content-Length", String(Buffer.byteLength(body))]];
  const { answers, text } = await exchange(port, requestText(line, sized, body));
  const [{ status } = { status: 0 }] = answers;
  if (text.includes("x-postern-reason")) seen += text;
  return status;
}

const dynamodb = (user: string, operation: string, body: object): Promise<number> =>
  send(
    "POST /dynamodb/",
    [
      bearer(user),
      ["Content-Type", "application/x-amz-json-1.0"],
      ["X-Amz-Target", `DynamoDB_20120810.${operation}`],
    ],
    JSON.stringify(body),
  );

/** Asks as an outer proxy does. */
const askOutside = (secret: string, uri: string, user = "analyst") =>
  send(
    "GET /.postern/authorize",
    [
      bearer(user),
      ["X-Postern-Secret", secret],
      ["X-Original-Method", "GET"],
      ["X-Original-URI", uri],
      ["X-Forwarded-Method", "GET"],
    ],
    "",
    authorizePort,
  );

async function operators(path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${stack.ports.operator}${path}`, {
    headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
  });
  return answer.text();
}

/** All that was told until now, the pages of the operator and the probes with it. */
async function told(): Promise<string> {
  const pages = ["/config", "/recorded", "/", "/explain"].map(operators);
  const probes = ["/metrics", "/readyz", "/livez"].map(async (path) =>
    (await fetch(`http://127.0.0.1:${stack.ports.probes}${path}`)).text(),
  );
  return [seen, stack.logged(), ...(await Promise.all([...pages, ...probes]))].join("\n");
}

async function nothingLeaks(): Promise<void> {
  const text = await told();
  expect(leaksIn(text, secrets)).toEqual([]);
  // Signatures are of no use for more than a moment, and tell keys nothing; but no log needs them.
  expect(text.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g)).toBeNull();
}

describe("no secret is told", () => {
  it("where all goes well, at every service and every page", async () => {
    const t = token("analyst");
    const scope = "AKIAANY/20260101/us-east-1/s3/aws4_request";
    const sdk: readonly Line[] = [
      [
        "Authorization",
        `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${"ab".repeat(32)}`,
      ],
      ["X-Amz-Security-Token", t],
      ["X-Amz-Date", "20260101T000000Z"],
    ];
    const host = `127.0.0.1:${stack.ports.listen}`;
    const good = [
      await send("GET /s3/reports/q3.txt", [bearer("analyst")]),
      await send("GET /s3/reports/q3.txt", [["X-Postern-Token", t]]),
      await send("GET /reports/q3.txt", sdk),
      await send("GET /s3/reports/q3.txt", [
        ["Host", host],
        ["Cookie", `session=${t}`],
        ["Sec-Fetch-Site", "same-origin"],
      ]),
      await send("GET /s3/public/index.txt", [["Host", host]]),
      await send("PUT /s3/reports/new.txt", [bearer("admin")], "text"),
      await send("GET /orders/orders/7", [bearer("analyst")]),
      await send("GET /profiles/me", [["Authorization", `Bearer ${token("access")}`]]),
      await send("GET /resize/", [bearer("analyst")]),
      await dynamodb("analyst", "GetItem", {
        TableName: "Orders",
        Key: { customerId: { S: "c-1" }, orderId: { S: "1" } },
      }),
      await send(
        "POST /sts/",
        [bearer("analyst"), ["Content-Type", "application/x-www-form-urlencoded"]],
        "Action=GetCallerIdentity&Version=2011-06-15",
      ),
      await send("GET /.postern/whoami", [bearer("analyst")]),
      await send("GET /.postern/credentials", [bearer("analyst")]),
      await send(`GET /.postern/credentials?role=${encodeURIComponent(ANALYST)}`, [bearer("analyst")]),
      await send(
        "POST /.postern/presign",
        [bearer("analyst"), ["Content-Type", "application/json"]],
        JSON.stringify({ method: "GET", target: "/s3/reports/q3.txt" }),
      ),
    ];
    expect(good).toEqual(good.map(() => 200));
    await nothingLeaks();
    const line = stack.logged().split("\n")[0];
    expect(JSON.parse(line ?? "")).toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIA/),
      awsRequestId: expect.stringMatching(/^.{8,}$/),
      stages: {
        identity: expect.any(Number),
        operation: expect.any(Number),
        decision: expect.any(Number),
        credentials: expect.any(Number),
        upstream: expect.any(Number),
        answer: expect.any(Number),
      },
    });
  });

  it("by /.postern/authorize, of its own secret neither", async () => {
    await askOutside(AUTHORIZE_SECRET, "/s3/reports/q3.txt");
    await askOutside(`${AUTHORIZE_SECRET}x`, "/s3/reports/q3.txt");
    await askOutside(AUTHORIZE_SECRET, `/s3/reports/${token("analyst")}`);
    await askOutside(AUTHORIZE_SECRET, "/s3/audit/x", "member");
    await nothingLeaks();
  });

  it("by tunnels and MQTT, opened, refused and ended", async () => {
    const t = token("analyst");
    const page = { origin: "https://app.test" };
    for (const wish of [
      { headers: { authorization: `Bearer ${t}` } },
      { protocols: ["chat", bearerProtocol(t)], origin: page.origin },
      { path: `/chat?postern-token=${t}`, origin: page.origin },
      { path: `/chat?postern-token=${t}&postern-token=${t}`, origin: page.origin },
      { path: `/chat?postern-token=${t}`, origin: "https://other.test" },
      { path: `/chat?token=${t}`, origin: page.origin },
      { protocols: [`x.${t}`], origin: page.origin },
      { path: `/nowhere?postern-token=${t}`, origin: page.origin },
    ]) {
      const outcome = await handshake(stack, wish).catch(() => undefined);
      if (outcome !== undefined && "socket" in outcome) outcome.socket.close();
      else seen += JSON.stringify(outcome ?? "");
    }
    const sub = "00000000-aaaa-4000-8000-000000000002";
    for (const wish of [
      { token: t, clientId: sub },
      { token: t, clientId: t },
      { token: t, clientId: sub, username: t, password: t },
      {
        token: t,
        clientId: sub,
        will: { topic: `things/${t}`, payload: Buffer.from(t), qos: 0 as const, retain: false },
      },
    ]) {
      const outcome = await tryMqtt(stack, wish).catch(() => undefined);
      if (outcome === undefined || !("mqtt" in outcome)) continue;
      outcome.mqtt.on("error", () => {});
      const before = stack.packets.length;
      outcome.mqtt.subscribe(`other/${t}/#`, () => {});
      outcome.mqtt.publish(`things/${sub}/${t}`, t);
      outcome.mqtt.publish(`elsewhere/${t}`, t);
      await vi.waitFor(() => expect(stack.packets.length).toBeGreaterThan(before + 1), { timeout: 10_000 });
      outcome.vanish();
    }
    await nothingLeaks();
  });

  it("by what is refused, a token in every place where it does not belong and in every form", async () => {
    const t = token("analyst");
    const forms = [
      t,
      percent(t),
      percent(percent(t)),
      t.replaceAll(".", "%2E"),
      base64(t),
      base64(base64(t)),
      Buffer.from(t).toString("base64url"),
      percent("x").concat(t),
      (t.match(/.{1,40}/g) ?? []).join("%01"),
      (t.match(/.{1,40}/g) ?? []).join("%C2%85"),
      `x${t}x`,
      // A key of S3 is no longer than 1,024 bytes, as few tokens are.
      t.slice(0, 700),
      t.split(".")[1] ?? "",
      base64(t.slice(0, 500)),
    ];
    for (const form of forms) {
      for (const line of [
        `GET /s3/reports/${form}`,
        `GET /s3/${form}/q3.txt`,
        `GET /${form}`,
        `GET /s3/reports/q3.txt?${form}`,
        `GET /s3/reports/q3.txt?token=${form}`,
        `GET /s3/reports?list-type=2&prefix=${form}`,
        `GET /s3/reports?${form}=1`,
        `GET /orders/orders/${form}?x=${form}`,
        `GET /resize/${form}`,
        `GET /lambda/2015-03-31/functions/${form}`,
        `GET /.postern/${form}`,
        `GET /.postern/whoami?${form}`,
        `GET /.postern/credentials?role=${form}`,
        `GET /s3/reports/q3.txt?X-Amz-Signature=${"cd".repeat(32)}&X-Amz-Security-Token=${form}`,
        `OPTIONS /s3/reports/${form}`,
        `DELETE /s3/audit/${form}`,
        `TRACE /${form}`,
      ])
        await send(line, [bearer("analyst")]);
      await send(`GET /s3/reports/${form}`, [bearer("admin")]);
    }
    await nothingLeaks();
  });

  it("by headers and bodies that hold one", async () => {
    const t = token("analyst");
    const places: readonly (readonly Line[])[] = [
      [["Authorization", t]],
      [["Authorization", `Token ${t}`]],
      [["Authorization", `Basic ${Buffer.from(`user:${t}`).toString("base64")}`]],
      [["Authorization", `Bearer ${t} ${t}`]],
      [["Authorization", `Bearer ${t}x`]],
      [["Authorization", `Bearer ${t.slice(0, -8)}AAAAAAAA`]],
      [
        [
          "Authorization",
          `AWS4-HMAC-SHA256 Credential=${t}/20260101/us-east-1/s3/aws4_request, Signature=00`,
        ],
      ],
      [
        [
          "Authorization",
          `AWS4-HMAC-SHA256 Credential=any/20260101/${t}/s3/aws4_request, SignedHeaders=host, Signature=${"ab".repeat(32)}`,
        ],
        ["X-Amz-Security-Token", t],
      ],
      [bearer("analyst"), ["X-Postern-Token", t]],
      [bearer("analyst"), ["X-Postern-Id-Token", t]],
      [bearer("analyst"), ["X-Amz-Security-Token", "IQoJb3JpZ2luX2VjEXAMPLEsession"]],
      [bearer("analyst"), ["X-Postern-Role", t]],
      [["Cookie", `session=${t}`]],
      [
        ["Cookie", `session=${t}`],
        ["Origin", `https://${t}`],
      ],
      [["Cookie", `other=${t}`]],
      [bearer("analyst"), ["User-Agent", t], ["Referer", `https://app.test/?t=${t}`], ["X-Forwarded-For", t]],
      [bearer("analyst"), ["X-Request-Id", t]],
      [bearer("analyst"), ["X-Request-Id", t.split(".")[0] ?? ""]],
      [bearer("analyst"), ["traceparent", t], ["tracestate", `a=${t}`], ["baggage", `t=${t}`]],
      [bearer("analyst"), ["Host", `${t.toLowerCase()}.s3.localhost`]],
      [bearer("analyst"), ["Host", t]],
      [bearer("analyst"), ["X-Amz-Copy-Source", `/reports/${t}`]],
      [bearer("analyst"), [`x-amz-${t.split(".")[2] ?? ""}`, "1"]],
      [bearer("analyst"), ["X-Amz-Acl", t]],
      [bearer("analyst"), ["Range", t], ["If-Match", t], ["Expect", t]],
      [bearer("analyst"), ["Connection", "upgrade"], ["Upgrade", t]],
      [bearer("analyst"), ["Content-Type", t], ["X-Amz-Target", t]],
      [bearer("analyst"), ["Transfer-Encoding", t]],
      [bearer("analyst"), ["Content-Length", t]],
    ];
    for (const headers of places)
      for (const line of [
        "GET /s3/reports/q3.txt",
        "PUT /s3/reports/q9.txt",
        "POST /dynamodb/",
        "GET /orders/orders/7",
        "GET /.postern/credentials",
      ])
        await send(line, headers).catch(() => {});
    for (const body of [
      { TableName: t },
      { TableName: "Orders", [t]: 1 },
      { TableName: `arn:aws:dynamodb:us-east-1:123456789012:table/${t}` },
      { TableName: "Orders", Key: { customerId: { S: t }, orderId: { S: t } } },
    ]) {
      for (const user of ["analyst", "admin", "member"]) await dynamodb(user, "GetItem", body);
      await dynamodb("analyst", t, body);
    }
    for (const question of [
      { method: "GET", target: `/s3/reports/${t}` },
      { method: t, target: "/s3/reports/q3.txt" },
      { method: "GET", target: t },
      { method: "GET", target: "/s3/reports/q3.txt", headers: { [t]: t } },
      { method: "GET", target: "/s3/reports/q3.txt", headers: { "x-amz-meta-a": t } },
      { [t]: t },
    ])
      await send(
        "POST /.postern/presign",
        [bearer("analyst"), ["Content-Type", "application/json"]],
        JSON.stringify(question),
      );
    await send(
      "POST /.postern/presign",
      [bearer("analyst"), ["Content-Type", "application/json"]],
      `{"a": ${t}}`,
    );
    await exchange(stack.ports.listen, `${t}\r\n\r\n`).catch(() => {});
    await exchange(stack.ports.listen, `GET /${t}\r\n\r\n`).catch(() => {});
    await exchange(stack.ports.listen, `CONNECT ${t}:443 HTTP/1.1\r\nHost: x\r\n\r\n`).catch(() => {});
    await nothingLeaks();
  });

  it("by tokens that are made up, with another in every claim, and by good ones in vain", async () => {
    const t = token("analyst");
    const [head = "", body = "", signature = ""] = t.split(".");
    const [header, claims] = [head, body].map(
      (part) => JSON.parse(Buffer.from(part, "base64url").toString()) as object,
    );
    const made = [
      ...["kid", "alg", "typ", "crit", "jku"].map(
        (name) => `${encoded({ ...header, [name]: t })}.${body}.${signature}`,
      ),
      ...["iss", "aud", "sub", "token_use", "exp", "nbf", "cognito:groups", "scope"].map(
        (name) => `${head}.${encoded({ ...claims, [name]: t })}.${signature}`,
      ),
      `${head}.${encoded({ ...claims, iss: `https://${t}.test/${t}` })}.${signature}`,
      `${head}.${body}.${t.slice(-20)}`,
      `${head}.${body}`,
      `${t}.${t}`,
    ];
    for (const one of made)
      for (const line of ["GET /s3/reports/q3.txt", "GET /.postern/whoami", "GET /.postern/credentials"])
        await send(line, [["Authorization", `Bearer ${one}`]]);
    await send("GET /s3/reports/q3.txt", [bearer("member"), ["X-Postern-Id-Token", t]]);
    await send("GET /s3/reports/q3.txt", [
      ["Authorization", `Bearer ${token("access")}`],
      ["X-Postern-Id-Token", token("member")],
    ]);
    await send("GET /s3/reports/q3.txt", [["Authorization", `Bearer ${token("access")}`]]);
    await send("GET /profiles/me", [bearer("analyst")]);
    await send(`DELETE /s3/audit/${body}`, [bearer("admin")]);
    await send("POST /dynamodb/", [
      bearer("analyst"),
      ["Content-Length", "999999999"],
      ["Content-Type", "application/x-amz-json-1.0"],
      ["X-Amz-Target", "DynamoDB_20120810.GetItem"],
    ]);
    await send(`PUT /s3/reports/${body}`, [bearer("admin"), ["Transfer-Encoding", "chunked"]], "0\r\n\r\n");
    aheadMs = 2 * 3_600_000;
    await send("GET /s3/reports/q3.txt", [bearer("analyst")]);
    aheadMs = -2 * 3_600_000;
    await send("GET /s3/reports/q3.txt", [bearer("analyst")]);
    aheadMs = 0;
    await nothingLeaks();
  });

  it("by AWS's own faults, which quote what was sent", async () => {
    const { faults } = stack.aws;
    const document = '{"message":"no"}';
    for (const user of ["editor", "member"]) {
      for (const service of ["cognito-identity", "sts"]) {
        for (const effect of [
          { kind: "throttle" },
          { kind: "malformed" },
          { kind: "cut" },
          { kind: "signature-refusal" },
          {
            kind: "error",
            status: 400,
            code: "NotAuthorizedException",
            message: `token ${token(user)} ${document}`,
          },
          { kind: "error", status: 500, code: token(user), message: token(user) },
        ] as const) {
          const end = faults.add({ service, effect });
          await send("PUT /s3/reports/x.txt", [bearer(user)], "text");
          await send("GET /s3/home/x/y.txt", [bearer(user)]);
          end();
        }
      }
    }
    for (const service of ["s3", "dynamodb", "execute-api"]) {
      for (const effect of [
        { kind: "signature-refusal" },
        { kind: "malformed" },
        { kind: "cut" },
        { kind: "redirect", location: `https://other.test/?${token("admin")}` },
      ] as const) {
        const end = faults.add({ service, effect });
        await send("GET /s3/reports/q3.txt", [bearer("admin")]).catch(() => {});
        await send("GET /orders/orders/7", [bearer("admin")]).catch(() => {});
        await dynamodb("admin", "GetItem", { TableName: "Orders" }).catch(() => {});
        end();
      }
    }
    await nothingLeaks();
  });

  it("by the operator's pages, asked with a wrong token or about a right one", async () => {
    const url = `http://127.0.0.1:${stack.ports.operator}`;
    const post = async (headers: Record<string, string>, body: unknown) => {
      const answer = await fetch(`${url}/explain`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-postern-admin": "1", ...headers },
        body: JSON.stringify(body),
      });
      seen += await answer.text();
    };
    const own = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    for (const target of ["/s3/reports/q3.txt", `/s3/reports/${token("analyst")}`, `/${token("analyst")}`]) {
      await post(own, { token: token("analyst"), method: "GET", target });
      await post(
        { authorization: `Bearer ${OPERATOR_TOKEN}x` },
        { token: token("analyst"), method: "GET", target },
      );
      await post(own, { token: `${token("analyst")}x`, method: "GET", target });
      await post(own, { method: "GET", target, headers: { authorization: `Bearer ${token("analyst")}` } });
    }
    await nothingLeaks();
  });

  it("by a configuration that is not taken over, with a secret in every place", async () => {
    const file = join(folder, "postern.yaml");
    const put = (text: string): void => {
      writeFileSync(`${file}.next`, text);
      renameSync(`${file}.next`, file);
    };
    put(config);
    const follower = stack.follow(file);
    const secret = "s3cr3t-of-the-document-0123456789";
    remember("the document's secret", secret);
    writeFileSync(join(folder, "broken"), secret, { mode: 0o600 });
    const broken = join(folder, "broken");
    const changes: readonly ((yaml: string) => string)[] = [
      (yaml) =>
        yaml.replace(
          /headers: \{ authorization:[^}]*\}/,
          `headers: { "authorization": "\${file:${broken}}\\n" }`,
        ),
      (yaml) => yaml.replace(/secret: "[^"]*"/, `secret: "\${file:${broken}} "`),
      (yaml) => yaml.replace("level: warn", `level: "\${file:${broken}}"`),
      (yaml) => yaml.replace("us-east-1_LOCAL", `\${file:${broken}}`),
      (yaml) => yaml.replace("role: pool", `role: "\${file:${broken}}"`),
      (yaml) => yaml.replace("region: us-east-1", `region: "\${file:${broken}}"`),
      (yaml) =>
        yaml.replace(
          'endpoint: "http://127.0.0.1:9/v1/traces"',
          `endpoint: "https://user:\${file:${broken}}@traces.test/"`,
        ),
      (yaml) =>
        yaml.replace(
          "dynamodb: { service: dynamodb }",
          `dynamodb: { service: dynamodb, endpoint: "http://user:\${file:${broken}}@aws.test" }`,
        ),
      (yaml) => `${yaml}\n"${token("admin")}": [\n`,
      (yaml) => `${yaml}\n"${token("admin")}": 1\n`,
    ];
    const count = (): number => stack.logged().split("the configuration was").length;
    for (const change of changes) {
      const before = count();
      put(change(config));
      await vi.waitFor(() => expect(count()).toBeGreaterThan(before), { timeout: 10_000, interval: 10 });
    }
    follower.close();
    await nothingLeaks();
  });

  it("of all of which there was enough to look at", async () => {
    const reasons = new Set(stack.outcomes.map(({ reason }) => reason));
    expect(reasons.size).toBeGreaterThan(30);
    const kinds = [...secrets.keys()].map((name) => name.split(" ")[0]);
    expect(new Set(kinds)).toEqual(new Set(["token", "access", "secret", "session", "authorize's", "the"]));
    expect(stack.packets.map(({ outcome }) => outcome)).toContain("refused");
    expect(stack.logged()).toContain("[token]");
    await nothingLeaks();
  });
});
