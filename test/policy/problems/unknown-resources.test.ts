import { describe, expect, it } from "vitest";
import type { KnownAction } from "../../../src/domain/known-action.ts";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { openActionBook } from "../../../src/policy/problems/action-book.ts";
import { warningsOf } from "../../../src/policy/problems/lints.ts";
import { wideDenies } from "../../../src/policy/problems/unknown-resources.ts";
import { anAllow, NAMES } from "../../support/ruling.ts";

const TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts";
const topics = [{ prefix: "arn:aws:sns:us-east-1:123456789012:", rest: "name" }] as const;
const unknown = (name: string): KnownAction => ({
  action: `sns:${name}`,
  asked: true,
  resources: [],
  unknownResource: true,
  siblings: [],
});
const ACTIONS: readonly KnownAction[] = [
  ...["ListSubscriptions", "ListTopics", "CheckPhoneNumber", "OptIn"].map(unknown),
  { ...unknown("Publish"), resources: topics },
  { ...unknown("Never"), asked: false },
  { action: "sns:Subscribe", asked: true, resources: topics, siblings: [] },
];
const denying = (deny: readonly string[], on?: readonly string[]): RuleDocument => ({ name: "d", deny, on });
const said = (rule: RuleDocument, actions = ACTIONS) =>
  wideDenies(rule, openActionBook(actions)).map(({ path, message }) => `${path.join(".")}: ${message}`);

describe("S3.7 a deny of what no request tells", () => {
  it("holds for more than it is about, and that is told", () => {
    expect(said(denying(["sns:Subscribe", "sns:Publish"], [TOPIC]))).toEqual([
      "deny.1: it denies sns:Publish whatever on says, where a request does not tell what it touches: deny it in a rule " +
        "without on",
    ]);
    expect(said(denying(["*"], [TOPIC]))).toEqual([
      "deny.0: it denies sns:ListSubscriptions, sns:ListTopics, sns:CheckPhoneNumber and 2 more whatever on says, where " +
        "a request does not tell what it touches: name the actions that are meant, or deny these in a rule without on",
    ]);
  });

  it("is nothing to tell where it is about everything, or all is known", () => {
    expect(said(denying(["sns:Publish"]))).toEqual([]);
    expect(said(denying(["sns:Publish"], [TOPIC, "*"]))).toEqual([]);
    expect(said(denying(["sns:Subscribe", "sns:Never"], [TOPIC]))).toEqual([]);
    expect(said(anAllow("a", { on: [TOPIC] }))).toEqual([]);
  });

  it("is so where it is of one upstream of several", () => {
    const known = ACTIONS.map(({ unknownResource: _unknown, ...one }) => one);
    for (const actions of [
      [...known, ...ACTIONS],
      [...ACTIONS, ...known],
    ])
      expect(said(denying(["sns:Publish"], [TOPIC]), actions)).toHaveLength(1);
  });

  it("is among the warnings", () => {
    const names = { ...NAMES, actions: ACTIONS, immutableClaims: new Map() };
    expect(warningsOf([denying(["sns:Publish"], [TOPIC])], names)).toHaveLength(1);
  });
});
