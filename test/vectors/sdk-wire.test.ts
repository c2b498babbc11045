import { describe, expect, it } from "vitest";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import { needsBody } from "../../src/aws/service.ts";
import { readHeaders } from "../../src/domain/head.ts";
import { anUpstream, codeOf } from "../support/asking.ts";
import { readCaptures } from "../support/sdk-captures.ts";

const captures = readCaptures().map(({ title, method, target: captured, headers: lines, body, isWhole }) => {
  // Some were made with names of one letter, which neither S3 nor DynamoDB would take.
  const target = captured.replace(/^\/b\//, "/bkt/");
  const headers = readHeaders(lines.flat());
  return {
    title: `${title}: ${method} ${target}`,
    scope: /\/(s3|dynamodb)\/aws4_request/.exec(headers.get("authorization") ?? "")?.[1],
    head: { method, target, headers },
    body: isWhole ? body.replace('"t"', '"tab"') : undefined,
  };
});

const service = { s3, dynamodb } as const;
const known = captures.filter(({ scope }) => scope !== undefined);
const dotted = known.filter(({ head }) => head.target.includes("/../"));
const plain = known.filter((capture) => !dotted.includes(capture));

describe.skipIf(captures.length === 0)(
  "requests as SDKs send them (skipped where the captures are not there)",
  () => {
    it("are many", () => {
      expect(plain.length).toBeGreaterThan(40);
      expect(dotted.length).toBeGreaterThan(1);
    });

    it.each(plain)("$title is read", ({ scope, head, body }) => {
      const name = scope as "s3" | "dynamodb";
      const found = service[name].recognise(head, anUpstream({ service: name }));
      if (!needsBody(found)) expect(found.requirements).not.toEqual([]);
      else expect(found.read(Buffer.from(body ?? "")).requirements).not.toEqual([]);
    });

    it.each(dotted)("S3.1 $title is refused for its dot segments", ({ head }) => {
      expect(codeOf(() => s3.recognise(head, anUpstream()))).toBe("target-ambiguous");
    });
  },
);
