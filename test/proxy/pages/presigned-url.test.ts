import { describe, expect, it } from "vitest";
import { s3 } from "../../../src/aws/s3/s3.ts";
import type { HeaderLine, Operation } from "../../../src/domain/operation.ts";
import { encodePath } from "../../../src/domain/percent.ts";
import { Refusal } from "../../../src/domain/refusal.ts";
import { presignedUrl } from "../../../src/proxy/pages/presigned-url.ts";
import { aHead, anUpstream, readWhole } from "../../support/asking.ts";
import { HOSTILE_KEYS } from "../../support/hostile-keys.ts";

const NOW = Date.UTC(2026, 0, 15, 12, 0, 0, 999);
const LIVE = { origin: "https://s3.us-east-1.amazonaws.com", host: "s3.us-east-1.amazonaws.com" };
const CREDENTIALS = {
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: "secret",
  sessionToken: "to/ken+==",
  expiresAtMs: NOW + 3_600_000,
};
const UPSTREAM = anUpstream({ allowQuery: new Set(["response-content-type", "ßeta", "a", "Zed"]) });

const urlOf = (operation: Operation, headers: readonly HeaderLine[] = [], live = LIVE) =>
  presignedUrl({ live, operation, headers, credentials: CREDENTIALS, nowMs: NOW, expiresSeconds: 60 });

const asked = (line: string) => readWhole(s3, UPSTREAM, aHead(line));

/** The wire target of a URL without what the signature added. */
function unsigned(url: string): string {
  const target = url.slice(LIVE.origin.length);
  const mark = target.indexOf("?");
  const query = target.slice(mark + 1).split("&");
  return `${target.slice(0, mark)}?${query.filter((pair) => !pair.startsWith("X-Amz-")).join("&")}`;
}

const wireTarget = ({ path, query }: Operation): string => `${path}?${query}`;

describe("S3.9 C6 a presigned URL", () => {
  it.each(HOSTILE_KEYS)("of the key %j is byte for byte what was decided", (key) => {
    const operation = asked(`GET /reports/${encodePath(key)}?versionId=3%2F4Kqt`);
    const { url } = urlOf(operation);
    expect(url.startsWith(`${LIVE.origin}/reports/`)).toBe(true);
    expect(unsigned(url)).toBe(wireTarget(operation));
  });

  it("is never built of a path that somebody else resolves", () => {
    for (const path of ["/reports/a\\..\\..\\audit/x", "/reports/%2e%2e/audit/x", "/reports/../audit/x"])
      expect(() => asked(`GET ${path}`), path).toThrow(Refusal);
    expect(urlOf(asked("GET /reports/a%5C..%5C..%5Caudit%5Cx")).url).toContain(
      "/reports/a%5C..%5C..%5Caudit%5Cx?",
    );
  });

  it("names in its signature the host and every header that must be sent with it", () => {
    const headers: readonly HeaderLine[] = [
      ["x-amz-meta-b", "1"],
      ["content-type", "text/plain"],
    ];
    const told = urlOf(asked("PUT /reports/a"), headers);
    expect(told).toMatchObject({ method: "PUT", headers: Object.fromEntries(headers) });
    const query = new URL(told.url).searchParams;
    expect(query.get("X-Amz-SignedHeaders")).toBe("content-type;host;x-amz-meta-b");
    expect(query.get("X-Amz-Security-Token")).toBe(CREDENTIALS.sessionToken);
    expect(told.url).not.toContain(CREDENTIALS.secretAccessKey);
  });

  it("ends as many seconds after its date as it says, and not a millisecond later", () => {
    const { url, expires } = urlOf(asked("GET /reports/a"));
    const query = new URL(url).searchParams;
    expect([query.get("X-Amz-Date"), query.get("X-Amz-Expires"), expires]).toEqual([
      "20260115T120000Z",
      "60",
      "2026-01-15T12:01:00.000Z",
    ]);
  });

  it("has the scheme of the upstream, and the bucket before its host where it is sent there", () => {
    const addressing = { style: "virtual-hosted", bucket: undefined, accessPoint: undefined } as const;
    const operation = readWhole(s3, anUpstream({ addressing }), aHead("GET /reports/a"));
    const { url } = urlOf(operation);
    expect(url).toMatch(/^https:\/\/reports\.s3\.us-east-1\.amazonaws\.com\/a\?/);
    const local = { origin: "http://127.0.0.1:4483", host: "127.0.0.1:4483" };
    expect(urlOf(asked("GET /reports/a"), [], local).url).toMatch(
      /^http:\/\/127\.0\.0\.1:4483\/reports\/a\?/,
    );
  });
});
