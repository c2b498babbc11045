import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import { needsBody } from "../../src/aws/service.ts";
import { readHeaders } from "../../src/domain/head.ts";
import { anUpstream, codeOf } from "../support/asking.ts";

/** Requests as they came from JavaScript, Python and the AWS CLI, old and new; they are not part of this repository. */
const CAPTURES = new URL("../../../shared/vectors/sdk-wire/raw-captures.txt", import.meta.url);

/** Splits the captures into requests: a line of title, a request line, headers, and the body on one line. */
function readCaptures() {
  const text = existsSync(CAPTURES) ? readFileSync(CAPTURES, "utf8") : "";
  return text.split(/^=== /m).flatMap((capture) => {
    const [title = "", requestLine = "", ...lines] = capture.split(/\r?\n/);
    const [method = "", captured = "", version] = requestLine.split(" ");
    // Some were made with names of one letter, which neither S3 nor DynamoDB would take.
    const target = captured.replace(/^\/b\//, "/bkt/");
    if (version?.startsWith("HTTP/") !== true) return [];
    const end = lines.findIndex((line) => line.startsWith("--body"));
    const headers = readHeaders(
      lines.slice(0, end).flatMap((line) => /^([^:]+): ?(.*)$/.exec(line)?.slice(1) ?? []),
    );
    const scope = /\/(s3|dynamodb)\/aws4_request/.exec(headers.get("authorization") ?? "")?.[1];
    const body = /^--body\(\d+\): ("(?:[^"\\]|\\.)*")$/.exec(lines[end] ?? "")?.[1];
    const head = { method, target, headers };
    return [
      {
        title: `${title}: ${method} ${target}`,
        scope,
        head,
        body: body && (JSON.parse(body) as string).replace('"t"', '"tab"'),
      },
    ];
  });
}

const captures = readCaptures();
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
