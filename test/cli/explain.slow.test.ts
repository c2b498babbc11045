import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Complaint } from "../../src/cli/complaint.ts";
import { explain } from "../../src/cli/explain.ts";
import { DEFAULT_PORTS } from "../../src/cli/ports.ts";
import { encode, idClaims } from "../support/signed-tokens.ts";
import { listening, type Spoken } from "./spoken.ts";

const DEV = join(import.meta.dirname, "../../config/dev.yaml");
const ANALYST = '{"cognito:groups":["analysts"],"custom:tenant":"acme"}';

/** What the command says, or what it gives up with. */
async function say(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Spoken> {
  let gaveUp = "";
  const spoken = await listening(() =>
    explain.run(argv, { ...DEFAULT_PORTS, ...env }).catch((error: unknown) => {
      if (!(error instanceof Complaint)) throw error;
      gaveUp = error.message;
      return error.exitCode;
    }),
  );
  return { ...spoken, err: spoken.err + gaveUp };
}

/** Asks the development configuration, without a running Postern. */
const offline = (...argv: string[]): Promise<Spoken> => say([...argv, "-c", DEV]);

describe("explain --config", () => {
  it("answers 0 where the request would be let through, and says why", async () => {
    const { code, out, err } = await offline("--claims", ANALYST, "GET", "/s3/reports/q3.txt");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^Yes: the rule "analysts read reports" allows this\.\n/);
    expect(out).toContain("* analysts read reports");
    expect(out).toContain("from the source pool: the rule names it");
    expect(out).toContain("  host;x-amz-content-sha256;x-amz-date;x-amz-security-token\n");
  });

  it("answers 1 where not, and what would help", async () => {
    const { code, out } = await offline("--claims", ANALYST, "DELETE /s3/reports/q3.txt");
    expect(code).toBe(1);
    expect(out).toBe(`No: no rule allows this operation (denied-no-rule).

  request   DELETE /s3/reports/q3.txt
  asks for  DeleteObject at the upstream s3
  needs     s3:DeleteObject on arn:aws:s3:::reports/q3.txt
  caller    the user somebody of local, in the group analysts

  Rules about this caller
    analysts read reports              allows s3:GetObject and s3:ListBucket, not s3:DeleteObject
    analysts query orders              allows dynamodb:GetItem and dynamodb:Query, not s3:DeleteObject
    analysts start work                allows execute-api:Invoke, lambda:InvokeFunctionUrl, lambda:InvokeFunction, sqs:SendMessage, sns:Publish and 1 more, not s3:DeleteObject
    everyone may ask who they are      allows sts:GetCallerIdentity, not s3:DeleteObject
    everyone has a profile             allows execute-api:Invoke, not s3:DeleteObject
    everyone may chat                  allows execute-api:Invoke, not s3:DeleteObject
    everyone has things                allows iot:Connect, iot:Publish, iot:Subscribe and iot:Receive, not s3:DeleteObject
    everyone has a home                is about arn:aws:s3:::home/\${claim:sub}/*
    the audit trail is read-only here  is about arn:aws:s3:::audit or arn:aws:s3:::audit/*

  Rules about others
    admins do anything                 is for the group admins, and the caller is in analysts
    editors write reports              is for the group editors, and the caller is in analysts
    the service keeps orders           is for the app client service, and the token is of web
    guests read what is public         is for guests, and the caller is a user

To allow it, a rule for this caller must allow s3:DeleteObject on arn:aws:s3:::reports/q3.txt. The IAM policy of its role must allow it too.
`);
  });

  it.each([
    ["a key", (token: string) => [`/s3/reports/${token}`]],
    ["the path of an API", (token: string) => [`/orders/orders/${token}`]],
    ["the name of a query", (token: string) => [`/s3/reports/q3.txt?${token.replaceAll(".", "%2E")}=1`]],
  ])("prints no token that stands in %s, in words or in JSON", async (_where, asked) => {
    const token = [{ alg: "RS256", kid: "k" }, idClaims(), "signature"].map(encode).join(".");
    for (const json of [[], ["--json"]]) {
      const { code, out } = await offline("--claims", ANALYST, "GET", ...asked(token), ...json);
      expect(code).toBeLessThanOrEqual(1);
      expect(out).toContain("[token]");
      expect(out).not.toContain(token.slice(0, 16));
    }
  });

  it("names the rule that a condition keeps from it, or a key that it does not name", async () => {
    const folder = mkdtempSync(join(tmpdir(), "postern-explain-"));
    const path = join(folder, "conditions.yaml");
    const dev = readFileSync(DEV, "utf8");
    const rule = (when: string): string =>
      dev.replace(
        "allow: [s3:GetObject, s3:PutObject]",
        `allow: [s3:GetObject, s3:PutObject]\n      when: ${when}`,
      );
    const editor = '{"cognito:groups":["editors"]}';
    const ask = async (config: string, ...headers: readonly string[]): Promise<string> => {
      writeFileSync(path, config);
      const { out } = await say(["--claims", editor, "PUT", "/s3/reports/x", ...headers, "-c", path]);
      return out.trim().split("\n").at(-1) ?? "";
    };
    expect(await ask(rule('{ StringEquals: { "s3:x-amz-acl": private } }'))).toBe(
      '"editors write reports" would allow s3:PutObject on arn:aws:s3:::reports/x, but for this: ' +
        "StringEquals s3:x-amz-acl does not hold. The IAM policy of its role must allow it too.",
    );
    const redirect = ["-H", "x-amz-website-redirect-location: /y"];
    expect(await ask(dev, ...redirect)).toContain("which no condition of it names");
    rmSync(folder, { recursive: true });
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      "a deny",
      ["--claims", '{"cognito:groups":["admins"]}', "DELETE", "/s3/audit/a"],
      /^No: the rule "the audit trail is read-only here" denies this \(denied-by-rule\)\.\n[^]*a deny always wins\.\n$/,
    ],
    [
      "a refusal before the rules",
      ["--claims", ANALYST, "GET", "/s4/a"],
      /^No: no upstream is configured [^]*\(upstream-unknown\)\. It is refused before anybody looks at who sends it\.\n/,
    ],
    [
      "a claim",
      ["--claims", '{"sub":"a/b"}', "GET", "/s3/home/a/b"],
      /\(claim-unusable\)[^]*"everyone has a home" would allow it, and a claim that it needs cannot be used\.\n$/,
    ],
    [
      "a token of the wrong kind",
      ["--claims", '{"token_use":"access"}', "GET", "/s3/home/somebody/b"],
      /\(id-token-required\)\. The rules allow it, and the caller cannot get the credentials\.\n/,
    ],
    [
      "a guest",
      ["guest", "GET", "/s3/public/a"],
      /^Yes: [^]*a guest, who has no token[^]*the identity pool has one role for guests/,
    ],
    [
      "a role that the pool chooses",
      ["--claims", '{"sub":"a"}', "GET", "/s3/home/a/b"],
      /the identity pool's choice\n +from the source pool: the identity pool chooses it; the token prefers none\n/,
    ],
  ])("says of %s what matters", async (_what, argv, words) => {
    expect((await offline(...argv)).out).toMatch(words);
  });

  it("says once what many things have in common, and never says a thousand things", async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `<Object><Key>${i}</Key></Object>`).join("");
    const argv = ["-H", "content-type: application/xml", "-d", `<Delete>${keys}</Delete>`];
    const { out } = await offline("--claims", ANALYST, "POST", "/s3/reports?delete", ...argv);
    expect(out).toContain("and 980 more\n");
    expect(out).toMatch(/and \d{3} more like it/);
    expect(out.split("\n").length).toBeLessThan(60);
  });

  it("reads a token without checking its signature, and says so", async () => {
    const iss = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";
    const claims = idClaims({ iss, aud: "web", "custom:tenant": "acme" });
    const token = `${encode({ alg: "RS256", kid: "a" })}.${encode(claims)}.c2ln`;
    const argv = ["GET", "/s3/reports/q3.txt", "--at", "2026-01-15T12:00:00Z"];
    for (const spoken of [
      await offline(...argv, "--token", token),
      await say([...argv, "-c", DEV], { POSTERN_TOKEN: token }),
    ]) {
      expect([spoken.code, spoken.err]).toEqual([
        0,
        "The signature of the token was not checked: no keys are at hand.\n",
      ]);
      for (const part of token.split(".")) expect(spoken.out).not.toContain(part);
    }
  });

  it("takes the token that the request's own headers bring", async () => {
    const { out } = await offline("-H", "authorization: Bearer a.b.c", "GET", "/s3/a");
    expect(out).toContain("(token-malformed)");
  });

  it("takes a WebSocket's URL and MQTT's packets, and says what becomes of them", async () => {
    const handshake = ["GET", "ws://127.0.0.1:4480/things/mqtt"];
    expect((await offline("--claims", ANALYST, ...handshake)).out).toContain(
      "no subprotocol mqtt is offered",
    );
    const { code, out } = await offline(
      "--claims",
      ANALYST,
      ...handshake,
      "-H",
      "Sec-WebSocket-Protocol: mqtt",
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^Yes: the connection is opened, and each packet on it will be decided\.\n/);
    const packet = await offline(
      "--claims",
      ANALYST,
      "mqtt",
      "subscribe",
      "things/#",
      "--client",
      "somebody",
    );
    expect(packet.code).toBe(1);
    expect(packet.out).toContain(
      "  request   MQTT subscribe things/#\n  asks for  Subscribe at the upstream things\n",
    );
    expect(packet.out).toContain("iot:Connect on arn:aws:iot:us-east-1:123456789012:client/somebody\n");
  });

  it("tells all as JSON", async () => {
    const { out } = await offline("--claims", ANALYST, "GET", "/s3/reports?prefix=a&list-type=2", "--json");
    expect(JSON.parse(out)).toMatchObject({
      verdict: "permit",
      caller: { kind: "user" },
      operation: { name: "ListObjectsV2" },
    });
  });

  it("S6.7 M9 leaves nothing in it that commands a terminal", async () => {
    const claims = JSON.stringify({
      sub: "\u001b[31m\u202eroot",
      "cognito:groups": ["\u0007\n  faked line"],
    });
    for (const more of [[], ["--json"]]) {
      const { out } = await offline("--claims", claims, "GET", "/s3/reports/%1B%5B2J", ...more);
      expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(out).not.toContain("\n  faked line");
    }
  });

  it("is 78 where the configuration has problems, which it says", async () => {
    const folder = mkdtempSync(join(tmpdir(), "postern-explain-"));
    const file = join(folder, "postern.yaml");
    writeFileSync(file, "listen: 1\n");
    const { code, err } = await say(["guest", "GET", "/s3/a", "-c", file]);
    expect(code).toBe(78);
    expect(err).toContain(`${file}:1:`);
    rmSync(folder, { recursive: true });
  });
});

