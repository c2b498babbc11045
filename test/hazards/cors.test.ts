import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange, openSocket, type RawAnswer, requestText } from "../support/raw-client.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";

type Lines = readonly (readonly [name: string, value: string])[];

/** May call, and may call with a cookie too. */
const APP = "https://app.example.com";
const PORTAL = "https://portal.example.com:8443";
/** No page of these is a listed one. */
const OTHERS = [
  "https://evil.example",
  "https://app.example.com.evil.example",
  "https://xapp.example.com",
  "http://app.example.com",
  "https://app.example.com:443",
  "https://app.example.com:8443",
  "https://portal.example.com",
  "https://APP.example.com",
  "HTTPS://app.example.com",
  "https://app.example.com.",
  "https://app.example.com/",
  "https://app.example.com https://evil.example",
  `${APP}, https://evil.example`,
  "app.example.com",
  "file://",
  "null",
  "Null",
  "*",
  "",
];

let stack: Stack;
let admin: string;
beforeAll(async () => {
  const origins = `origins: ["${APP}", "${PORTAL}"]`;
  stack = await startStack({
    config: (yaml) =>
      yaml
        .replace(/cors: \{ origins: \[.*?\] \}/, `cors: { ${origins}, allowHeaders: [X-Trace], maxAge: 1h }`)
        .replace(/^( +)(match: \{ pathPrefix: \/orders \})$/m, `$1$2\n$1cors: { ${origins} }`)
        .replace("credentials: {}", `credentials: {}\n  ${origins}`)
        .replace("guests: allow", `guests: allow\n  cookie: { name: session, origins: ["${PORTAL}"] }`),
  });
  admin = await stack.tokenOf("admin");
});
afterAll(() => stack.close());

async function send(
  line: string,
  lines: Lines,
  port = stack.ports.listen,
): Promise<RawAnswer & { text: string }> {
  const host = `127.0.0.1:${port}`;
  const { answers, text } = await exchange(port, requestText(line, [["Host", host], ...lines]));
  return { ...answers[0]!, text };
}
const asking = (origin: string, method = "PUT", ...more: Lines): Lines => [
  ["Origin", origin],
  ["Access-Control-Request-Method", method],
  ...more,
];
const bearer = (): Lines => [["Authorization", `Bearer ${admin}`]];
/** Lines of the CORS protocol as they came, each for itself. */
const corsOf = (text: string): readonly string[] =>
  text
    .slice(0, text.indexOf("\r\n\r\n"))
    .split("\r\n")
    .filter((line) => /^access-control-/i.test(line))
    .map((line) => line.toLowerCase());
const reasonOf = ({ headers }: RawAnswer): string | undefined => headers.get("x-postern-reason");

/** Where pages may call: two upstreams and two pages of Postern's own. */
const OPEN = ["/s3/reports/q3.txt", "/orders/orders", "/.postern/whoami", "/.postern/presign"];

describe.each(OPEN)("H13 a preflight to %s", (target) => {
  it("needs no token, reaches nothing, and is answered for the origin that asks", async () => {
    const before = countsOf(stack.aws);
    const { status, headers, body } = await send(`OPTIONS ${target}`, asking(APP));
    expect([status, body, headers.get("access-control-allow-origin")]).toEqual([204, "", APP]);
    expect(headers.get("access-control-allow-methods")).toContain("PUT");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("vary")).toBe("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
    expect(countsOf(stack.aws)).toEqual(before);
  });

  it.each(OTHERS)("is refused to a page of %j, and says nothing of others", async (origin) => {
    for (const more of [[], bearer()]) {
      const answer = await send(`OPTIONS ${target}`, [...asking(origin), ...more]);
      expect([answer.status, reasonOf(answer)]).toEqual([403, "origin-not-allowed"]);
      expect([corsOf(answer.text), answer.headers.get("vary")]).toEqual([[], "Origin"]);
      expect(answer.text).not.toContain(APP);
    }
  });

  it("is refused where it has a body, and the rest of it is not waited for", async () => {
    const socket = await openSocket(stack.ports.listen);
    const head = requestText(`OPTIONS ${target}`, [...asking(APP), ["Transfer-Encoding", "chunked"]]);
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    const closed = new Promise((resolve) => {
      socket.once("close", resolve);
    });
    const piece = `10000\r\n${"x".repeat(65_536)}\r\n`;
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on("drain", more).write(head);
    more();
    await closed;
    expect(text).toMatch(/^HTTP\/1\.1 400 .*\r\nx-postern-reason: body-malformed\r\n/s);
  });

  it("is bounded work, however many headers it asks for", async () => {
    const names = ["X-Evil", "Authorization", "X-Amz-Meta-A", "authorization", "", "x y", "X-Amz-\u00e9"];
    const asked = Array.from({ length: 10 * 1024 }, (_, i) => names[i % names.length])
      .join(",")
      .slice(0, 10 * 1024);
    const line = ["Access-Control-Request-Headers", asked] as const;
    const { status, headers } = await send(`OPTIONS ${target}`, asking(APP, "PUT", line));
    expect([status, headers.get("access-control-allow-headers")]).toEqual([
      204,
      "authorization, x-amz-meta-a",
    ]);
  });
});

