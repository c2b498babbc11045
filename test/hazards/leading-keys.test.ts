import { describe, expect, it } from "vitest";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { aHead, anUpstream, readWhole } from "../support/asking.ts";
import { aCaller, anAllow, ruling } from "../support/ruling.ts";

const TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
const upstream = anUpstream({
  service: "dynamodb",
  tables: new Map([["Orders", { partitionKey: "customer", indexes: new Map([["byStatus", "status"]]) }]]),
});

function verdict(rules: readonly RuleDocument[], operation: string, input: object = {}): string {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `DynamoDB_20120810.${operation}`,
  };
  const body = JSON.stringify({ TableName: "Orders", ...input });
  const { requirements } = readWhole(dynamodb, upstream, aHead("POST /", headers), body);
  return ruling(rules, aCaller({ sub: "me" }), ...requirements).verdict;
}

const queryOf = (attribute: string, value: string) => ({
  KeyConditionExpression: `${attribute} = :v`,
  ExpressionAttributeValues: { ":v": { S: value } },
});
const itemOf = (customer: string) => ({ Key: { customer: { S: customer } } });
const ofIndex = { IndexName: "byStatus", ...queryOf("status", "open") };

describe("S4.2 items of a leading key that a deny names", () => {
  const rules = [
    anAllow("everything", { allow: ["dynamodb:*"] }),
    {
      name: "nobody has the admin's",
      deny: ["dynamodb:GetItem", "dynamodb:DeleteItem"],
      on: [TABLE],
      when: { StringEquals: { "dynamodb:LeadingKeys": "admin" } },
    },
  ];

  it.each<readonly [operation: string, input: object, verdict: string]>([
    ["GetItem", itemOf("admin"), "denial"],
    ["GetItem", itemOf("me"), "permit"],
    ["Query", queryOf("customer", "admin"), "denial"],
    ["Query", queryOf("customer", "me"), "permit"],
    ["Query", ofIndex, "denial"],
    ["Scan", {}, "denial"],
    ["Scan", { IndexName: "byStatus" }, "denial"],
    ["DeleteTable", {}, "denial"],
    ["UpdateTimeToLive", {}, "denial"],
    ["DescribeTable", {}, "permit"],
  ])("%s with %j: %s", (operation, input, answer) => {
    expect(verdict(rules, operation, input)).toBe(answer);
  });
});

describe("S4.2 an allow of items by their leading key", () => {
  const allow = ["dynamodb:*"];
  const on = [TABLE, `${TABLE}/index/*`];
  const own = anAllow("their own", {
    allow,
    on,
    when: {
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["${claim:sub}", "open"] },
      Null: { "dynamodb:LeadingKeys": false },
    },
  });
  const others = anAllow("all but the admin's", {
    allow,
    on,
    when: { StringNotEquals: { "dynamodb:LeadingKeys": "admin" } },
  });

  it("means what names them, in an index by the index's own key", () => {
    expect(verdict([own], "GetItem", itemOf("me"))).toBe("permit");
    expect(verdict([own], "Query", queryOf("customer", "me"))).toBe("permit");
    expect(verdict([own], "Query", ofIndex)).toBe("permit");
    expect(verdict([own], "GetItem", itemOf("you"))).toBe("denial");
  });

  it.each(["Scan", "DeleteTable", "UpdateTimeToLive"])("does not mean %s", (operation) => {
    expect(verdict([own], operation)).toBe("denial");
    expect(verdict([others], operation)).toBe("denial");
  });
});
