import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { S3_TABLE } from "../../src/aws/s3/table.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import { countedActions } from "../../src/cli/counted-actions.ts";
import { aHead, anUpstream, readWhole } from "../support/asking.ts";
import { speak } from "./spoken.ts";

const EXAMPLE = join(import.meta.dirname, "../../config/postern.example.yaml");
const TEXT = readFileSync(EXAMPLE, "utf8");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-diff-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The example with texts changed, each of which must be there. */
function changed(...changes: readonly (readonly [from: string, to: string])[]): string {
  const text = changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`the example has no ${from}`);
    return before.replace(from, () => to);
  }, TEXT);
  const path = join(folder, "new.yaml");
  writeFileSync(path, text);
  return path;
}

const MORE: readonly [string, string] = [
  "allow: [dynamodb:GetItem, dynamodb:Query]",
  "allow: [dynamodb:GetItem, dynamodb:PutItem]",
];

it("says which callers gain or lose what, by which rule and with which role", async () => {
  const { code, out, err } = await speak(["check", "--diff", EXAMPLE, changed(MORE)]);
  expect([code, err]).toEqual([0, ""]);
  const orders = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
  const rule = 'rule "analysts query orders", role arn:aws:iam::123456789012:role/analyst';
  expect(out.split("\n")).toEqual([
    `analysts  gain  dynamodb:PutItem  on ${orders}  (${rule})`,
    `analysts  lose  dynamodb:Query  on ${orders}  (was ${rule})`,
    "",
  ]);
});

it("says that nothing changes, and where something does tells by the exit code only if it is asked to", async () => {
  expect(await speak(["check", "--diff", EXAMPLE, EXAMPLE])).toEqual({
    code: 0,
    out: "nothing changes\n",
    err: "",
  });
  expect(await speak(["check", "--diff", "--exit-code", EXAMPLE, EXAMPLE])).toMatchObject({ code: 0 });
  expect(await speak(["check", "--diff", EXAMPLE, changed(MORE)])).toMatchObject({ code: 0 });
  expect(await speak(["check", "--diff", "--exit-code", EXAMPLE, changed(MORE)])).toMatchObject({ code: 1 });
});

it("joins lines that say the same of several actions and resources, and says other roles and conditions", async () => {
  const { out } = await speak([
    "check",
    "--diff",
    EXAMPLE,
    changed(
      [
        'on: ["arn:aws:s3:::home/${claim:sub}/*"]\n      upstreams: [s3]\n      role: pool',
        'on: ["arn:aws:s3:::home/${claim:sub}/*"]\n      upstreams: [s3]\n      role: arn:aws:iam::123456789012:role/home',
      ],
      [
        'when: { StringLike: { "s3:prefix": "${claim:sub}/*" } }',
        'when: { StringLike: { "s3:prefix": "${claim:sub}/a*" } }',
      ],
    ),
  ]);
  expect(out).toContain(
    'every user  role  s3:DeleteObject, s3:GetObject, s3:PutObject  on arn:aws:s3:::home/${claim:sub}/*  (was rule "everyone has a home", role pool, upstreams: [s3]; now rule "everyone has a home", role arn:aws:iam::123456789012:role/home, upstreams: [s3])',
  );
  expect(out).toMatch(
    /every user {2}when {2}s3:ListBucket {2}on arn:aws:s3:::home {2}\(was .*claim:sub\}\/\*"\}\}; now .*\/a\*"\}\}\)/,
  );
});

