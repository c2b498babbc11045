import { describe, expect, it } from "vitest";
import { decide } from "../../../src/policy/decide.ts";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { explain } from "../../../src/policy/explain.ts";
import { explainRules } from "../../../src/proxy/explain/rules.ts";
import { aCaller, aContext, anAllow, anOperation, aPolicy, roleArn } from "../../support/ruling.ts";

/** Objects by their numbers. */
const asking = (count: number) =>
  anOperation(
    Array.from({ length: count }, (_, i) => ({ action: "s3:DeleteObject", resource: `arn:aws:s3:::b/${i}` })),
  );

/** Rules that are about something else. */
const idle = (count: number): readonly RuleDocument[] =>
  Array.from({ length: count }, (_, i) => anAllow(`idle ${i}`, { on: [`arn:aws:s3:::other/${i}`] }));

const accountsOf = (rules: readonly RuleDocument[], count: number) => {
  const policy = aPolicy(rules);
  const asked = [policy, aCaller(), asking(count), aContext()] as const;
  return { told: explainRules(...asked), all: explain(...asked), decision: decide(...asked) };
};

describe("what rules say of very many things", () => {
  it("is said of all of them while they are few", () => {
    const { told, all } = accountsOf([anAllow("all"), ...idle(9)], 1000);
    expect(told).toEqual(all);
  });

  it("is said of a part of them where rules are many too, and what is decided is decided on all", () => {
    const { told, decision } = accountsOf([anAllow("all"), ...idle(499)], 1000);
    expect(told.decision).toEqual(decision);
    expect(new Set(told.rules.map(({ readings }) => readings.length))).toEqual(new Set([20]));
    expect(told.rules.filter(({ verdict }) => verdict === "decides").map(({ rule }) => rule)).toEqual([
      "all",
    ]);
  });

  it("is said of the one that is refused first of all", () => {
    const deny: RuleDocument = { name: "not this", deny: ["s3:*"], on: ["arn:aws:s3:::b/900"] };
    const { told, decision } = accountsOf([anAllow("all"), ...idle(498), deny], 1000);
    expect(told.decision).toEqual(decision);
    const decides = told.rules.find(({ rule }) => rule === "not this");
    expect(decides).toMatchObject({ verdict: "decides" });
    expect(decides?.readings[0]).toMatchObject({ resource: "arn:aws:s3:::b/900", matches: true });
  });

  it("names no rule as the one that decides where it decides the part alone", () => {
    const halves = [
      anAllow("low", { on: ["arn:aws:s3:::b/?", "arn:aws:s3:::b/??"], role: roleArn("low") }),
      anAllow("high", { on: ["arn:aws:s3:::b/???"], role: roleArn("high") }),
    ];
    const { told } = accountsOf([...halves, ...idle(498)], 1000);
    expect(told.decision).toMatchObject({ verdict: "denial", reason: "roles-disagree" });
    expect(told.rules.filter(({ verdict }) => verdict === "decides")).toEqual([]);
  });
});
