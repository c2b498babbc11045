import { expect, it } from "vitest";
import { isClientId, isTopic, isTopicFilter } from "../../../src/local/iot/topics.ts";

const RULE = "$aws/rules/a-rule/";

it.each([
  ["a/b", true],
  ["/", true],
  ["a".repeat(256), true],
  ["a".repeat(257), false],
  ["ä".repeat(129), false],
  ["1/2/3/4/5/6/7/8", true],
  ["1/2/3/4/5/6/7/8/9", false],
  [`${RULE}1/2/3/4/5/6/7/8`, true],
  [`${RULE}1/2/3/4/5/6/7/8/9`, false],
  ["$aws/things/a/shadow/update", true],
  ["$SYS/a", false],
  ["", false],
  ["a/+", false],
  ["a/#", false],
  ["a\0", false],
])("%s is a topic: %s", (topic, expected) => {
  expect(isTopic(topic)).toBe(expected);
});

it.each([
  ["a/+/b", true],
  ["a/#", true],
  ["#", true],
  ["+", true],
  ["a/#/b", false],
  ["a#", false],
  ["a/b+", false],
  ["$SYS/#", false],
  ["", false],
])("%s is a topic filter: %s", (filter, expected) => {
  expect(isTopicFilter(filter)).toBe(expected);
});

it("the id of a client has 1 to 128 bytes", () => {
  expect(["", "a", "ä".repeat(64), "ä".repeat(65)].map(isClientId)).toEqual([false, true, true, false]);
});