/** Of the headers that a page asks for those that it may send. */
async function allowed(target: string, names: readonly string[]): Promise<string | undefined> {
  const line = ["Access-Control-Request-Headers", names.join(",")] as const;
  const { headers } = await send(`OPTIONS ${target}`, asking(APP, "POST", line));
  return headers.get("access-control-allow-headers");
}

describe("H13 a preflight", () => {
  it("allows what SDKs send, what the upstream lists, and nothing else", async () => {
    const ofSdks = [
      "amz-sdk-invocation-id",
      "authorization",
      "content-type",
      "if-none-match",
      "smithy-protocol",
      "x-amz-content-sha256",
      "x-amz-target",
      "x-amzn-query-mode",
      "x-postern-role",
    ];
    const others = ["*", "cookie", "host", "origin", "x-forwarded-for", "x-http-method-override", "xx-amz-a"];
    expect(await allowed("/s3/x", [...ofSdks, ...others])).toBe(ofSdks.join(", "));
    expect(await allowed("/s3/x", ["x-trace", "X-TRACE"])).toBe("x-trace");
    expect(await allowed("/orders/x", ["x-trace"])).toBe("");
  });

  it("is kept for as long as the upstream says, and allows the cookie to the pages alone that may use it", async () => {
    const plain = await send("OPTIONS /s3/x", asking(APP));
    expect(plain.headers.get("access-control-max-age")).toBe("3600");
    expect(plain.headers.has("access-control-allow-credentials")).toBe(false);
    const portal = await send("OPTIONS /s3/x", asking(PORTAL));
    expect(portal.headers.get("access-control-allow-credentials")).toBe("true");
    const page = await send("OPTIONS /.postern/whoami", asking(PORTAL));
    expect([page.status, page.headers.has("access-control-allow-credentials")]).toEqual([204, false]);
  });

  it.each<readonly [what: string, lines: Lines, reason: string]>([
    ["asks for no method", [["Origin", APP]], "denied-no-rule"],
    ["has no origin", [["Access-Control-Request-Method", "PUT"]], "origin-not-allowed"],
  ])("is none where it %s: then it is a request, which a rule must allow", async (_what, lines, reason) => {
    expect(reasonOf(await send("OPTIONS /orders/orders", lines))).toBe(reason);
    const answer = await send("OPTIONS /orders/orders", [...lines, ...bearer()]);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([200, { method: "OPTIONS" }]);
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "ok", verdict: "permit" });
  });

  it("has one origin and asks for it once", async () => {
    const twice = [...asking(APP), ["Origin", "https://evil.example"]] as const;
    const answer = await send("OPTIONS /s3/x", twice);
    expect([reasonOf(answer), corsOf(answer.text)]).toEqual(["target-ambiguous", []]);
  });

  it.each(["/dynamodb/", "/profiles/me", "/nowhere/x", "/.postern/credentials", "/.postern/nothing", "/"])(
    "is not answered at %s, which lists no page",
    async (target) => {
      for (const line of [`OPTIONS ${target}`, `GET ${target}`, `POST ${target}`]) {
        const { status, text } = await send(line, [...asking(APP, "POST"), ["Content-Length", "0"]]);
        expect([status >= 400, corsOf(text)]).toEqual([true, []]);
      }
    },
  );

  it.each(["/livez", "/readyz", "/metrics", "/config", "/explain", "/recorded", "/"])(
    "is not answered by probes and operator, as at %s",
    async (target) => {
      for (const port of [stack.ports.probes, stack.ports.operator ?? 0])
        for (const line of [`OPTIONS ${target}`, `GET ${target}`])
          expect(corsOf((await send(line, asking(APP), port)).text)).toEqual([]);
    },
  );
});

describe("H13 an answer", () => {
  it.each(OTHERS)("may not be read by a page of %j, and differs by origin", async (origin) => {
    for (const [target, wanted] of [
      ["/s3/reports/q3.txt", 200],
      ["/s3/reports/none", 404],
      ["/s3/audit/../x", 400],
      ["/orders/orders", 200],
      ["/.postern/whoami", 200],
    ] as const) {
      const { status, text } = await send(`GET ${target}`, [["Origin", origin], ...bearer()]);
      expect([status, corsOf(text)]).toEqual([wanted, []]);
      expect(text).toMatch(/^vary: Origin\r$/im);
    }
  });

  it("says one origin, whatever the API says of its own", async () => {
    const api = await send("GET /orders/cors", [["Origin", APP], ...bearer()]);
    expect([api.status, api.body]).toEqual([200, '{"cors":"*"}']);
    expect(corsOf(api.text)).toEqual([
      `access-control-allow-origin: ${APP}`,
      expect.stringContaining("access-control-expose-headers: "),
    ]);
    for (const lines of [[], [["Origin", "https://evil.example"]]] as const)
      expect(corsOf((await send("GET /orders/cors", [...lines, ...bearer()])).text)).toEqual([]);
  });

  it("is as the API has it where Postern answers for no page", async () => {
    const { access } = await stack.tokensOf("admin");
    const { text } = await send("GET /profiles/cors", [["Authorization", `Bearer ${access}`]]);
    expect(corsOf(text)).toEqual(["access-control-allow-origin: *"]);
  });
});
