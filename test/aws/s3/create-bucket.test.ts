import { describe, expect, it } from "vitest";
import { s3 } from "../../../src/aws/s3/s3.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";
import { aCaller, anAllow, ruling } from "../../support/ruling.ts";

const KEY = "s3:locationconstraint";
const located = (inside: string) => `<CreateBucketConfiguration>${inside}</CreateBucketConfiguration>`;
const at = (location: string) => located(`<LocationConstraint>${location}</LocationConstraint>`);
const create = (region: string, body: string) =>
  readWhole(s3, anUpstream({ region }), aHead("PUT /reports"), body);

describe("S3.10 the region of a new bucket", () => {
  it.each([
    ["us-east-1", "eu-west-1"],
    ["us-east-1", "EU"],
    ["us-east-1", "US-EAST-1"],
    ["eu-west-1", "us-east-1"],
    ["eu-west-1", "eu"],
    ["eu-west-2", "EU"],
    ["us-east-1", " us-east-1"],
    ["us-east-1", "us-east-1&#10;"],
    ["us-east-1", " "],
  ])("asked in %s cannot be %j", (region, location) => {
    expect(codeOf(() => create(region, at(location)))).toBe("region-not-configured");
  });

  it.each([
    ["us-east-1", "us-east-1", ["us-east-1"]],
    ["eu-west-1", "eu-west-1", ["eu-west-1"]],
    ["eu-west-1", "EU", "unknown"],
    ["us-east-1", "", "unknown"],
    ["eu-west-1", "", "unknown"],
  ])("asked in %s may be %j, and IAM's key is %j", (region, location, told) => {
    const operation = create(region, at(location));
    expect(operation.requirements).toEqual([
      { action: "s3:CreateBucket", resource: "arn:aws:s3:::reports", keys: new Map([[KEY, told]]) },
    ]);
    expect(operation.payload).toEqual({ kind: "buffered", bytes: Buffer.from(at(location)) });
  });

  it("is S3's to say where the body says none", () => {
    for (const body of ["", located("")]) {
      expect(create("eu-west-1", body).requirements[0]?.keys?.has(KEY) ?? false).toBe(false);
    }
  });

  it("is a key of the making alone", () => {
    const body = located(
      "<LocationConstraint>us-east-1</LocationConstraint><Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags>",
    );
    expect(
      create("us-east-1", body).requirements.map(({ action, keys }) => [action, keys?.get(KEY)]),
    ).toEqual([
      ["s3:CreateBucket", ["us-east-1"]],
      ["s3:TagResource", undefined],
    ]);
  });

  it("can be what a rule goes by", () => {
    const when = { StringEquals: { "s3:LocationConstraint": "eu-west-1" } };
    const rules = [anAllow("in Ireland", { allow: ["s3:CreateBucket"], when })];
    const verdict = (body: string) =>
      ruling(rules, aCaller({ sub: "me" }), ...create("eu-west-1", body).requirements).verdict;
    expect([at("eu-west-1"), at("EU"), at(""), ""].map(verdict)).toEqual([
      "permit",
      "denial",
      "denial",
      "denial",
    ]);
  });
});
