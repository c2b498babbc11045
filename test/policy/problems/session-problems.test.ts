import { describe, expect, it } from "vitest";
import { anAllow, problemsIn, roleArn } from "../../support/ruling.ts";

const service = anAllow("a", { role: roleArn("service"), credentials: "service" });
const Version = "2012-10-17";
const Statement = [{ Effect: "Allow", Action: "s3:*", Resource: "arn:aws:s3:::b/${claim:sub}/*" }];
const policy = { Version, Statement };

const filled = (count: number) => ({
  ...service,
  sessionPolicy: { Version, Statement: [{ Resource: Array(count).fill("${claim:sub}") }] },
});

describe("the session settings of a rule", () => {
  it.each([
    { sessionName: "${claim:email}" },
    { sessionName: "constant" },
    { sessionDuration: 900 },
    { sessionDuration: 43_200 },
    { sessionPolicy: policy },
    { sessionPolicy: { Version, Statement: Statement[0] } },
    {
      sessionPolicy: {
        Version,
        Statement: [{ ...Statement[0], Resource: "arn:aws:s3:::${aws:PrincipalTag/x}" }],
      },
    },
    { sessionPolicy: { Version, Statement, Enabled: true, Count: 1, Nothing: null } },
  ])("may be %o with any source that asks STS", (settings) => {
    for (const credentials of ["basic", "direct", "service"]) {
      expect(problemsIn({ ...service, credentials, ...settings })).toEqual([]);
    }
  });

  it.each([
    ["sessionName", "x"],
    ["sessionDuration", 900],
    ["sessionPolicy", policy],
  ])("are nothing to the enhanced flow: %s", (member, value) => {
    expect(problemsIn(anAllow("a", { [member]: value }))).toEqual([
      `0.${member}: the enhanced flow of an identity pool takes no session settings (source "pool")`,
    ]);
  });

  const DURATION = "sessionDuration: a role session lasts from 15m to 12h, in whole seconds";
  it.each([
    [{ sessionDuration: 899 }, DURATION],
    [{ sessionDuration: 43_201 }, DURATION],
    [{ sessionDuration: 900.5 }, DURATION],
    [{ sessionDuration: Number.NaN }, DURATION],
    [
      { sessionName: "${sub}" },
      "sessionName: ${sub} is not known: write ${claim:NAME} or ${claim:NAME:path}",
    ],
    [{ sessionName: "${claim:sub" }, "sessionName: ${claim:sub is not known: write"],
    [{ sessionPolicy: { Statement } }, 'sessionPolicy.Version: a session policy says Version: "2012-10-17"'],
    [{ sessionPolicy: { Version: "2008-10-17", Statement } }, "sessionPolicy.Version: a session policy says"],
    [{ sessionPolicy: { Version } }, "sessionPolicy.Statement: a session policy has a Statement"],
    [
      { sessionPolicy: { Version, Statement: [] } },
      "sessionPolicy.Statement: a session policy has a Statement",
    ],
    [
      { sessionPolicy: { Version, Statement: {} } },
      "sessionPolicy.Statement: a session policy has a Statement",
    ],
    [
      { sessionPolicy: { Version, Statement: null } },
      "sessionPolicy.Statement: a session policy has a Statement",
    ],
    [
      { sessionPolicy: { Version, Statement: [{ Resource: ["a", "${aws:x}${claim:sub"] }] } },
      "sessionPolicy.Statement.0.Resource.1: ${claim:sub is not known",
    ],
    [
      { sessionPolicy: { Version, Statement: [{ Condition: { "${claim:op}": { a: "b" } } }] } },
      "sessionPolicy.Statement.0.Condition.${claim:op}: claims fill values only",
    ],
    [
      { sessionPolicy: { Version, Statement: [{ Resource: "arn:aws:s3:::" + "x".repeat(2000) }] } },
      "sessionPolicy: it has 2067 characters with claims of 64, and STS takes 2048; shorten it",
    ],
  ])("cannot be %o", (settings, message) => {
    const found = problemsIn({ ...service, ...settings });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`0.${message}`);
  });

  it("have room for claims of 64 characters in a policy", () => {
    expect(problemsIn(filled(29))).toEqual([]);
    expect(problemsIn(filled(30))).toEqual([
      "0.sessionPolicy: it has 2063 characters with claims of 64, and STS takes 2048; shorten it",
    ]);
  });
});
