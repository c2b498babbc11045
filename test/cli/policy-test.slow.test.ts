import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { test as policyTest } from "../../src/cli/test.ts";
import { listening, type Spoken } from "./spoken.ts";

const CONFIG = join(import.meta.dirname, "../../config");
const EXAMPLE = join(CONFIG, "postern.example.yaml");
const DEV_CASES = join(CONFIG, "dev-cases.yaml");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-cases-"));
  writeFileSync(join(folder, "postern.yaml"), readFileSync(EXAMPLE));
});

afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: readonly string[]): Promise<Spoken> {
  return listening(() => policyTest.run(args, {}));
}

/** Runs cases against the example; each is a file of its own. */
async function tried(...cases: readonly object[]): Promise<Spoken & { readonly path: string }> {
  const path = join(folder, "cases.yaml");
  writeFileSync(path, JSON.stringify({ config: "postern.yaml", cases }, undefined, 1));
  return { path, ...(await run(path)) };
}

const analyst = { groups: ["analysts"], claims: { "custom:tenant": "acme" } };
const READ = "GET /s3/reports/q3.txt";

it("passes the shipped cases, which need no environment", async () => {
  expect(await run(DEV_CASES)).toEqual({ code: 0, out: "25 passed, 0 failed\n", err: "" });
});

it("fails a wrong one with its place, what was expected and what came", async () => {
  const text = readFileSync(DEV_CASES, "utf8")
    .replace("config: dev.yaml", `config: ${join(CONFIG, "dev.yaml")}`)
    .replace("expect: denied-by-rule", "expect: permit");
  const path = join(folder, "wrong.yaml");
  writeFileSync(path, text);
  const { code, out, err } = await run(path);
  expect([code, err]).toEqual([1, ""]);
  const line = text.split("\n").findIndex((one) => one.includes("not even admins")) + 1;
  expect(out.split("\n")[0]).toBe(
    `${path}:${line}:5: not even admins change the audit trail: a user in admins: PUT /s3/audit/2026: expected permit, ` +
      'came denied-by-rule by "the audit trail is read-only here": A rule denies this operation. (s3:PutObject on arn:aws:s3:::audit/2026)',
  );
  expect(out).toMatch(/\n22 passed, 3 failed\n$/);
});

describe("a case", () => {
  it.each<readonly [string, object]>([
    [
      "a user of a group",
      { caller: analyst, request: READ, expect: { role: "arn:aws:iam::123456789012:role/analyst" } },
    ],
    ["a user of none", { caller: "user", request: READ, expect: "denied-no-rule" }],
    [
      "a user by name",
      { caller: { sub: "s" }, request: "PUT /s3/home/s/x", expect: { rule: "everyone has a home" } },
    ],
    [
      "a machine",
      {
        caller: { machine: "7q8r9s0t1u2v3w4x5y6z7a8b9c" },
        request: "PUT /s3/reports/x",
        expect: { source: "service" },
      },
    ],
    [
      "a guest, who is not let in",
      { caller: "guest", request: READ, expect: { verdict: "refusal", reason: "token-missing" } },
    ],
    ["an issuer that is not there", { caller: { issuer: "nobody" }, request: READ, expect: "token-issuer" }],
    [
      "an app client that is not accepted",
      { caller: { client: "other" }, request: READ, expect: "token-client" },
    ],
    [
      "scopes, which make it an access token",
      { caller: { scopes: ["x"] }, request: READ, expect: "token-scope" },
    ],
    [
      "a moment after the token's end",
      { caller: { claims: { exp: 1 } }, request: READ, at: "2026-01-15T12:00:00Z", expect: "token-expired" },
    ],
    [
      "an upstream that is not there",
      { caller: "user", request: "GET /nowhere/x", expect: "upstream-unknown" },
    ],
    [
      "a body as JSON",
      {
        caller: analyst,
        request: {
          method: "POST",
          target: "/dynamodb/",
          headers: { "X-Amz-Target": "DynamoDB_20120810.GetItem" },
          body: { TableName: "Orders", Key: { id: { S: "1" } } },
        },
        expect: { verdict: "permit", operation: "GetItem" },
      },
    ],
    [
      "a body as it stands",
      {
        caller: { groups: ["admins"] },
        request: {
          method: "POST",
          target: "/s3/reports?delete",
          headers: { "Content-Type": "application/xml" },
          body: "<Delete><Object><Key>a</Key></Object></Delete>",
        },
        expect: { verdict: "permit", operation: "DeleteObjects" },
      },
    ],
  ])("has %s", async (_, one) => {
    const { code, out } = await tried(one);
    expect([code, out]).toEqual([0, "1 passed, 0 failed\n"]);
  });

  it.each<readonly [object | string, string]>([
    [{ rule: "x" }, 'expected by "x", came permit by "analysts read reports" with the role arn'],
    [{ verdict: "permit", role: "pool" }, "expected permit with the role pool, came permit"],
    [{ operation: "HeadObject", source: "x" }, "expected HeadObject from x, came permit"],
    ["denied-no-rule", "expected denied-no-rule, came permit"],
  ])("fails where %j is expected and something else comes", async (expected, said) => {
    const { code, out } = await tried({ caller: analyst, request: READ, expect: expected });
    expect(code).toBe(1);
    expect(out).toContain(said);
  });
});

