import { describe, expect, it } from "vitest";
import { s3 } from "../../../src/aws/s3/s3.ts";
import { knownActionsOf } from "../../../src/aws/known-actions.ts";
import type { Addressing, Upstream } from "../../../src/aws/service.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";

const ACCESS_POINT = "arn:aws:s3:us-east-1:123456789012:accesspoint/analysts";
const PATH = { style: "path", bucket: undefined, accessPoint: undefined } as const;

const at = (addressing: Partial<Addressing>, changes: Partial<Upstream> = {}): Upstream =>
  anUpstream({ ...changes, addressing: { ...PATH, ...addressing } });
const VIRTUAL = at({ style: "virtual-hosted" });
const ONE_BUCKET = at({ bucket: "reports" });
const THROUGH = at({ bucket: "reports", accessPoint: ACCESS_POINT });

const read = (upstream: Upstream, line: string, headers: Record<string, string> = {}, body = "") =>
  readWhole(s3, upstream, aHead(line, headers), body);
const sent = (upstream: Upstream, line: string) => {
  const { hostPrefix, path, query } = read(upstream, line);
  return [hostPrefix, path, query];
};
const refusal = (upstream: Upstream, line: string) => codeOf(() => read(upstream, line));

describe("S3.1 a bucket before the host", () => {
  it.each([
    ["GET /reports/a/b%20c", ["reports.", "/a/b%20c", ""]],
    ["GET /reports//a//", undefined],
    ["GET /reports/a//b/", ["reports.", "/a//b/", ""]],
    ["GET /reports?list-type=2", ["reports.", "/", "list-type=2"]],
    ["GET /reports/", ["reports.", "/", ""]],
    ["PUT /reports", ["reports.", "/", ""]],
    ["GET /reports/reports/a", ["reports.", "/reports/a", ""]],
    ["GET /", [undefined, "/", ""]],
  ])("%s", (line, expected) => {
    if (expected === undefined) expect(refusal(VIRTUAL, line)).toBe("target-ambiguous");
    else expect(sent(VIRTUAL, line)).toEqual(expected);
  });

  it("has no dot in it, since no certificate covers such a host", () => {
    expect(refusal(VIRTUAL, "GET /reports.2026/a")).toBe("target-malformed");
    expect(sent(at({}), "GET /reports.2026/a")).toEqual([undefined, "/reports.2026/a", ""]);
  });

  it("is decided as in the path", () => {
    const line = "GET /reports/a?versionId=1";
    expect(read(VIRTUAL, line).requirements).toEqual(read(at({}), line).requirements);
    expect(read(VIRTUAL, line).bucket).toBe("reports");
  });
});

describe("an endpoint of one bucket", () => {
  it.each([
    ["GET /reports/a/b", [undefined, "/a/b", ""]],
    ["GET /reports?uploads", [undefined, "/", "uploads="]],
    ["HEAD /reports", [undefined, "/", ""]],
  ])("is sent what follows the bucket: %s", (line, expected) => {
    expect(sent(ONE_BUCKET, line)).toEqual(expected);
  });

  it.each(["GET /audit/a", "PUT /audit", "GET /", "GET /reports-2/a"])(
    "is reached by no other name: %s",
    (line) => {
      expect(refusal(ONE_BUCKET, line)).toBe("upstream-unknown");
    },
  );

  it("takes no key that would look like a host", () => {
    expect(refusal(ONE_BUCKET, "GET /reports//evil.example/a")).toBe("target-ambiguous");
  });

  it("needs nothing but the bucket", () => {
    expect(read(ONE_BUCKET, "GET /reports/a").requirements).toEqual([
      { action: "s3:GetObject", resource: "arn:aws:s3:::reports/a" },
    ]);
  });
});

const needs = (line: string, headers: Record<string, string> = {}, body = "") =>
  read(THROUGH, line, headers, body).requirements.map(({ action, resource }) => `${action} ${resource}`);

const known = (action: string) => knownActionsOf(THROUGH).find((one) => one.action === action)?.resources;

describe("S3.6 an access point", () => {
  it("is needed beside its bucket", () => {
    expect(needs("GET /reports?list-type=2")).toEqual([
      "s3:ListBucket arn:aws:s3:::reports",
      `s3:ListBucket ${ACCESS_POINT}`,
    ]);
    expect(needs("GET /reports/a/b")).toEqual([
      "s3:GetObject arn:aws:s3:::reports/a/b",
      `s3:GetObject ${ACCESS_POINT}/object/a/b`,
    ]);
  });

  it("is needed for all that the headers imply", () => {
    expect(needs("PUT /reports/a", { "x-amz-tagging": "a=b" })).toEqual([
      "s3:PutObject arn:aws:s3:::reports/a",
      "s3:PutObjectTagging arn:aws:s3:::reports/a",
      `s3:PutObject ${ACCESS_POINT}/object/a`,
      `s3:PutObjectTagging ${ACCESS_POINT}/object/a`,
    ]);
  });

  it("is asked in the same words: what counts too, the keys, and what a rule must name", () => {
    const line = "GET /reports/a?versionId=7";
    const customer = { "x-amz-server-side-encryption-customer-algorithm": "AES256" };
    const [here, there] = read(THROUGH, line, customer).requirements;
    expect(there).toEqual({ ...here, resource: `${ACCESS_POINT}/object/a` });
    expect(here).toMatchObject({ covers: ["s3:GetObject"], guarded: [expect.any(String)] });
  });

  it("is not that of a copy's source", () => {
    expect(needs("PUT /reports/a", { "x-amz-copy-source": "audit/x" })).toEqual([
      "s3:PutObject arn:aws:s3:::reports/a",
      "s3:GetObject arn:aws:s3:::audit/x",
      `s3:PutObject ${ACCESS_POINT}/object/a`,
    ]);
  });

  it("is needed for each object that is deleted", () => {
    const body = "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>";
    expect(needs("POST /reports?delete", {}, body)).toEqual([
      "s3:DeleteObject arn:aws:s3:::reports/a",
      `s3:DeleteObject ${ACCESS_POINT}/object/a`,
      "s3:DeleteObject arn:aws:s3:::reports/b",
      `s3:DeleteObject ${ACCESS_POINT}/object/b`,
    ]);
  });

  it("has objects of its own, which a setting reaches", () => {
    const [, there] = read(THROUGH, "PUT /reports?lifecycle").requirements;
    expect(there).toMatchObject({ resource: ACCESS_POINT, within: [`${ACCESS_POINT}/object/*`] });
  });

  it("is known as what rules may name", () => {
    expect(known("s3:GetObject")).toEqual([
      { prefix: "arn:aws:s3:::", rest: "path" },
      { prefix: `${ACCESS_POINT}/`, rest: "path" },
    ]);
    expect(known("s3:ListBucket")).toEqual([
      { prefix: "arn:aws:s3:::", rest: "name" },
      { prefix: ACCESS_POINT, rest: "nothing" },
    ]);
  });
});
