import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCases } from "../../src/config/cases.ts";

/** What a person is told: place, path and message. */
function told(text: string): readonly string[] {
  return readCases(text).problems.map(
    ({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`,
  );
}

const good = { caller: "guest", request: "GET /s3/b/k", expect: "permit" };

function withCase(change: object): string {
  return JSON.stringify({ cases: [{ ...good, ...change }] });
}

it("reads the shipped example", () => {
  const { cases, problems } = readCases(
    readFileSync(join(import.meta.dirname, "../../config/dev-cases.yaml"), "utf8"),
  );
  expect(problems).toEqual([]);
  expect(cases).toMatchObject({ config: "dev.yaml", env: { POSTERN_PORT: "4480" } });
  expect(cases?.cases[0]).toMatchObject({ name: "analysts of acme read reports", line: 6, column: 5 });
});

it("makes a case of each caller with each request, all in one place", () => {
  const text = `cases:
  - caller: [user, guest, { groups: [a] }]
    request: [GET /s3/b/1, { target: /s3/b/2, method: put, headers: { X-A: 1 }, body: { a: 1 } }]
    sourceIp: 10.1.2.3
    at: 2026-01-15T12:00:00Z
    expect: { rule: r }`;
  const { cases = [] } = readCases(text).cases ?? {};
  expect(cases).toHaveLength(6);
  expect(cases.map(({ caller, request }) => [caller, request.method])).toEqual([
    ["user", "GET"],
    ["user", "PUT"],
    ["guest", "GET"],
    ["guest", "PUT"],
    [{ groups: ["a"] }, "GET"],
    [{ groups: ["a"] }, "PUT"],
  ]);
  expect(cases[1]?.request).toEqual({
    method: "PUT",
    target: "/s3/b/2",
    headers: { "X-A": "1" },
    body: { a: 1 },
  });
  for (const one of cases)
    expect(one).toMatchObject({ sourceIp: "10.1.2.3", atMs: Date.UTC(2026, 0, 15, 12), line: 2, column: 5 });
});

it.each([
  ["permit", { verdict: "permit" }],
  ["refusal", { verdict: "refusal" }],
  ["denied-no-rule", { reason: "denied-no-rule" }],
  [
    { verdict: "denial", operation: "GetObject" },
    { verdict: "denial", operation: "GetObject" },
  ],
])("reads that %j is expected", (expected, read) => {
  expect(readCases(withCase({ expect: expected })).cases?.cases[0]?.expected).toEqual(read);
});

describe("tells what is wrong, where", () => {
  it("all at once, in the order of the file", () => {
    const text = `confg: dev.yaml
cases:
  - caller: { group: [analysts] }
    request: /s3/reports/q3.txt
    expect: permitt
  - caller: nobody
    request: { method: GET, taget: /s3/b }
    expect: { rul: x }
    sourceIp: 10.1.2
    at: yesterday
`;
    expect(told(text)).toEqual([
      "1:1 confg: unknown key; did you mean config?",
      "3:15 cases.0.caller.group: unknown key; did you mean groups?",
      "4:5 cases.0.request: a request is written like GET /s3/reports/q3.txt",
      '5:5 cases.0.expect: "permitt" is nothing to expect; did you mean permit?',
      "6:5 cases.1.caller: a caller is user, guest, or a map such as { groups: [analysts] }",
      "7:5 cases.1.request.target: it is required",
      "7:29 cases.1.request.taget: unknown key; did you mean target?",
      "8:15 cases.1.expect.rul: unknown key; did you mean rule?",
      "9:5 cases.1.sourceIp: an address is written like 10.1.2.3",
      "10:5 cases.1.at: a moment is written with its zone, like 2026-01-31T18:00:00Z",
    ]);
  });

  it.each([
    [{}, "cases: it is required"],
    [{ cases: [] }, "cases: it is empty; write what is meant, or leave it out"],
    [{ cases: [{}] }, "cases.0.caller: it is required"],
    [
      { cases: [{ ...good, caller: 3 }] },
      "cases.0.caller: a caller is user, guest, a map, or a list of them",
    ],
    [
      { cases: [{ ...good, caller: [] }] },
      "cases.0.caller: it is empty; write what is meant, or leave it out",
    ],
    [{ cases: [{ ...good, caller: ["guest", 4] }] }, "cases.0.caller.1: a caller is user, guest, or a map"],
    [
      { cases: [{ ...good, caller: { machine: "m", sub: "s" } }] },
      "cases.0.caller: a machine is its app client: it has no sub, client or groups besides",
    ],
    [
      { cases: [{ ...good, request: "GET s3/b" }] },
      "cases.0.request: a request is written like GET /s3/reports/q3.txt",
    ],
    [{ cases: [{ ...good, expect: {} }] }, "cases.0.expect: it expects nothing"],
    [
      { cases: [{ ...good, expect: { verdict: "yes" } }] },
      "cases.0.expect.verdict: it must be one of permit, denial, refusal",
    ],
    [
      { cases: [{ ...good, expect: { reason: "denied-no-rules" } }] },
      'cases.0.expect.reason: "denied-no-rules" is nothing to expect; did you mean denied-no-rule?',
    ],
  ])("%j", (document, message) => {
    expect(told(JSON.stringify(document)).map((line) => line.replace(/^\S+ /, ""))).toContain(message);
  });

  it("in a file that is no YAML, or more than what it says", () => {
    expect(told("cases: [")).toHaveLength(1);
    expect(told("a: &x 1\ncases: *x\n")).toEqual(
      expect.arrayContaining([expect.stringContaining("YAML aliases")]),
    );
    expect(told("just words")).toEqual([expect.stringContaining("1:1 ")]);
  });
});