it("prefers --config, and looks where serve looks if nothing is named", async () => {
  const path = join(folder, "plain.yaml");
  writeFileSync(
    path,
    JSON.stringify({ config: "gone.yaml", cases: [{ caller: "user", request: READ, expect: "denial" }] }),
  );
  expect(await run(path)).toMatchObject({
    code: 78,
    err: expect.stringContaining("gone.yaml:1:1: there is no such file"),
  });
  expect(await run(path, "--config", EXAMPLE)).toMatchObject({ code: 0 });
  writeFileSync(path, JSON.stringify({ cases: [{ caller: "user", request: READ, expect: "denial" }] }));
  expect(await listening(() => policyTest.run([path], { POSTERN_CONFIG: EXAMPLE }))).toMatchObject({
    code: 0,
  });
});

it("prints every problem of the file with its place, and exits with 78", async () => {
  const path = join(folder, "bad.yaml");
  writeFileSync(path, "cases:\n  - caller: guests\n    request: GET /x\n    expekt: permit\n");
  const { code, out, err } = await run(path);
  expect([code, out]).toEqual([78, ""]);
  expect(err.split("\n")).toEqual([
    expect.stringContaining(`${path}:2:5: cases.0.caller: a caller is user, guest, or a map`),
    expect.stringContaining(`${path}:2:5: cases.0.expect: it is required`),
    expect.stringContaining(`${path}:4:5: cases.0.expekt: unknown key; did you mean expect?`),
    "",
  ]);
  expect(await run(join(folder, "none.yaml"))).toMatchObject({
    code: 78,
    err: expect.stringContaining("cannot be read"),
  });
});

it("is a misuse without a file", async () => {
  await expect(run()).rejects.toThrow("test reads a file of cases");
});

it("gives all as JSON, and no token, nor a claim that nobody wrote down", async () => {
  const path = join(folder, "json.yaml");
  writeFileSync(
    path,
    JSON.stringify({
      config: "postern.yaml",
      cases: [{ caller: analyst, request: READ, at: "2026-01-15T12:00:00Z", expect: "denial" }],
    }),
  );
  const { code, out } = await run(path, "--json");
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    passed: 0,
    failed: 1,
    cases: [
      {
        line: 1,
        at: "2026-01-15T12:00:00.000Z",
        expected: { verdict: "denial" },
        came: { verdict: "permit", rule: "analysts read reports" },
        passed: false,
      },
    ],
  });
});

it("S6.7 M9 shows what commands a terminal instead of printing it", async () => {
  const { out } = await tried({ name: "a\u001b[2Jb", caller: "user", request: READ, expect: "permit" });
  expect(out).toContain(String.raw`a\u001b[2Jb`);
  expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