describe("explain misused", () => {
  it.each<[string, readonly string[]]>([
    ["without a request", []],
    ["without a caller", ["GET", "/s3/a"]],
    ["with two callers", ["analyst", "GET", "/s3/a", "--token", "a.b.c"]],
    ["with two callers and no user", ["GET", "/s3/a", "--token", "a.b.c", "--claims", "{}"]],
    ["with an issuer of no claims", ["guest", "GET", "/s3/a", "--issuer", "local"]],
    ["with claims that are no object", ["GET", "/s3/a", "--claims", "admins"]],
    ["with a target that is no path", ["guest", "GET", "s3/a"]],
    ["with a header that is none", ["guest", "GET", "/s3/a", "-H", "a"]],
    ["with a time that is none", ["guest", "GET", "/s3/a", "--at", "noon"]],
    ["with an address that is none", ["guest", "GET", "/s3/a", "--source-ip", "here"]],
    ["with a file and a running Postern", ["guest", "GET", "/s3/a", "--url", "http://127.0.0.1:1"]],
    ["with words about a packet", ["guest", "GET", "/s3/a", "--retain"]],
    ["with a message", ["guest", "mqtt", "publish", "a", "-d", "x"]],
    ["with a packet that there is not", ["guest", "mqtt", "ping", "a"]],
    ["with the data of two bodies", ["guest", "GET", "/s3/a", "-d", "a", "-d", "b"]],
  ])("%s is 64", async (_what, argv) => {
    const { code, out, err } = await offline(...argv);
    expect([code, out]).toEqual([64, ""]);
    expect(err).not.toBe("");
  });

  it("sends no token over a network that reads along", async () => {
    const { code, err } = await say(["--token", "a.b.c", "GET", "/s3/a", "--url", "http://10.0.0.1:4482"]);
    expect([code, err]).toEqual([
      64,
      "--url http://10.0.0.1:4482: http: is for loopback addresses only; use https:",
    ]);
  });

  it("says a file that is not there", async () => {
    const { code, err } = await offline("guest", "PUT", "/s3/a", "-d", "@/nowhere/at-all");
    expect([code, err]).toEqual([1, "the file /nowhere/at-all cannot be read"]);
  });
});

