import { describe, expect, it } from "vitest";
import { parseArn, partitionOf } from "../../src/aws/arn.ts";
import { dnsSuffixOf, endpointOf } from "../../src/aws/endpoint.ts";

describe("parseArn", () => {
  it.each(["", "arn", "arn:aws:s3", "arn:aws:s3::", "urn:aws:s3:::b", "ARN:aws:s3:::b"])(
    "takes %j for no ARN",
    (text) => {
      expect(parseArn(text)).toBeUndefined();
    },
  );

  it("leaves colons and slashes in the resource", () => {
    expect(parseArn("arn:aws:dynamodb:us-east-1:123456789012:table/Orders:x/y")).toEqual({
      partition: "aws",
      service: "dynamodb",
      region: "us-east-1",
      account: "123456789012",
      resource: "table/Orders:x/y",
    });
  });
});

describe("endpoints", () => {
  it.each([
    ["us-east-1", "aws", "https://s3.us-east-1.amazonaws.com"],
    ["cn-north-1", "aws-cn", "https://s3.cn-north-1.amazonaws.com.cn"],
    ["us-gov-west-1", "aws-us-gov", "https://s3.us-gov-west-1.amazonaws.com"],
    ["eusc-de-east-1", "aws-eusc", "https://s3.eusc-de-east-1.amazonaws.eu"],
  ])("of %s are in the partition %s", (region, partition, endpoint) => {
    expect(partitionOf(region)).toBe(partition);
    expect(endpointOf("s3", region)).toBe(endpoint);
    expect(endpoint.endsWith(dnsSuffixOf(region))).toBe(true);
  });

  it("are all one address where the configuration says so", () => {
    expect(endpointOf("s3", "us-east-1", "http://127.0.0.1:4483")).toBe("http://127.0.0.1:4483");
  });
});
