import { expect, it } from "vitest";
import type { LimitsDocument, RuleDocument } from "../../../src/policy/document.ts";
import { limitsProblems } from "../../../src/policy/problems/limits-problems.ts";

const ALLOW: RuleDocument = {
  name: "a",
  who: { authenticated: true },
  allow: ["s3:GetObject"],
  on: ["*"],
  role: "pool",
};

it.each<readonly [what: string, rule: RuleDocument, limits: LimitsDocument, problems: readonly string[]]>([
  ["either of them", ALLOW, { inFlight: 5 }, []],
  ["the other", ALLOW, { inFlightPerCaller: 5 }, []],
  ["both", ALLOW, { inFlight: 5, inFlightPerCaller: 5 }, []],
  ["none of them", ALLOW, {}, ["limits: nothing is in it; leave it out, or say what is meant"]],
  [
    "more for one than for all",
    ALLOW,
    { inFlight: 5, inFlightPerCaller: 6 },
    ["limits.inFlightPerCaller: one caller cannot have more than the 5 of all; write 5 or less"],
  ],
  [
    "a deny",
    { name: "d", deny: ["s3:*"] },
    { inFlight: 5 },
    ["limits: a deny lets nothing through that could be counted; leave it out"],
  ],
])("takes of a rule's limits what somebody can mean: %s", (_what, rule, limits, problems) => {
  expect(
    limitsProblems({ ...rule, limits }).map(({ path, message }) => `${path.join(".")}: ${message}`),
  ).toEqual(problems);
});

it("has nothing to say of a rule without", () => {
  expect(limitsProblems(ALLOW)).toEqual([]);
});
