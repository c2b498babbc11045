import { describe, expect, it } from "vitest";
import { isRoleArn } from "../../src/credentials/role-arn.ts";
import type { SourceTraits } from "../../src/policy/document.ts";
import { problemsOf } from "../../src/policy/problems/problems.ts";

const source: SourceTraits = { kind: "identity-pool" };
const names = {
  issuers: ["staff"],
  sources: new Map([["pool", source]]),
  upstreamSources: new Map(),
  defaultSource: "pool",
  actions: [],
};
const problemsWith = (role: string) =>
  problemsOf([{ name: "r", who: { authenticated: true }, allow: ["*"], on: ["*"], role }], names);

describe("the role of a rule", () => {
  const ROLE = "arn:aws:iam::123456789012:role/";

  it.each(["", "/", "path/", "path//", "x".repeat(65)])("is none that has no name: %j", (rest) => {
    expect(problemsWith(ROLE + rest)).toMatchObject([{ path: [0, "role"] }]);
  });

  it.each(["analyst", "path/analyst", "a/path/analyst", "x".repeat(64)])("can be asked for: %j", (rest) => {
    expect(problemsWith(ROLE + rest)).toEqual([]);
    expect(isRoleArn(ROLE + rest)).toBe(true);
  });
});
