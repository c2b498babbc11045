import { describe, expect, it } from "vitest";
import { readS3Address } from "../../../src/local/guard/s3-address.ts";
import { readCopySource } from "../../../src/local/guard/s3-copy-source.ts";
import { parseS3 } from "../../../src/local/guard/s3-request.ts";
import type { S3Place } from "../../../src/local/guard/s3-place.ts";

describe("readS3Address", () => {
  it.each([
    ["s3.amazonaws.com", {}],
    ["s3.us-east-1.amazonaws.com", { region: "us-east-1" }],
    ["s3-eu-west-1.amazonaws.com", { region: "eu-west-1" }],
    ["s3.dualstack.eu-central-1.amazonaws.com", { region: "eu-central-1" }],
    ["s3-fips.dualstack.us-gov-west-1.amazonaws.com", { region: "us-gov-west-1" }],
    ["s3.cn-north-1.amazonaws.com.cn", { region: "cn-north-1" }],
    ["reports.s3.amazonaws.com", { bucket: "reports" }],
    ["reports.s3.us-east-1.amazonaws.com", { bucket: "reports", region: "us-east-1" }],
    ["reports.s3-eu-west-1.amazonaws.com:443", { bucket: "reports", region: "eu-west-1" }],
    ["my.s3.bucket.s3.us-east-1.amazonaws.com", { bucket: "my.s3.bucket", region: "us-east-1" }],
    ["reports.s3-accelerate.dualstack.amazonaws.com", { bucket: "reports" }],
    ["bucket.vpce-1a2b-3c.s3.us-east-1.vpce.amazonaws.com", { region: "us-east-1" }],
    [
      "reports.bucket.vpce-1a2b-3c.s3.us-east-1.vpce.amazonaws.com",
      { bucket: "reports", region: "us-east-1" },
    ],
    ["REPORTS.S3.Amazonaws.Com.", { bucket: "reports" }],
    ["s3.localhost:4483", {}],
    ["s3.eu-west-1.localhost:4483", { region: "eu-west-1" }],
    ["reports.s3.localhost:4483", { bucket: "reports" }],
    ["reports.s3.eu-west-1.localhost:4483", { bucket: "reports", region: "eu-west-1" }],
    ["localhost:4483", {}],
    ["reports.localhost:4483", { bucket: "reports" }],
    ["a.b.localhost", { bucket: "a.b" }],
    ["127.0.0.1:4483", {}],
    ["reports.127.0.0.1:4483", { bucket: "reports" }],
    ["[::1]:4483", {}],
    ["stand-in.test", {}],
    ["s3.amazonaws.com.evil.test", {}],
    ["notamazonaws.com", {}],
    ["", {}],
    [undefined, {}],
  ])("reads %s", (host, expected) => {
    expect(readS3Address(host)).toEqual(expected);
  });

  it("reads the host of an access point", () => {
    expect(readS3Address("reader-123456789012.s3-accesspoint.us-east-1.amazonaws.com")).toEqual({
      accessPoint: { name: "reader", account: "123456789012" },
      region: "us-east-1",
    });
    expect(readS3Address("a-1-123456789012.s3-accesspoint.localhost:4483")).toEqual({
      accessPoint: { name: "a-1", account: "123456789012" },
    });
  });

  it.each([
    "dynamodb.us-east-1.amazonaws.com",
    "reports.s3-website-us-east-1.amazonaws.com",
    "amazonaws.com.amazonaws.com",
  ])("refuses %s, which is not S3", (host) => {
    expect(() => readS3Address(host)).toThrowError(expect.objectContaining({ code: "InvalidRequest" }));
  });
});

describe("access points", () => {
  const place: S3Place = {
    account: "123456789012",
    region: "us-east-1",
    accessPoints: [{ name: "reader", bucket: "reports" }],
  };
  const point = "arn:aws:s3:eu-west-1:123456789012:accesspoint/reader";
  const host = "reader-123456789012.s3-accesspoint.eu-west-1.amazonaws.com";

  function read(method: string, target: string, headers: object = {}) {
    const call = parseS3({ method, target, rawHeaders: Object.entries({ host, ...headers }).flat() }, place);
    return { call, needs: call.requirements.map(({ action, resource }) => `${action} ${resource}`) };
  }

  it("need what they need of themselves and of their bucket", () => {
    expect(read("GET", "/a%20b/c")).toMatchObject({
      call: { operation: "GetObject", bucket: "reports", key: "a b/c", endpointRegion: "eu-west-1" },
      needs: [`s3:GetObject ${point}/object/a b/c`, "s3:GetObject arn:aws:s3:::reports/a b/c"],
    });
    expect(read("GET", "/?list-type=2").needs).toEqual([
      `s3:ListBucket ${point}`,
      "s3:ListBucket arn:aws:s3:::reports",
    ]);
  });

  it.each([
    ["PUT", "/"],
    ["DELETE", "/"],
    ["PUT", "/?policy"],
    ["GET", "/?versioning"],
    ["GET", "/k?torrent"],
    ["PUT", "/k?encryption"],
  ])("are not for %s %s", (method, target) => {
    expect(() => read(method, target)).toThrowError(expect.objectContaining({ code: "MethodNotAllowed" }));
  });

  it.each([
    ["GET", "/?policy"],
    ["HEAD", "/"],
    ["PUT", "/k?tagging"],
    ["POST", "/k?restore"],
  ])("are for %s %s", (method, target) => {
    expect(read(method, target).needs).toHaveLength(2);
  });

  it("are told to IAM", () => {
    expect(read("GET", "/k").call.requirements[0]?.context).toMatchObject({
      "s3:DataAccessPointArn": point,
      "s3:DataAccessPointAccount": "123456789012",
      "s3:AccessPointNetworkOrigin": "Internet",
    });
  });

  it("may be copied from, and the copy is of their bucket", () => {
    const source = `${point}/object/a/ü+`;
    const { call, needs } = read("PUT", "/audit/k", {
      host: "s3.amazonaws.com",
      "x-amz-copy-source": `${encodeURIComponent(source)}?versionId=7`,
    });
    expect(needs).toEqual([
      `s3:GetObjectVersion ${source}`,
      "s3:GetObjectVersion arn:aws:s3:::reports/a/ü+",
      "s3:PutObject arn:aws:s3:::audit/k",
    ]);
    const written = call.headers.get("x-amz-copy-source") ?? "";
    expect(written).toBe("reports/a/%C3%BC%2B?versionId=7");
    expect(readCopySource(written)).toEqual({ bucket: "reports", key: "a/ü+", versionId: "7" });
  });

  it.each([
    ["of another account", point.replace("123456789012", "999999999999"), "NoSuchAccessPoint"],
    ["without an object", point.replace("/object/k", ""), "NotImplemented"],
    ["of another service", "arn:aws:s3-outposts:us-east-1:123456789012:outpost/x", "NotImplemented"],
  ])("are not copied from by an ARN %s", (_what, arn, code) => {
    const source = code === "NoSuchAccessPoint" ? `${arn}/object/k` : arn;
    expect(() => read("PUT", "/k", { "x-amz-copy-source": source })).toThrowError(
      expect.objectContaining({ code }),
    );
  });

  it.each([
    ["another name", "writer-123456789012.s3-accesspoint.us-east-1.amazonaws.com"],
    ["another account", "reader-999999999999.s3-accesspoint.us-east-1.amazonaws.com"],
  ])("are not found by %s", (_what, other) => {
    expect(() => read("GET", "/k", { host: other })).toThrowError(
      expect.objectContaining({ code: "NoSuchAccessPoint", status: 404 }),
    );
  });
});