describe("explain of a running Postern", () => {
  let server: Server;
  let url = "";
  let answer: { readonly status: number; readonly body: string };
  let asked: unknown;

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        asked = {
          path: request.url,
          admin: request.headers["x-postern-admin"],
          body: JSON.parse(body) as unknown,
        };
        response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => void server.close());

  it("asks its operator's listener", async () => {
    const refusal = { code: "token-expired", sentence: "The token has expired." };
    answer = {
      status: 200,
      body: JSON.stringify({ verdict: "refusal", refusedBy: "identity", refusal, rules: [] }),
    };
    const argv = ["GET", "https://s3.example/a", "--claims", '{"sub":"a"}', "--issuer", "staff", "-d", "x"];
    const { code, out } = await say([...argv, "--source-ip", "10.0.0.1", "--url", url]);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^No: the token has expired \(token-expired\)\. It is refused before any rule is asked\.\n/,
    );
    expect(asked).toEqual({
      path: "/explain",
      admin: "1",
      body: {
        claims: { sub: "a" },
        issuer: "staff",
        request: { method: "GET", target: "/a", headers: [["host", "s3.example"]], bodyBase64: "eA==" },
        sourceIp: "10.0.0.1",
      },
    });
  });

  it.each<[string, number, string, string]>([
    [
      "what the operator has against the question",
      400,
      '{"message":"claims are an object."}',
      "claims are an object.",
    ],
    ["that something else answers", 200, "<html>", "is not Postern's operator listener"],
    ["that something else answers in JSON", 200, '{"ok":true}', "is not Postern's operator listener"],
  ])("says %s", async (_what, status, body, words) => {
    answer = { status, body };
    const { code, err } = await say(["guest", "GET", "/s3/a", "--url", url]);
    expect(code).toBe(1);
    expect(err).toContain(words);
  });

  it("says that nobody answers", async () => {
    const { code, err } = await say(["guest", "GET", "/s3/a", "--url", "http://127.0.0.1:1"]);
    expect([code, err]).toEqual([1, "nothing answers at http://127.0.0.1:1"]);
  });
});
