import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { executeApi } from "../../src/aws/execute-api/execute-api.ts";
import type { Upstream } from "../../src/aws/service.ts";
import type { Operation } from "../../src/domain/operation.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { decide } from "../../src/policy/decide.ts";
import { aHead, anUpstream, readWhole } from "../support/asking.ts";
import { aCaller, aContext, anAllow, aPolicy } from "../support/ruling.ts";

const STAGE = "arn:aws:execute-api:us-east-1:123456789012:abc123/prod/";
const upstream: Upstream = anUpstream({
  service: "execute-api",
  api: { id: "abc123", stage: "prod", otherStages: new Set(), basePath: "/prod", sendsId: false },
});
const caller = aCaller();

const letter = fc.constantFrom(
  "a",
  "A",
  "b",
  "i",
  "I",
  "k",
  "K",
  "é",
  "É",
  "ı",
  "İ",
  "σ",
  "ς",
  "\u212a",
  ".",
  "-",
);
const name = fc.string({ unit: letter, minLength: 1, maxLength: 3 }).filter((text) => !/^\.\.?$/.test(text));
const part = fc.oneof(name, fc.constantFrom("*", "?", "a*", "*b", "a?"));
const pattern = fc
  .tuple(
    fc.constantFrom("GET", "get", "*", "P?T"),
    fc.array(part, { minLength: 1, maxLength: 3 }),
    fc.constantFrom("", "/"),
  )
  .map(([method, parts, end]) => `${method}/${parts.join("/")}${end}`);
const path = fc
  .tuple(fc.array(name, { minLength: 1, maxLength: 3 }), fc.constantFrom("", "/"))
  .map(([parts, end]) => `/${parts.map(encodeURIComponent).join("/")}${end}`);

/** As the most forgiving application behind an API reads a path: one letter for all of its cases, and no slash at the end. */
const forgiving = (text: string): string =>
  Array.from(text.replace(/\/+$/, ""), (char) =>
    char === "İ" ? "i" : char.toUpperCase().toLowerCase(),
  ).join("");

/** Not Postern's own matcher. */
function means(pattern: string, text: string): boolean {
  const glob = forgiving(pattern).replaceAll(/[\\^$.+()[\]{}|]/g, "\\$&");
  return new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s").test(forgiving(text));
}

function operationOf(method: string, path: string): Operation | undefined {
  try {
    return readWhole(executeApi, upstream, aHead(`${method} /prod${path}`));
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

describe("S3.7 what passes to an API", () => {
  it("is no path that a deny names, in whatever case and with a slash at the end or none", () => {
    const denied = { asked: 0, passed: 0 };
    const property = fc.property(
      fc.array(pattern, { minLength: 1, maxLength: 3 }),
      fc.constantFrom("GET", "PUT"),
      fc.array(path, { minLength: 1, maxLength: 8 }),
      (patterns, method, paths) => {
        const deny = {
          name: "no",
          deny: ["execute-api:Invoke"],
          on: patterns.map((one) => `${STAGE}${one}`),
        };
        const policy = aPolicy([anAllow("yes"), deny]);
        for (const one of paths) {
          const operation = operationOf(method, one);
          if (operation === undefined) continue;
          const { verdict } = decide(policy, caller, operation, aContext());
          const isNamed = patterns.some((each) => means(each, `${method}${decodeURIComponent(one)}`));
          denied.asked += isNamed ? 1 : 0;
          denied.passed += verdict === "permit" ? 1 : 0;
          expect(isNamed && verdict === "permit", `${patterns.join(" ")} and ${method} ${one}`).toBe(false);
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
    expect(denied.asked).toBeGreaterThan(50);
    expect(denied.passed).toBeGreaterThan(100);
  });
});
