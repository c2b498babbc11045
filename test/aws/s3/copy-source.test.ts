import { describe, expect, it } from "vitest";
import { readCopySource } from "../../../src/aws/s3/copy-source.ts";
import { codeOf } from "../../support/asking.ts";

describe("S3.3 a copy source that can be read in two ways", () => {
  it.each([
    ["nothing", "", "header-not-allowed"],
    ["a bucket alone", "audit", "header-not-allowed"],
    ["a bucket without a key", "/audit/", "header-not-allowed"],
    ["another query than a version", "/audit/x?acl", "header-not-allowed"],
    ["a version without a value", "/audit/x?versionId=", "header-not-allowed"],
    ["two versions", "/audit/x?versionId=1?versionId=2", "header-not-allowed"],
    ["more after the version", "/audit/x?versionId=1&acl", "header-not-allowed"],
    ["the version in another case", "/audit/x?versionid=1", "header-not-allowed"],
    ["a raw hash", "/audit/x#y", "header-not-allowed"],
    ["a raw backslash", "/audit\\x/y", "header-not-allowed"],
    ["bytes above ASCII", "/audit/ü", "header-not-allowed"],
    ["a control character", "/audit/a\tb", "header-not-allowed"],
    ["a broken escape", "/audit/%zz", "header-not-allowed"],
    ["a broken escape in the version", "/audit/x?versionId=%ff", "header-not-allowed"],
    ["an access point", "arn:aws:s3:us-east-1:123456789012:accesspoint/p/object/k", "target-malformed"],
    [
      "an escaped access point",
      "%61rn:aws:s3:us-east-1:123456789012:accesspoint/p/object/k",
      "target-malformed",
    ],
    ["an alias", "/p-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias/k", "target-ambiguous"],
    ["a segment up", "/public/../audit/x", "target-ambiguous"],
    ["an escaped segment up", "/public/%2e%2e/audit/x", "target-ambiguous"],
    ["two slashes at the start", "//audit/x", "target-malformed"],
    ["two sources", "public/x, audit/y/../z", "target-ambiguous"],
  ])("refuses %s", (_name, value, code) => {
    expect(codeOf(() => readCopySource(value))).toBe(code);
  });
});

describe("readCopySource", () => {
  it.each([
    ["with and without a slash at the start", "audit/x", "x", undefined, "/audit/x"],
    ["with a slash at the start", "/audit/x", "x", undefined, "/audit/x"],
    ["escaped as a whole", "audit%2Fa%2Fb", "a/b", undefined, "/audit/a/b"],
    ["with a raw space", "audit/a b", "a b", undefined, "/audit/a%20b"],
    ["with a version", "audit/x?versionId=3%2FL4kq", "x", "3/L4kq", "/audit/x?versionId=3%2FL4kq"],
    [
      "with an escaped version, which belongs to the key",
      "audit/x%3FversionId%3D1",
      "x?versionId=1",
      undefined,
      "/audit/x%3FversionId%3D1",
    ],
  ])("reads one %s", (...[, value, key, versionId, header]) => {
    expect(readCopySource(value)).toEqual({ bucket: "audit", key, versionId, header });
  });
});
