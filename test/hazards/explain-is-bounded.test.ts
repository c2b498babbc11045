import { expect, it } from "vitest";
import { readAsked } from "../../src/admin/asked.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { explainRules } from "../../src/proxy/explain/rules.ts";
import { aCaller, aContext, anAllow, anOperation, aPolicy } from "../support/ruling.ts";

const MANY = 300;
const rulesOf = (changes: (i: number) => object) =>
  aPolicy(Array.from({ length: MANY }, (_, i) => anAllow(`rule ${i}`, changes(i))));
const sizeOf = (value: unknown): number => JSON.stringify(value).length;

const asking = (claims: object) => () =>
  readAsked(Buffer.from(JSON.stringify({ claims, request: "GET /s3/a" })));

it("refuses claims that no token could bring", () => {
  expect(asking({ groups: Array.from({ length: 1000 }, () => "editors") })).not.toThrow();
  for (const odd of [
    { groups: Array.from({ length: 90_000 }, (_, i) => `group-${i}`) },
    { note: "x".repeat(12 * 1024) },
    { note: "ü".repeat(6 * 1024) },
  ]) {
    expect(asking(odd)).toThrow(Refusal);
    expect(asking(odd)).toThrow(expect.objectContaining({ detail: expect.stringContaining("12 KiB") }));
  }
});

it("repeats few of a caller's groups, and of a rule's, however many and long they are", () => {
  const long = Array.from({ length: 3000 }, (_, i) => `${i} ${"g".repeat(1000)}`);
  const caller = aCaller({ "cognito:groups": long }, { clientId: "c".repeat(100_000) });
  const asked = anOperation([{ action: "s3:GetObject", resource: "arn:aws:s3:::b/x" }]);
  for (const who of [{ groups: ["analysts"] }, { clients: ["web"], groups: long.map((one) => `not ${one}`) }])
    expect(
      sizeOf(
        explainRules(
          rulesOf(() => ({ who })),
          caller,
          asked,
          aContext(),
        ).rules,
      ),
    ).toBeLessThan(MANY * 2000);
});

it("says of many and long names no more than can be read", () => {
  const policy = rulesOf((i) => ({ on: [`arn:aws:s3:::other/${i}`] }));
  const key = "k".repeat(1000);
  const asked = anOperation(
    Array.from({ length: 1000 }, (_, i) => ({
      action: "s3:DeleteObject",
      resource: `arn:aws:s3:::b/${key}${i}`,
    })),
  );
  const { rules } = explainRules(policy, aCaller(), asked, aContext());
  expect(rules[0]?.readings.length).toBeGreaterThan(0);
  expect(sizeOf(rules)).toBeLessThan(5_000_000);
});
