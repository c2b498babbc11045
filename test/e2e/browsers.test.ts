import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { exchange, type RawAnswer, requestText } from "../support/raw-client.ts";
import { type Stack, startStack } from "../support/stack.ts";

type Lines = readonly (readonly [name: string, value: string])[];

/** The pages that may use the cookie. */
const APP = "https://app.example.com";

/** What stands in the place of S3, and says of every answer what no page of Postern's origin should be told. */
let s3: OwnUpstream;
let stack: Stack;
let token: string;
/** Requests that reached S3 since the test began. */
let arrived: IncomingMessage[] = [];

const LOOSE = {
  "Content-Security-Policy": "default-src * 'unsafe-inline'",
  "X-Content-Type-Options": "anything",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Referrer-Policy": "unsafe-url",
};
const STRICT = {
  "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
};

beforeAll(async () => {
  s3 = await startUpstream((request, response) => {
    arrived.push(request);
    request.resume();
    response.writeHead(200, { ...LOOSE, "Content-Type": "text/html" }).end("<script>read()</script>");
  });
  stack = await startStack({
    config: (yaml) =>
      s3
        .config(yaml)
        .replace(/^listen: \{ (.*) \}$/m, "listen: { $1, hosts: [files.example.com] }")
        .replace("guests: allow", `guests: allow\n  cookie: { name: session, origins: ["${APP}"] }`),
  });
  token = await stack.tokenOf("admin");
});
beforeEach(() => {
  arrived = [];
});
afterAll(async () => {
  await stack.close();
  await s3.close();
});

const cookie = (value: string = token): Lines => [["Cookie", `session=${value}`]];
const from = (...lines: Lines): Lines => lines;

/** Whose credential a browser adds by itself, and who needs none, with what each may read. */
const CALLERS = [
  { who: "a caller by cookie", target: "/s3/reports/q3.txt", lines: () => cookie() },
  { who: "a guest", target: "/s3/public/index.txt", lines: (): Lines => [] },
] as const;

async function send(line: string, lines: Lines, body = ""): Promise<RawAnswer & { readonly text: string }> {
  const own = lines.some(([name]) => name === "Host");
  const host: Lines = own ? [] : [["Host", `127.0.0.1:${stack.ports.listen}`]];
  const length: Lines = body === "" ? [] : [["Content-Length", String(body.length)]];
  const bytes = requestText(line, [...host, ...lines, ...length], body);
  const { answers, text } = await exchange(stack.ports.listen, bytes, { head: line.startsWith("HEAD") });
  return { ...answers[0]!, text };
}

/** What came of a request: S3's own answer, or Postern's reason. */
async function came(line: string, lines: Lines, body?: string): Promise<string> {
  const { status, headers } = await send(line, lines, body);
  return (
    headers.get("x-postern-reason") ?? (status === 200 && arrived.length > 0 ? "passed" : String(status))
  );
}

const NO = "origin-not-allowed";

