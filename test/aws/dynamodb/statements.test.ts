import { describe, expect, it } from "vitest";
import { dynamodb } from "../../../src/aws/dynamodb/dynamodb.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";
import { aCaller, anAllow, ruling } from "../../support/ruling.ts";

const orders = { partitionKey: "customer", indexes: new Map<string, string>() };
const upstream = anUpstream({ service: "dynamodb", tables: new Map([["Orders", orders]]) });
const ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
const SECRET = "arn:aws:dynamodb:us-east-1:123456789012:table/Secret";

function asks(operation: string, input: object) {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `DynamoDB_20120810.${operation}`,
  };
  return readWhole(dynamodb, upstream, aHead("POST /", headers), JSON.stringify(input)).requirements;
}

const one = (Statement: string, more: object = {}) => asks("ExecuteStatement", { Statement, ...more });
const SELECT = {
  action: "dynamodb:PartiQLSelect",
  covers: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"],
};

describe("S4.3 a statement in PartiQL", () => {
  it.each([
    ['SELECT * FROM "Orders"', { ...SELECT, resource: ARN }],
    ['SELECT * FROM "Orders"."byStatus"', { ...SELECT, resource: `${ARN}/index/byStatus`, within: [ARN] }],
    [`SELECT * FROM "${ARN}"`, { ...SELECT, resource: ARN }],
    [`SELECT * FROM "${ARN}"."byStatus"`, { ...SELECT, resource: `${ARN}/index/byStatus`, within: [ARN] }],
    [
      "INSERT INTO Orders VALUE {'a': 1}",
      { action: "dynamodb:PartiQLInsert", covers: ["dynamodb:PutItem"], resource: ARN },
    ],
    [
      "UPDATE Orders SET a = 1 WHERE b = ?",
      { action: "dynamodb:PartiQLUpdate", covers: ["dynamodb:UpdateItem"], resource: ARN },
    ],
    [
      "DELETE FROM Orders WHERE b = ?",
      { action: "dynamodb:PartiQLDelete", covers: ["dynamodb:DeleteItem"], resource: ARN },
    ],
  ])("%s is its action on its table", (statement, asked) => {
    const [{ keys: _, ...rest } = { keys: undefined }, ...more] = one(statement);
    expect([rest, ...more]).toEqual([asked]);
  });

  it.each([
    ["SELECT * FROM Orders WHERE customer = 'a'", "dynamodb:GetItem"],
    ["SELECT * FROM Orders WHERE customer = 'a'", "dynamodb:Scan"],
    ['SELECT * FROM "Orders"."byStatus"', "dynamodb:Query"],
    ["INSERT INTO Orders VALUE {'a': 1}", "dynamodb:PutItem"],
    ["UPDATE Orders SET a = 1 WHERE b = ?", "dynamodb:UpdateItem"],
    ["DELETE FROM Orders WHERE b = ?", "dynamodb:DeleteItem"],
  ])("%s is denied by a deny of %s", (statement, action) => {
    const rules = [anAllow("all", { allow: ["dynamodb:*"] }), { name: "none", deny: [action], on: [ARN] }];
    expect(ruling(rules, aCaller({ sub: "me" }), ...one(statement)).verdict).toBe("denial");
    expect(ruling(rules.slice(0, 1), aCaller({ sub: "me" }), ...one(statement)).verdict).toBe("permit");
  });

  it("is allowed by no rule with conditions on items, and denied by any", () => {
    const when = { StringEquals: { "dynamodb:LeadingKeys": "a" } };
    const read = one("SELECT total FROM Orders WHERE customer = 'a'");
    const rules = [anAllow("their own", { allow: ["dynamodb:*"], when })];
    expect(ruling(rules, aCaller({ sub: "me" }), ...read).verdict).toBe("denial");
    for (const key of ["LeadingKeys", "Attributes", "Select", "ReturnValues"]) {
      const deny = { StringEquals: { [`dynamodb:${key}`]: "other" } };
      const denied = [
        anAllow("all", { allow: ["dynamodb:*"] }),
        { name: "some", deny: ["dynamodb:PartiQL*"], when: deny },
      ];
      expect(ruling(denied, aCaller({ sub: "me" }), ...read).verdict, key).toBe("denial");
    }
  });

  it("is refused where it names a table of others", () => {
    const foreign = "arn:aws:dynamodb:us-east-1:999999999999:table/Orders";
    expect(codeOf(() => one(`SELECT * FROM "${foreign}"`))).toBe("target-ambiguous");
    expect(codeOf(() => one('SELECT * FROM "a/b"'))).toBe("body-malformed");
    expect(codeOf(() => one('SELECT * FROM "Orders*"'))).toBe("body-malformed");
    expect(codeOf(() => one('SELECT * FROM "Orders"."*"'))).toBe("body-malformed");
  });

  it.each([[{}], [{ Statement: 7 }], [{ Statements: [{ Statement: "SELECT * FROM Orders" }] }]])(
    "is refused where there is none in %j",
    (input) => {
      expect(codeOf(() => asks("ExecuteStatement", input))).toBe("body-malformed");
    },
  );
});

