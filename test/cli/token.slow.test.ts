import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.ts";
import { speak, type Spoken } from "./spoken.ts";

let stack: Stack;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  stack = await startStack();
  env = { POSTERN_LOCAL_PORT: String(stack.aws.port), POSTERN_PORT: String(stack.ports.listen) };
});

afterAll(() => stack.close());

function claimsOf({ out }: Spoken): Record<string, unknown> {
  return JSON.parse(Buffer.from(out.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
}

describe("postern token", () => {
  it.each([
    [["analyst"], { token_use: "id", "cognito:username": "analyst" }],
    [["editor", "--use", "access"], { token_use: "access", username: "editor" }],
    [["service"], { token_use: "access", client_id: "service" }],
  ])("%j prints the token and nothing else", async (args, claims) => {
    const said = await speak(["token", ...args], env);
    expect(said).toEqual({ code: 0, out: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/), err: "" });
    expect(claimsOf(said)).toMatchObject(claims);
  });

  it("says that the app client has no ID token", async () => {
    expect(await speak(["token", "service", "--use", "id"], env)).toEqual({
      code: 1,
      out: "",
      err: "postern: service has no ID token; use --use access\n",
    });
  });

  it("says whom the stand-in does not know, in one line", async () => {
    const { code, out, err } = await speak(["token", "stranger\u001b[2J"], env);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^postern: the stand-in refused stranger\\u001b\[2J: .+\n$/);
  });

  it.each([
    [[], "token needs a USER; see postern token --help"],
    [["analyst", "--use", "refresh"], '--use is id or access, and not "refresh"; see postern token --help'],
  ])("%j is a misuse", async (args, err) => {
    expect(await speak(["token", ...args], env)).toEqual({ code: 64, out: "", err: `postern: ${err}\n` });
  });

  it("says how to start a stand-in where none answers, or something else does", async () => {
    const other = createServer((_, response) => response.end("<html>"));
    await once(other.listen(0, "127.0.0.1"), "listening");
    const POSTERN_LOCAL_PORT = String((other.address() as AddressInfo).port);
    expect(await speak(["token", "analyst"], { POSTERN_LOCAL_PORT })).toMatchObject({
      code: 1,
      err: "postern: the stand-in refused analyst: and does not say why\n",
    });
    other.closeAllConnections();
    other.close();
    await once(other, "close");
    expect(await speak(["token", "analyst"], { POSTERN_LOCAL_PORT })).toEqual({
      code: 1,
      out: "",
      err: `postern: no stand-in AWS answers at http://127.0.0.1:${POSTERN_LOCAL_PORT}; start it with: postern dev\n`,
    });
  });
});

describe("postern whoami", () => {
  it("tells who a user of the stand-in is", async () => {
    const { code, out, err } = await speak(["whoami", "analyst", "--json"], env);
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toMatchObject({ username: "analyst", groups: ["analysts"], issuer: "local" });
  });

  it("says it in words where nobody asks for JSON", async () => {
    const { code, out } = await speak(["whoami", "analyst"], env);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^analyst \(00000000-[\w-]+\) of local\.\n {2}groups {2}analysts\n {2}token {3}ends 20\S+ \(in \d+ min\)\n/,
    );
    expect(out).toMatch(/^ {2}s3 +arn:aws:iam::123456789012:role\/analyst {2}by "/m);
    expect((await speak(["whoami", "guest"], env)).out).toMatch(/^A guest, who has no token\.\n/);
  });

  it.each([
    ["--token", (token: string) => [["--token", token], {}] as const],
    [
      "POSTERN_TOKEN",
      (token: string) => [[], { POSTERN_TOKEN: `${token}\n`, AWS_SESSION_TOKEN: "other" }] as const,
    ],
    ["AWS_SESSION_TOKEN", (token: string) => [[], { POSTERN_TOKEN: "", AWS_SESSION_TOKEN: token }] as const],
  ])("takes a token from %s", async (_place, given) => {
    const [args, variables] = given(await stack.tokenOf("editor"));
    const { code, out } = await speak(["whoami", ...args, "--json"], { ...env, ...variables });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ username: "editor" });
  });

  it("exits 1 where Postern refuses the token, and prints why", async () => {
    const { code, out } = await speak(["whoami", "--token", "x.y.z"], env);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ reason: "token-malformed" });
  });

  it.each<readonly [args: readonly string[], variables: Record<string, string>, err: string]>([
    [[], {}, "no token: name a user, or set POSTERN_TOKEN; see postern whoami --help"],
    [
      ["editor", "--token", "x"],
      {},
      "a user, --token and --token-file are answers to one question; see postern whoami --help",
    ],
    [
      ["--token-file", "/dev/null", "--token", "x"],
      {},
      "a user, --token and --token-file are answers to one question; see postern whoami --help",
    ],
    [["--token", "a b"], {}, "a token has no spaces and only ASCII characters"],
    [["--token", "a\nHost: evil"], {}, "a token has no spaces and only ASCII characters"],
    [["--url", "postern:4480", "--token", "x"], {}, "--url postern:4480: it is neither https: nor http:"],
    [
      ["--url", "http://postern.test", "--token", "x"],
      {},
      "--url http://postern.test: http: is for loopback addresses only; use https:",
    ],
    [
      ["--url", "https://169.254.169.254", "--token", "x"],
      {},
      "--url https://169.254.169.254: link-local and metadata addresses are not upstreams",
    ],
  ])("%j is a misuse, and no token leaves", async (args, variables, err) => {
    const blank = { POSTERN_TOKEN: "", AWS_SESSION_TOKEN: "" };
    expect(await speak(["whoami", ...args], { ...env, ...blank, ...variables })).toEqual({
      code: 64,
      out: "",
      err: `postern: ${err}\n`,
    });
  });

  it("follows no redirect with a token, and does not take any server for Postern", async () => {
    let redirected = 0;
    const other = createServer(({ url }, response) => {
      if (url === "/elsewhere") redirected++;
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    await once(other.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    expect(await speak(["whoami", "--token", "x", "--url", url])).toEqual({
      code: 1,
      out: "",
      err: `postern: what answers at ${url} is not Postern\n`,
    });
    expect(redirected).toBe(0);
    other.closeAllConnections();
    other.close();
  });

  it("S6.7 M9 prints what others wrote as JSON that commands no terminal", async () => {
    const groups = ["a\u001b[2J\u009b\u202e"];
    const other = createServer((_, response) => response.end(JSON.stringify({ groups })));
    await once(other.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { out } = await speak(["whoami", "--token", "x", "--url", url, "--json"]);
    const words = await speak(["whoami", "--token", "x", "--url", url]);
    other.closeAllConnections();
    other.close();
    expect(JSON.parse(out)).toEqual({ groups });
    for (const said of [out, words.out]) expect(said.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(words.out).toContain(String.raw`a\u001b[2J\u009b\u202e`);
  });
});