describe.each(CALLERS)("S6.4 $who", ({ target, lines }) => {
  it.each([
    "127.0.0.1",
    "127.0.0.2:80",
    "localhost:4480",
    "LocalHost",
    "app.localhost",
    "[::1]:4480",
    "files.example.com",
    "Files.Example.com:8443",
    "app.example.com",
  ])("may call Postern %s", async (host) => {
    expect(await came(`GET ${target}`, from(["Host", host], ...lines()))).toBe("passed");
  });

  it("may not call it by a name that ends in a dot, which has two readings", async () => {
    expect(await came(`GET ${target}`, from(["Host", "localhost."], ...lines()))).toBe("target-malformed");
  });

  it.each([
    "evil.example",
    "evil.example:4480",
    "10.0.0.7",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "notlocalhost",
    "files.example.com.evil.example",
    "xfiles.example.com",
    "2130706433",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
  ])(
    "may not call it %s: a page of that name, bound to this address, would be its own origin",
    async (host) => {
      const page = [[], [["Sec-Fetch-Site", "same-origin"]], [["Origin", APP]]] as const;
      for (const more of page)
        expect(await came(`GET ${target}`, from(["Host", host], ...lines(), ...more))).toBe(NO);
      expect(arrived).toEqual([]);
    },
  );

  it.each<readonly [what: string, more: Lines]>([
    ["a program", []],
    ["the address bar", from(["Sec-Fetch-Site", "none"])],
    ["a page of Postern's own origin", from(["Sec-Fetch-Site", "same-origin"])],
    ["a listed page", from(["Origin", APP], ["Sec-Fetch-Site", "cross-site"])],
    ["a listed page in an old browser", from(["Origin", APP])],
  ])("may read from %s", async (_what, more) => {
    expect(await came(`GET ${target}`, from(...lines(), ...more))).toBe("passed");
    expect((await send(`HEAD ${target}`, from(...lines(), ...more))).status).toBe(200);
  });

  it.each<readonly [what: string, more: Lines]>([
    ["a foreign page", from(["Sec-Fetch-Site", "cross-site"])],
    ["a sister site", from(["Sec-Fetch-Site", "same-site"])],
    ["a page of a kind to come", from(["Sec-Fetch-Site", "cousin"])],
    ["a foreign page in an old browser", from(["Origin", "https://evil.example"])],
    ["a sandboxed page", from(["Origin", "null"])],
    ["the listed host without TLS", from(["Origin", "http://app.example.com"])],
    ["another port of the listed host", from(["Origin", "https://app.example.com:8443"])],
    ["a host that ends like the listed one", from(["Origin", "https://xapp.example.com"])],
    ["a host that begins like the listed one", from(["Origin", "https://app.example.com.evil.example"])],
    ["two origins on one line", from(["Origin", `https://evil.example ${APP}`])],
    ["a foreign page that says it is a program", from(["Origin", "null"], ["X-Postern-Client", "1"])],
  ])("may not even read from %s", async (_what, more) => {
    expect(await came(`GET ${target}`, from(...lines(), ...more))).toBe(NO);
    expect(await came("GET /.postern/whoami", from(...lines(), ...more))).toBe(NO);
    expect(arrived).toEqual([]);
  });

  it.each<readonly [what: string, more: Lines]>([
    ["a program that does not say so", []],
    ["a program that says it wrongly", from(["X-Postern-Client", "true"])],
    ["the address bar", from(["Sec-Fetch-Site", "none"])],
    ["a page of Postern's own origin", from(["Sec-Fetch-Site", "same-origin"])],
    ["a foreign page", from(["Origin", "https://evil.example"], ["Sec-Fetch-Site", "cross-site"])],
    ["a foreign page's form", from(["Sec-Fetch-Site", "cross-site"], ["Content-Type", "text/plain"])],
    ["a foreign page that says it is a program", from(["Origin", "null"], ["X-Postern-Client", "1"])],
    [
      "a sister site that says it is a program",
      from(["Sec-Fetch-Site", "same-site"], ["X-Postern-Client", "1"]),
    ],
  ])("may not write from %s", async (_what, more) => {
    expect(await came("PUT /s3/reports/new.txt", from(...lines(), ...more), "x")).toBe(NO);
    expect(await came("DELETE /s3/reports/new.txt", from(...lines(), ...more))).toBe(NO);
    expect(await came("POST /s3/reports?delete", from(...lines(), ...more), "<Delete/>")).toBe(NO);
    expect(await came("POST /dynamodb/", from(...lines(), ...more), "{}")).toBe(NO);
    expect(arrived).toEqual([]);
  });

  it("may ask for no leave to do so in a preflight from a foreign page", async () => {
    const preflight = from(["Origin", "https://evil.example"], ["Access-Control-Request-Method", "PUT"]);
    const { headers } = await send(`OPTIONS ${target}`, from(...lines(), ...preflight));
    expect(headers.get("x-postern-reason")).toBe(NO);
    expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
  });

  it("may not be heard from two origins, nor at two hosts", async () => {
    for (const twice of [
      from(["Origin", APP], ["Origin", "https://evil.example"]),
      from(["Sec-Fetch-Site", "none"], ["Sec-Fetch-Site", "cross-site"]),
      from(["Host", "localhost"], ["Host", "evil.example"]),
    ])
      expect(await came(`GET ${target}`, from(...lines(), ...twice))).toBe("target-ambiguous");
  });

  const precautionsOf = (text: string): readonly (readonly [string, string])[] =>
    text
      .slice(0, text.indexOf("\r\n\r\n"))
      .split("\r\n")
      .map((line) => [line.split(":", 1)[0]!.toLowerCase(), line.slice(line.indexOf(":") + 2)] as const)
      .filter(([name]) => Object.hasOwn(STRICT, name))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  const ALL = Object.entries(STRICT).sort(([a], [b]) => (a < b ? -1 : 1));

  it("is answered with orders to run nothing of it, in the place of S3's own", async () => {
    const { text, body } = await send(`GET ${target}`, lines());
    expect([precautionsOf(text), body]).toEqual([ALL, "<script>read()</script>"]);
    expect(precautionsOf((await send(`HEAD ${target}`, lines())).text)).toEqual(ALL);
  });

  it("is told by whoami, and refused, with the same orders", async () => {
    const asked: readonly [line: string, more: Lines, status: number][] = [
      ["GET /.postern/whoami", [], 200],
      ["POST /.postern/whoami", from(["X-Postern-Client", "1"]), 405],
      ["GET /.postern/nothing", [], 404],
      [`GET ${target}`, from(["Sec-Fetch-Site", "cross-site"]), 403],
      ["GET /.postern/whoami", from(["Sec-Fetch-Site", "cross-site"]), 403],
      ["PUT /s3/audit/x", from(["X-Postern-Client", "1"]), 403],
      ["GET /s3/reports/%ff", [], 400],
      [`TRACE ${target}`, [], 405],
      ["GET /nowhere/x", [], 404],
    ];
    for (const [line, more, status] of asked) {
      const answer = await send(line, from(...lines(), ...more));
      expect([line, answer.status, precautionsOf(answer.text)]).toEqual([line, status, ALL]);
    }
  });
});

