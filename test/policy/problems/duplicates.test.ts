import { expect, it } from "vitest";
import { duplicates } from "../../../src/policy/problems/duplicates.ts";
import { anAllow } from "../../support/ruling.ts";

it("finds a rule that says what an earlier one says, in whatever order it lists it", () => {
  const rules = [
    anAllow("a", { who: { groups: ["x", "y"] }, allow: ["s3:GetObject", "s3:PutObject"] }),
    { name: "b", deny: ["*"], who: { groups: ["x"] } },
    { name: "c", deny: ["*"], who: { groups: ["x"] }, on: undefined },
    anAllow("d", { who: { groups: ["y", "x"] }, allow: ["s3:PutObject", "s3:GetObject"] }),
    anAllow("e", { who: { groups: ["x"] }, allow: ["s3:PutObject", "s3:GetObject"] }),
  ];
  expect(duplicates(rules)).toEqual([
    { path: [2], message: 'it says just what "b" says' },
    { path: [3], message: 'it says just what "a" says' },
  ]);
});

const policy = (...actions: string[]) => ({ sessionPolicy: { Statement: [{ Action: actions }] } });

it("takes a session policy for what it is: its order may matter", () => {
  expect(duplicates([anAllow("a", policy("x", "y")), anAllow("b", policy("y", "x"))])).toEqual([]);
  expect(duplicates([anAllow("a", policy("x", "y")), anAllow("b", policy("x", "y"))])).toHaveLength(1);
});
