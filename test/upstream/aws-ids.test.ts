import { expect, it } from "vitest";
import { awsIdsIn } from "../../src/upstream/aws-ids.ts";

const rawOf = (lines: readonly string[]): readonly Buffer[] =>
  lines.map((text) => Buffer.from(text, "latin1"));

it.each<readonly [lines: readonly string[], ids: object]>([
  [["Date", "x", "X-Amz-Request-Id", "4442587FB7D0A2F9"], { requestId: "4442587FB7D0A2F9" }],
  [
    ["x-amzn-RequestId", "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"],
    { requestId: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef" },
  ],
  [
    ["x-amz-request-id", "A1", "x-amz-id-2", "vlR7+PnC/9x="],
    { requestId: "A1", extendedRequestId: "vlR7+PnC/9x=" },
  ],
  [["x-amz-request-id", "first", "x-amz-request-id", "second"], { requestId: "first" }],
  [["x-amz-request-id", "two words"], {}],
  [["x-amz-request-id", "x".repeat(129)], {}],
  [["x-amz-request-id", ""], {}],
  [["x-amz-request-id", "a.b.c", "x-amz-id-2", "\u0085"], {}],
  [["x-amz-request-ids", "A1", "x-amz-id", "A1"], {}],
  [[], {}],
])("of %j are %j", (lines, ids) => {
  expect(awsIdsIn(rawOf(lines))).toEqual({ requestId: undefined, extendedRequestId: undefined, ...ids });
});