it("says which deny came, and that record mode begins", async () => {
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const path = changed(
    ['deny: ["s3:Delete*", ', 'deny: ["s3:Get*", "s3:Delete*", '],
    ["mode: enforce # record", `mode: record\n  until: ${until}`],
  );
  const { out } = await speak(["check", "--diff", EXAMPLE, path]);
  expect(out).toMatch(/^policy\.mode was enforce, and is record until /);
  expect(out).toMatch(
    /^admins +lose {2}s3:Get\* {2}on arn:aws:s3:::audit, arn:aws:s3:::audit\/\* {2}\(denied by "the audit trail is read-only here"\)$/m,
  );
  expect(out).toMatch(/^every user {2}gain {2}\* {2}on \* {2}\(rule "record mode", role pool; but for /m);
});

it("tells of a deny that is gone where record mode lets through what no rule allows", async () => {
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const recording = (yaml: string): string =>
    yaml.replace("mode: enforce # record", `mode: record\n  until: ${until}`);
  const before = join(folder, "before.yaml");
  const after = join(folder, "after.yaml");
  const text = recording(readFileSync(EXAMPLE, "utf8")).replace(
    "    - name: the audit trail is read-only here\n",
    '    - name: nobody deletes the archive\n      deny: ["s3:DeleteObject"]\n      on: ["arn:aws:s3:::archive/*"]\n$&',
  );
  writeFileSync(before, text);
  writeFileSync(after, recording(readFileSync(EXAMPLE, "utf8")));
  const { code, out } = await speak(["check", "--diff", "--exit-code", before, after]);
  expect([code, out]).toEqual([1, expect.stringContaining("s3:DeleteObject  on arn:aws:s3:::archive/*")]);
});

it("gives every change as JSON", async () => {
  const { out } = await speak(["check", "--diff", "--json", EXAMPLE, changed(MORE)]);
  expect(JSON.parse(out)).toEqual({
    settings: [],
    cutShort: false,
    changes: [
      expect.objectContaining({
        who: "analysts",
        change: "gain",
        action: "dynamodb:PutItem",
        was: [],
        now: [
          { rule: "analysts query orders", role: "arn:aws:iam::123456789012:role/analyst", source: "pool" },
        ],
      }),
      expect.objectContaining({ change: "lose", action: "dynamodb:Query", now: [] }),
    ],
  });
});

it.each<readonly [string, string, readonly string[]]>([
  ["clientIds: [", "clientIds: [another, ", ["identity.userPools.0.clientIds"]],
  ["# tables: { Orders:", "tables: { Orders:", ["upstreams.dynamodb.tables.Orders"]],
  ["requiredScopes: [reports/use]", "requiredScopes: [another/use]", ["identity.userPools.0.requiredScopes"]],
])("tells of the settings that differ besides, by path: %s", async (from, to, paths) => {
  const path = changed([from, to]);
  const { code, out, err } = await speak(["check", "--diff", "--exit-code", EXAMPLE, path]);
  expect([code, err]).toEqual([1, ""]);
  for (const one of paths) expect(out.split("\n")).toContain(`${one}  differs`);
  expect(out).not.toContain("another");
  const json = await speak(["check", "--diff", "--json", EXAMPLE, path]);
  expect(JSON.parse(json.out)).toMatchObject({ settings: expect.arrayContaining([...paths]) });
});

it("tells of another order of upstreams that match: a request is for the first", async () => {
  const paths = [
    ["one", "two"],
    ["two", "one"],
  ].map((names) => {
    const match = { one: "host: a.example.com", two: "pathPrefix: /a" };
    const lines = names.map(
      (name) => `  ${name}: { service: s3, match: { ${match[name as "one" | "two"]} } }\n`,
    );
    const path = join(folder, `${names.join("-")}.yaml`);
    writeFileSync(
      path,
      TEXT.replace("\nupstreams:\n", () => `\nupstreams:\n${lines.join("")}`),
    );
    return path;
  });
  expect(await speak(["check", "--diff", ...paths])).toMatchObject({
    out: "upstreams (their order)  differs\n",
  });
});

it("says nothing of settings that decide nothing", async () => {
  const path = changed(["log: { level: info", "log: { level: warn"], ["drain: 25s", "drain: 20s"]);
  expect(await speak(["check", "--diff", "--exit-code", EXAMPLE, path])).toMatchObject({
    code: 0,
    out: "nothing changes\n",
  });
});

it("takes record mode that has ended for enforce", async () => {
  const path = changed(["mode: enforce # record", "mode: record\n  until: 2020-01-31T18:00:00Z"]);
  expect(await speak(["check", "--diff", EXAMPLE, path])).toMatchObject({ out: "nothing changes\n" });
});

it("prints the problems of both files by their names, and exits with 78", async () => {
  const bad = changed(["region: us-east-1", "regoin: us-east-1"]);
  const { code, out, err } = await speak(["check", "--diff", bad, join(folder, "gone.yaml")]);
  expect([code, out]).toEqual([78, ""]);
  expect(err).toContain(`${bad}:`);
  expect(err).toContain("gone.yaml:1:1: there is no such file");
});

it.each([
  [["check", "--diff", EXAMPLE], "--diff compares two files, OLD and NEW"],
  [["check", "--diff", "--strict", EXAMPLE, EXAMPLE], "--diff goes with neither --config nor --strict"],
  [["check", "--diff", "-c", EXAMPLE, EXAMPLE, EXAMPLE], "--diff goes with neither --config nor --strict"],
  [["check", "--exit-code", EXAMPLE], "--exit-code goes with --diff"],
  [["check", EXAMPLE, EXAMPLE], "check does not know what to do with"],
])("%j is a misuse", async (argv, said) => {
  const { code, out, err } = await speak(argv);
  expect([code, out]).toEqual([64, ""]);
  expect(err).toContain(said);
});

it("knows all that requests count as", () => {
  const known = new Set(countedActions().map((pair) => pair.join(" ")));
  const copied = { "x-amz-copy-source": "public/x?versionId=1" };
  const asked = Object.keys(S3_TABLE).flatMap((place) => {
    const [level = "", method = "", ...rest] = place.split(" ");
    const copy = rest.at(-1) === "copy";
    const selector = copy ? rest[0] : rest.at(-1);
    const path = { service: "/", bucket: "/bucket" }[level] ?? "/bucket/k";
    const named =
      selector === undefined || selector === "copy"
        ? ""
        : `${selector}${selector === "uploadId" ? "=u" : ""}`;
    return ["", "versionId=1"].flatMap((version) => {
      const query = [named, version].filter((part) => part !== "").join("&");
      try {
        const head = aHead(`${method} ${path}${query === "" ? "" : `?${query}`}`, copy ? copied : {});
        return readWhole(
          s3,
          anUpstream(),
          head,
          "<Delete><Object><Key>k</Key><VersionId>1</VersionId></Object></Delete>",
        ).requirements;
      } catch {
        return [];
      }
    });
  });
  const put = { PutRequest: { Item: { id: { S: "1" } } } };
  const remove = { DeleteRequest: { Key: { id: { S: "1" } } } };
  const batch = readWhole(
    dynamodb,
    anUpstream({ service: "dynamodb" }),
    aHead("POST /", {
      "x-amz-target": "DynamoDB_20120810.BatchWriteItem",
      "content-type": "application/x-amz-json-1.0",
    }),
    JSON.stringify({ RequestItems: { Orders: [put, remove] } }),
  ).requirements;
  const pairs = [...asked, ...batch].flatMap(({ action, covers = [] }) =>
    covers.map((covered) => `${action} ${covered}`),
  );
  expect(new Set(pairs).size).toBeGreaterThan(8);
  expect(pairs.filter((pair) => !known.has(pair))).toEqual([]);
});
