import * as fc from "fast-check";
import { expect, it } from "vitest";
import { s3 } from "../../src/aws/s3/s3.ts";
import type { Operation } from "../../src/domain/operation.ts";
import { encodePercent } from "../../src/domain/percent.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { presignedUrl } from "../../src/proxy/pages/presigned-url.ts";
import { aHead, anUpstream, readWhole } from "../support/asking.ts";
import { HOSTILE_KEYS } from "../support/hostile-keys.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const LIVE = { origin: "https://s3.us-east-1.amazonaws.com", host: "s3.us-east-1.amazonaws.com" };
const CREDENTIALS = {
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: "secret",
  sessionToken: "to/ken+==",
  expiresAtMs: NOW + 3_600_000,
};
const UPSTREAM = anUpstream({ allowQuery: new Set(["response-content-type", "ßeta", "a", "Zed"]) });

const asked = (line: string) => readWhole(s3, UPSTREAM, aHead(line));

function urlOf(operation: Operation): string {
  const headers = operation.headers;
  const about = { live: LIVE, operation, headers, credentials: CREDENTIALS };
  return presignedUrl({ ...about, nowMs: NOW, expiresSeconds: 60 }).url;
}

/** The wire target of a URL without what the signature added. */
function unsigned(url: string): string {
  const target = url.slice(LIVE.origin.length);
  const mark = target.indexOf("?");
  const query = target.slice(mark + 1).split("&");
  return `${target.slice(0, mark)}?${query.filter((pair) => !pair.startsWith("X-Amz-")).join("&")}`;
}

it("S3.9 C6 a presigned URL is byte for byte what was decided, of any key and any query that S3 takes", () => {
  const name = fc.constantFrom("versionId", "response-content-type", "ßeta", "a", "Zed");
  const value = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("+", " ", "%", "&x=1", "=", "#?/"));
  const key = fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.constantFrom(...HOSTILE_KEYS));
  let read = 0;
  fc.assert(
    fc.property(key, fc.uniqueArray(fc.tuple(name, value), { selector: ([one]) => one }), (key, pairs) => {
      const query = pairs.map(([one, other]) => `${encodePercent(one)}=${encodePercent(other)}`).join("&");
      let operation: Operation;
      try {
        operation = asked(`GET /reports/${encodePercent(key)}?${query}`);
      } catch (error) {
        if (error instanceof Refusal) return;
        throw error;
      }
      read++;
      expect(unsigned(urlOf(operation))).toBe(`${operation.path}?${operation.query}`);
    }),
    { numRuns: 3000 },
  );
  expect(read).toBeGreaterThan(300);
});