const statements = (...texts: readonly string[]) => texts.map((Statement) => ({ Statement }));

const coversOf = (text: string) =>
  asks("ExecuteTransaction", { TransactStatements: statements(text) })[0]?.covers;

describe("many statements in PartiQL", () => {
  const select = "SELECT * FROM Orders WHERE a = 1";
  const remove = "DELETE FROM Secret WHERE a = 1";

  it("are one requirement for each action on each table", () => {
    const Statements = statements(select, remove, "SELECT * FROM Orders WHERE a = 2");
    expect(asks("BatchExecuteStatement", { Statements }).map((r) => [r.action, r.resource])).toEqual([
      ["dynamodb:PartiQLSelect", ARN],
      ["dynamodb:PartiQLDelete", SECRET],
    ]);
  });

  it("of a transaction tell so, with the tables of their conditions", () => {
    const TransactStatements = statements(remove, `EXISTS(${select})`);
    const asked = asks("ExecuteTransaction", { TransactStatements });
    expect(asked.map((r) => [r.action, r.resource, r.keys?.get("dynamodb:enclosingoperation")])).toEqual([
      ["dynamodb:PartiQLDelete", SECRET, ["ExecuteTransaction"]],
      ["dynamodb:PartiQLSelect", ARN, ["ExecuteTransaction"]],
    ]);
    const [batched] = asks("BatchExecuteStatement", { Statements: statements(select) });
    expect(batched?.keys?.has("dynamodb:enclosingoperation")).toBe(false);
  });

  it("of a transaction count as a check of a condition where they are one", () => {
    expect(coversOf(`EXISTS(${select})`)).toEqual([...SELECT.covers, "dynamodb:ConditionCheckItem"]);
    expect(coversOf(select)).toEqual(SELECT.covers);
    expect(coversOf(remove)).toEqual(["dynamodb:DeleteItem"]);
  });

  it("have conditions that a deny of conditions holds", () => {
    const rules = [
      anAllow("all", { allow: ["dynamodb:*"] }),
      { name: "none", deny: ["dynamodb:ConditionCheckItem"], on: [ARN] },
    ];
    const rule = (text: string) =>
      ruling(
        rules,
        aCaller({ sub: "me" }),
        ...asks("ExecuteTransaction", { TransactStatements: statements(text) }),
      ).verdict;
    expect(rule(`EXISTS(${select})`)).toBe("denial");
    expect(rule(select)).toBe("permit");
    expect(rule("EXISTS(SELECT * FROM Secret WHERE a = 1)")).toBe("permit");
  });

  it("are two requirements where one of them is a condition", () => {
    const TransactStatements = statements(select, `EXISTS(${select})`);
    expect(asks("ExecuteTransaction", { TransactStatements }).map(({ covers }) => covers?.length)).toEqual([
      3, 4,
    ]);
  });

  it("have conditions in a transaction only", () => {
    const Statements = statements(`EXISTS(${select})`);
    expect(codeOf(() => asks("BatchExecuteStatement", { Statements }))).toBe("body-malformed");
    expect(codeOf(() => one(`EXISTS(${select})`))).toBe("body-malformed");
  });

  it.each([
    ["none", []],
    ["no list", { Statement: select }],
    ["an entry that is none", [select]],
    ["an entry without a statement", [{}]],
    ["too many", statements(...Array<string>(101).fill(select))],
  ])("are refused with %s", (_name, list) => {
    expect(codeOf(() => asks("BatchExecuteStatement", { Statements: list }))).toBe("body-malformed");
    expect(codeOf(() => asks("ExecuteTransaction", { TransactStatements: list }))).toBe("body-malformed");
  });
});
