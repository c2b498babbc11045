import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.ts";
import { speak } from "./spoken.ts";

let stack: Stack;
let env: Readonly<Record<string, string>>;
let folder: string;

beforeAll(async () => {
  stack = await startStack();
  env = { POSTERN_LOCAL_PORT: String(stack.aws.port), POSTERN_PORT: String(stack.ports.listen) };
  folder = mkdtempSync(join(tmpdir(), "postern-exec-"));
});

afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

/** What a command finds in its environment, by way of a file: it has the terminal to itself. */
async function seen(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const told = join(folder, "env.json");
  const program = `require("node:fs").writeFileSync(process.argv[1], JSON.stringify(process.env))`;
  const said = await speak(["exec", ...args, "--", process.execPath, "-e", program, told], {
    ...env,
    ...more,
  });
  return { said, env: JSON.parse(readFileSync(told, "utf8")) as Record<string, string> };
}

describe("postern exec", () => {
  it("hands a user's token over as an SDK's session token, with placeholders to sign by", async () => {
    const { said, env: child } = await seen(["analyst"]);
    expect(said).toEqual({ code: 0, out: "", err: "" });
    expect(child).toMatchObject({
      AWS_ENDPOINT_URL: stack.url,
      AWS_ACCESS_KEY_ID: "POSTERNPLACEHOLDER00",
      AWS_SESSION_TOKEN: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
  });

  it("leaves nothing there by which an SDK could be somebody else", async () => {
    const foreign = {
      AWS_PROFILE: "prod",
      AWS_ACCESS_KEY_ID: "AKIAREAL",
      AWS_SECRET_ACCESS_KEY: "real",
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/x",
      AWS_WEB_IDENTITY_TOKEN_FILE: "/x",
      AWS_ENDPOINT_URL_S3: "https://elsewhere.example.com",
      AWS_BEARER_TOKEN_BEDROCK: "real",
      POSTERN_TOKEN: "a.b.c",
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
      AWS_USE_FIPS_ENDPOINT: "true",
      HTTP_PROXY: "http://proxy.example.com",
      NO_PROXY: "internal",
    };
    const { env: child } = await seen(["analyst"], { ...foreign, AWS_REGION: "eu-west-1" });
    for (const name of [
      "AWS_PROFILE",
      "AWS_ROLE_ARN",
      "AWS_WEB_IDENTITY_TOKEN_FILE",
      "AWS_ENDPOINT_URL_S3",
      "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
      "AWS_USE_FIPS_ENDPOINT",
    ])
      expect(child).not.toHaveProperty(name);
    expect(JSON.stringify(child)).not.toMatch(/AKIAREAL|"real"|a\.b\.c/);
    expect(child).toMatchObject({
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_REGION: "eu-west-1",
      NO_PROXY: "internal,127.0.0.1",
    });
  });

  it("points to Postern for credentials where the token is in a file", async () => {
    const file = join(folder, "token");
    writeFileSync(file, await stack.tokenOf("analyst"));
    const { env: child } = await seen(["--token-file", file]);
    expect(child).toMatchObject({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${stack.url}/.postern/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    });
    expect(child).not.toHaveProperty("AWS_SESSION_TOKEN");
  });

  it("runs nothing with a file whose line end SDKs would not take", async () => {
    const file = join(folder, "line");
    writeFileSync(file, `${await stack.tokenOf("analyst")}\n`);
    const { code, err } = await speak(["exec", "--token-file", file, "--", "true"], env);
    expect([code, err]).toEqual([1, expect.stringContaining("line end")]);
  });

  it.each([
    [["analyst", "--", process.execPath, "-e", "process.exit(7)"], 7],
    [["analyst", "--", process.execPath, "-e", "process.kill(process.pid, 'SIGKILL')"], 137],
    [["analyst", "--", "no-such-command-here"], 127],
    [["analyst"], 64],
    [["analyst", "--"], 64],
    [["guest", "--", "true"], 64],
    [["--", "true"], 64],
    [["analyst", "--", ""], 64],
    [["--token-file", "/dev/zero", "--", "true"], 1],
    [["--token-file", "/no/such/file", "--", "true"], 1],
  ])("%j ends with %i", async (args, code) => {
    expect((await speak(["exec", ...args], env)).code).toBe(code);
  });

  it("takes options behind -- for the command's own", async () => {
    const program = "process.exit(process.argv.includes('--help') ? 3 : 4)";
    const args = ["exec", "analyst", "--", process.execPath, "-e", program, "x", "--help"];
    expect((await speak(args, env)).code).toBe(3);
  });
});
