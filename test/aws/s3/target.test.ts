import { describe, expect, it } from "vitest";
import { readS3Target } from "../../../src/aws/s3/target.ts";
import { codeOf } from "../../support/asking.ts";

describe("S3.1 a path that can be read in two ways", () => {
  it.each([
    ["a slash at the start twice", "//bucket/key", "target-ambiguous"],
    ["an escaped slash at the start", "/%2Fbucket/key", "target-malformed"],
    ["a dot segment", "/bucket/a/./b", "target-ambiguous"],
    ["a segment up", "/bucket/a/../b", "target-ambiguous"],
    ["a segment up at the end", "/bucket/..", "target-ambiguous"],
    ["an escaped segment up", "/bucket/a/%2e%2E/b", "target-ambiguous"],
    ["a segment up between escaped slashes", "/bucket/a%2F..%2Fb", "target-ambiguous"],
    ["a segment up out of the bucket", "/bucket%2F..%2Faudit/x", "target-ambiguous"],
    ["a segment up for a bucket", "/../audit/x", "target-malformed"],
    ["a raw backslash", "/reports/a\\..\\..\\audit/x", "target-malformed"],
    ["a raw hash", "/bucket/a#b", "target-malformed"],
    ["a raw question mark", "/bucket/a?b", "target-malformed"],
    ["a raw space", "/bucket/a b", "target-malformed"],
    ["a raw tab", "/bucket/a\tb", "target-malformed"],
    ["a raw delete", "/bucket/a\u007f", "target-malformed"],
    ["a raw byte above ASCII", "/bucket/ü", "target-malformed"],
    ["a broken escape", "/bucket/%zz", "target-malformed"],
    ["an overlong slash", "/bucket/%c0%af", "target-malformed"],
    ["bytes that are not UTF-8", "/bucket/%ff", "target-malformed"],
    ["a URL", "http://bucket/key", "target-malformed"],
    ["no path", "", "target-malformed"],
    ["a key that S3 cannot hold", `/bucket/${"a".repeat(1025)}`, "target-malformed"],
    ["a key that S3 cannot hold, in bytes", `/bucket/${"%C3%BC".repeat(513)}`, "target-malformed"],
  ])("refuses %s", (_name, path, code) => {
    expect(codeOf(() => readS3Target(path))).toBe(code);
  });

  it.each([
    "ab",
    "a".repeat(64),
    "Audit",
    "a_b",
    "-ab",
    "ab-",
    ".ab",
    "ab.",
    "a..b",
    "192.168.5.4",
    "a:b",
    "a%25b",
  ])("refuses %s for a bucket", (bucket) => {
    expect(codeOf(() => readS3Target(`/${bucket}/key`))).toBe("target-malformed");
  });
});

describe("S3.6 a bucket that is something else", () => {
  it.each([
    "my-access-point-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias",
    "object-lambda-1a4n8yjrb3kda96f67zwrwiiuse1a--ol-s3",
    "mfzwi23gnjvgw.mrap",
    "directory--usw2-az1--x-s3",
    "directory--usw2-az1--xa-s3",
    "outpost-alias--op-s3",
    "tables--table-s3",
    "xn--bucket",
    "sthree-configurator",
    "amzn-s3-demo-bucket",
  ])("refuses %s, since rules about the bucket behind it would not see it", (bucket) => {
    expect(codeOf(() => readS3Target(`/${bucket}`))).toBe("target-ambiguous");
    expect(codeOf(() => readS3Target(`/${bucket}/key`))).toBe("target-ambiguous");
  });

  it("refuses the ARN of an access point", () => {
    const arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/audit";
    expect(codeOf(() => readS3Target(`/${arn}/key`))).toBe("target-malformed");
    expect(codeOf(() => readS3Target(`/${encodeURIComponent(arn)}/key`))).toBe("target-malformed");
  });
});

describe("readS3Target", () => {
  it("reads a path without a bucket as the service", () => {
    expect(readS3Target("/")).toEqual({ level: "service", bucket: "", key: "", path: "/" });
  });

  it.each(["/bucket", "/bucket/", "/bucket%2F"])("reads %s as the bucket: an empty key is none", (path) => {
    expect(readS3Target(path)).toEqual({ level: "bucket", bucket: "bucket", key: "", path: "/bucket" });
  });

  it.each([
    ["decoded before it is split", "/audit%2Fsecret", "audit", "secret", "/audit/secret"],
    ["with an escaped slash in the key", "/audit/a%2Fb", "audit", "a/b", "/audit/a/b"],
    ["decoded once", "/audit/a%252Fb", "audit", "a%2Fb", "/audit/a%252Fb"],
    ["with escapes that need not be", "/%61udit/%78", "audit", "x", "/audit/x"],
    ["with an escaped backslash", "/audit/a%5C..%5Cb", "audit", "a\\..\\b", "/audit/a%5C..%5Cb"],
    ["with slashes in a row", "/audit//a//b/", "audit", "/a//b/", "/audit//a//b/"],
    [
      "with dots that are no segments",
      "/audit/.a/b./c..d/...",
      "audit",
      ".a/b./c..d/...",
      "/audit/.a/b./c..d/...",
    ],
    [
      "with characters that are often left raw",
      "/audit/a!'()*+@:b",
      "audit",
      "a!'()*+@:b",
      "/audit/a%21%27%28%29%2A%2B%40%3Ab",
    ],
    ["with an escaped line break", "/audit/a%0ab", "audit", "a\nb", "/audit/a%0Ab"],
    ["beyond ASCII", "/audit/%c3%bc", "audit", "ü", "/audit/%C3%BC"],
  ])("reads a path %s", (...[, path, bucket, key, sent]) => {
    expect(readS3Target(path)).toEqual({ level: "object", bucket, key, path: sent });
  });

  it("takes the longest key that S3 holds", () => {
    expect(readS3Target(`/bucket/${"a".repeat(1024)}`).level).toBe("object");
  });
});
