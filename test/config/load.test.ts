import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findConfig, loadConfig, unsafeEnvironment } from "../../src/config/load.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-config-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const LEAST = `
aws: { region: "\${file:REGION}" }
identity: { userPools: [{ name: staff, id: us-east-1_AbC, clientIds: ["\${env:CLIENT}"], tokenUse: [id] }] }
credentials: { pool: { type: identity-pool, identityPoolId: "us-east-1:11111111-2222-4333-8444-555555555555" } }
upstreams: { s3: { service: s3 } }
policy: { rules: [{ name: all, who: { authenticated: true }, allow: ["*"], on: ["*"], role: pool }] }
`;

describe("findConfig", () => {
  it("takes the file that is asked for before POSTERN_CONFIG, and that before the usual places", () => {
    expect(findConfig("a.yaml", { POSTERN_CONFIG: "b.yaml" })).toBe("a.yaml");
    expect(findConfig(undefined, { POSTERN_CONFIG: "b.yaml" })).toBe("b.yaml");
  });

  it("takes an empty POSTERN_CONFIG for none", () => {
    expect(findConfig(undefined, { POSTERN_CONFIG: "" })).toBe(findConfig(undefined, {}));
  });
});

describe("loadConfig", () => {
  it.each([
    ["us-east-1\n", "us-east-1"],
    ["us-east-1\r\n", "us-east-1"],
    ["us-east-1", "us-east-1"],
  ])("S6.6 fills ${file:…} without the last line end: %j", (content, region) => {
    const path = file("c.yaml", LEAST.replace("REGION", file("region", content)));
    expect(loadConfig(path, { CLIENT: "web" }, () => 0)).toMatchObject({ config: { aws: { region } } });
  });

  it("S6.6 finds a file empty that has nothing but its line end, and a folder unreadable", () => {
    for (const target of [file("empty", "\n"), folder, join(folder, "gone")])
      expect(
        loadConfig(file("c.yaml", LEAST.replace("REGION", target)), { CLIENT: "web" }, () => 0).problems,
      ).toEqual([
        {
          path: "aws.region",
          message: `the file ${target} cannot be read, or is empty`,
          line: 2,
          column: 8,
        },
      ]);
  });

  it("makes a problem of a file that cannot be read", () => {
    expect(loadConfig(join(folder, "gone.yaml"), {}, () => 0).problems).toEqual([
      { path: "", message: "there is no such file", line: 1, column: 1 },
    ]);
    expect(loadConfig(folder, {}, () => 0).problems).toMatchObject([
      { message: "this is a folder, not a file" },
    ]);
  });
});

describe("S6.5 unsafeEnvironment", () => {
  it("finds nothing in an ordinary environment", () => {
    const env = {
      NODE_TLS_REJECT_UNAUTHORIZED: "1",
      NODE_OPTIONS: "--max-old-space-size=512 --inspect-port=0",
    };
    expect(unsafeEnvironment(env, ["--import", "tsx"])).toEqual([]);
    expect(unsafeEnvironment({}, [])).toEqual([]);
  });

  it.each<readonly [what: string, env: Record<string, string>, execArgv: readonly string[], why: RegExp]>([
    ["TLS verification off", { NODE_TLS_REJECT_UNAUTHORIZED: "0" }, [], /switches TLS verification off/],
    ["the loose parser as a flag", {}, ["--insecure-http-parser"], /two ways/],
    [
      "the loose parser in NODE_OPTIONS",
      { NODE_OPTIONS: "--trace-gc --insecure-http-parser" },
      [],
      /two ways/,
    ],
    ["the loose parser in other letters", { NODE_OPTIONS: '"--insecure_http_parser"' }, [], /two ways/],
    ["the keys of TLS", { NODE_OPTIONS: "--tls-keylog=/tmp/keys" }, [], /keep secret/],
    ["heads of requests", { NODE_DEBUG: "net,HTTP" }, [], /every token/],
    ["everything", { NODE_DEBUG: "*" }, [], /every token/],
    ["the inspector", {}, ["--inspect"], /run code/],
    ["the inspector at an address", { NODE_OPTIONS: "--inspect=0.0.0.0:9229" }, [], /run code/],
    ["the inspector that waits", {}, ["--inspect-brk"], /run code/],
  ])("H14 refuses %s", (_what, env, execArgv, why) => {
    expect(unsafeEnvironment(env, execArgv)).toEqual([expect.stringMatching(why)]);
  });

  it("tells all at once", () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_OPTIONS: "--insecure-http-parser" };
    expect(unsafeEnvironment(env, [])).toHaveLength(2);
  });
});
