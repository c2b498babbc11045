import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { speak } from "./spoken.ts";

const EXAMPLE = join(import.meta.dirname, "../../config/postern.example.yaml");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-check-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

it.each([[["check", "-c", EXAMPLE]], [["check", "--config", EXAMPLE]], [["check", EXAMPLE]]])(
  "finds the example good, however it is named",
  async (argv) => {
    expect(await speak(argv)).toEqual({
      code: 0,
      out: `${EXAMPLE}: good: 10 rules, 10 upstreams\n`,
      err: "",
    });
  },
);

it("takes POSTERN_CONFIG where no file is named, and the file where one is", async () => {
  expect(await speak(["check"], { POSTERN_CONFIG: EXAMPLE })).toMatchObject({ code: 0 });
  expect(await speak(["check", EXAMPLE], { POSTERN_CONFIG: "/gone.yaml" })).toMatchObject({ code: 0 });
});

it("prints every problem on a line with its place, and exits with 78", async () => {
  const text = readFileSync(EXAMPLE, "utf8")
    .replace("region: us-east-1", "regoin: us-east-1")
    .replace("service: dynamodb", "service: dynamo")
    .replace("role: pool", "role: admin");
  const path = file("bad.yaml", text);
  const { code, out, err } = await speak(["check", path]);
  expect([code, out]).toEqual([78, ""]);
  const lines = err.trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line.startsWith(`${path}:`)).toBe(true);
  expect(lines.map((line) => line.slice(path.length).replace(/^:\d+:\d+: /, ""))).toEqual([
    "aws.regoin: unknown key; did you mean region?",
    "upstreams.dynamodb.service: Postern does not know this service; did you mean dynamodb? Any other takes protocol and operations",
    'policy.rules.4.role: "admin" is neither the ARN of a role nor pool',
  ]);
  expect(lines[0]).toMatch(/:\d+:3: aws\.regoin/);
});

const ODD = readFileSync(EXAMPLE, "utf8")
  .replace("clientIds: [3n4b5urk1ft4fl3mg5e62d9ado, 7q8r9s0t1u2v3w4x5y6z7a8b9c]", "clientIds: any")
  .replace('immutableClaims: ["custom:tenant"]', "immutableClaims: []");

it("S1.7 warns on a line with its place, and finds the file good all the same", async () => {
  const path = file("odd.yaml", ODD);
  const { code, out, err } = await speak(["check", path]);
  expect([code, out]).toEqual([0, `${path}: good: 10 rules, 10 upstreams, 2 warnings\n`]);
  const lines = err.trimEnd().split("\n");
  expect(lines).toHaveLength(2);
  const line = ODD.split("\n").findIndex((text) => text.includes("clientIds: any")) + 1;
  expect(lines[0]).toMatch(
    new RegExp(
      String.raw`^\S+:${line}:7: warning: identity\.userPools\.0\.clientIds: tokens of every app client`,
    ),
  );
  expect(lines[1]).toMatch(/:\d+:44: warning: policy\.rules\.1\.who\.claims\.custom:tenant: /);
});

it("S1.7 with --strict takes a warning for a problem, and a file without one for good", async () => {
  const path = file("odd.yaml", ODD);
  const { code, out, err } = await speak(["check", "--strict", path]);
  expect([code, out]).toEqual([78, ""]);
  expect(err.match(/: warning: /g)).toHaveLength(2);
  expect(await speak(["check", "--strict", EXAMPLE])).toMatchObject({ code: 0, err: "" });
});

it("says that there is no such file, and that there is no configuration", async () => {
  const gone = join(folder, "gone.yaml");
  expect(await speak(["check", gone])).toEqual({
    code: 78,
    out: "",
    err: `${gone}:1:1: there is no such file\n`,
  });
});

it("reads one file, not two", async () => {
  expect(await speak(["check", "-c", EXAMPLE, EXAMPLE])).toEqual({
    code: 64,
    out: "",
    err: "postern: check reads one file, and two are named; see postern check --help\n",
  });
});

it("S6.5 H14 refuses an environment that undoes TLS, even where the file is good", async () => {
  const { code, err } = await speak(["check", EXAMPLE], {
    NODE_TLS_REJECT_UNAUTHORIZED: "0",
    NODE_OPTIONS: "--insecure-http-parser",
  });
  expect(code).toBe(78);
  expect(err.trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^postern: NODE_TLS_REJECT_UNAUTHORIZED=0 /),
    expect.stringMatching(/^postern: --insecure-http-parser /),
  ]);
});

it("S6.7 M9 shows what commands a terminal instead of printing it", async () => {
  const path = file("hostile.yaml", 'aws: { region: us-east-1 }\n"k\\e[2Jey\\u202e": 1\n');
  const { err } = await speak(["check", path]);
  expect(err).toContain(String.raw`k\u001b[2Jey\u202e: unknown key`);
  expect(err.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

it("prints errors and warnings together, in the file's order, each with its place", async () => {
  const text = readFileSync(EXAMPLE, "utf8")
    .replace("allow: [s3:GetObject, s3:ListBucket]", "allow: [s3:GetObjct, s3:ListBucket]")
    .replace("when: { StringLike:", "when: { StringLik:")
    .replace(
      "    # An app client with a token",
      () => `    - name: editors have a home
      who: { groups: [editors] }
      allow: [s3:GetObject]
      on: ["arn:aws:s3:::home/\${claim:sub}/*"]
      upstreams: [s3]
      role: pool
    # An app client with a token`,
    );
  const path = file("three.yaml", text);
  const { code, out, err } = await speak(["check", path]);
  expect([code, out]).toEqual([78, ""]);
  const lineOf = (part: string) => text.split("\n").findIndex((line) => line.includes(part)) + 1;
  expect(err.trimEnd().split("\n")).toEqual([
    `${path}:${lineOf("s3:GetObjct")}:15: policy.rules.1.allow.0: there is no action s3:GetObjct; did you mean s3:GetObject?`,
    expect.stringMatching(
      new RegExp(
        String.raw`:${lineOf("StringLik:")}:15: policy\.rules\.7\.when\.StringLik: .*is it StringLike\?`,
      ),
    ),
    `${path}:${lineOf("- name: editors have")}:7: warning: policy.rules.8: it is never reached: "everyone has a home" already gives all of it, with the same role`,
  ]);
});