describe("S6.4 writes", () => {
  it.each<readonly [what: string, more: Lines]>([
    ["a listed page", from(["Origin", APP], ["Sec-Fetch-Site", "cross-site"])],
    ["a listed page in an old browser", from(["Origin", APP])],
    ["a program that says that it is none of a browser's", from(["X-Postern-Client", "1"])],
  ])("are the cookie's caller's from %s, and no guest's without a rule", async (_what, more) => {
    expect(await came("PUT /s3/reports/new.txt", from(...cookie(), ...more), "x")).toBe("passed");
    expect(await came("DELETE /s3/reports/new.txt", from(...cookie(), ...more))).toBe("passed");
    expect(await came("PUT /s3/public/new.txt", more, "x")).toBe("denied-no-rule");
    expect(arrived.map(({ method }) => method)).toEqual(["PUT", "DELETE"]);
  });
});

const expired = (): Promise<string> =>
  stack.aws.identity.tokens.issueIdToken({ username: "admin", clientId: "web", lifetimeMs: -1000 });

describe("S1.4 the cookie", () => {
  it("is found among others, bare or in quotes, and is never sent on", async () => {
    for (const value of [`a=1; session=${token}; b=2`, `session="${token}"`, `session=${token}`])
      expect(await came("GET /s3/reports/q3.txt", [["Cookie", value]])).toBe("passed");
    expect(await came("GET /s3/public/index.txt", [["Cookie", "a=1; b=2"]])).toBe("passed");
    const sent = arrived.map(({ rawHeaders }) => rawHeaders.join("\n"));
    expect(sent.length).toBe(4);
    for (const text of sent) expect(text.toLowerCase()).not.toMatch(/cookie|session=|^origin|sec-fetch/m);
    for (const part of token.split(".")) expect(sent.join("\n")).not.toContain(part);
  });

  it.each<readonly [what: string, more: () => Lines]>([
    ["a Bearer token", () => [["Authorization", `Bearer ${token}`]]],
    [
      "an SDK's signature",
      () => [["Authorization", "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/s3/aws4_request"]],
    ],
    ["an SDK's session token", () => [["X-Amz-Security-Token", token]]],
    ["X-Postern-Token", () => [["X-Postern-Token", token]]],
    ["X-Postern-Id-Token", () => [["X-Postern-Id-Token", token]]],
    ["itself on one line", () => []],
    ["itself on another", () => cookie()],
    ["an empty one", () => [["Authorization", ""]]],
  ])("beside %s is two tokens", async (what, more) => {
    const first = what === "itself on one line" ? cookie(`${token}; session=${token}`) : cookie();
    expect(await came("GET /s3/public/index.txt", from(...first, ...more()))).toBe("two-tokens");
    expect(arrived).toEqual([]);
  });

  it.each<readonly [what: string, value: () => Promise<string> | string, reason: string]>([
    ["empty", () => "", "token-malformed"],
    ["no token", () => "x", "token-malformed"],
    ["another's signature", () => `${token.slice(0, -8)}AAAAAAAA`, "token-signature"],
    ["expired", () => expired(), "token-expired"],
  ])("that is %s makes no guest, and no page of the refusal", async (_what, value, reason) => {
    const { headers } = await send("GET /s3/public/index.txt", cookie(await value()));
    expect(headers.get("x-postern-reason")).toBe(reason);
    for (const [name, order] of Object.entries(STRICT)) expect(headers.get(name)).toBe(order);
    expect(arrived).toEqual([]);
  });
});

describe("S6.4 is not about callers who send their token on purpose", () => {
  const FOREIGN = from(
    ["Host", "evil.example"],
    ["Origin", "https://evil.example"],
    ["Sec-Fetch-Site", "cross-site"],
  );
  it.each<readonly [what: string, lines: () => Lines]>([
    ["by Authorization", () => [["Authorization", `Bearer ${token}`]]],
    ["by X-Postern-Token", () => [["X-Postern-Token", token]]],
    [
      "beside a cookie of another name",
      () => [
        ["Authorization", `Bearer ${token}`],
        ["Cookie", "sessions=x"],
      ],
    ],
  ])("%s: they read and write from anywhere, and get what S3 says", async (_what, lines) => {
    const { headers, status } = await send("GET /s3/reports/q3.txt", from(...FOREIGN, ...lines()));
    expect(status).toBe(200);
    for (const [name, value] of Object.entries(LOOSE)) expect(headers.get(name.toLowerCase())).toBe(value);
    expect(await came("PUT /s3/reports/new.txt", from(...FOREIGN, ...lines()), "x")).toBe("passed");
    const refused = await send("GET /.postern/nothing", from(...FOREIGN, ...lines()));
    expect(refused.status).toBe(404);
    const told = await send("GET /.postern/whoami", from(...FOREIGN, ...lines()));
    expect([told.status, told.headers.has("content-security-policy")]).toEqual([200, false]);
  });
});
