import { describe, expect, it } from "vitest";
import { redirectOfS3 } from "../../../src/aws/s3/redirect.ts";

/** Answers as S3 gives them, and answers like them. */
interface Given {
  readonly status: number;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const OWN = { "x-amz-request-id": "4442587FB7D0A2F9" };
const IN_FRANKFURT = { ...OWN, "x-amz-bucket-region": "eu-central-1" };
const error = (code: string, more = "") =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>…</Message>${more}</Error>`;
const redirectOf = ({ status, method = "GET", headers = OWN, body = "" }: Given) =>
  redirectOfS3({ method, status, header: (name) => headers[name], body });

describe("S3 says that a bucket is elsewhere", () => {
  const endpoint = "<Endpoint>reports.s3.eu-central-1.amazonaws.com</Endpoint><Bucket>reports</Bucket>";

  it.each<readonly [string, Given]>([
    [
      "by a permanent redirect",
      { status: 301, headers: IN_FRANKFURT, body: error("PermanentRedirect", endpoint) },
    ],
    [
      "by a temporary redirect",
      { status: 307, headers: IN_FRANKFURT, body: error("TemporaryRedirect", endpoint) },
    ],
    ["to HEAD by a redirect", { status: 301, method: "HEAD", headers: IN_FRANKFURT }],
    ["to HEAD by a 400", { status: 400, method: "HEAD", headers: IN_FRANKFURT }],
    [
      "by the scope that it wants",
      { status: 400, body: error("AuthorizationHeaderMalformed", "<Region>eu-central-1</Region>") },
    ],
    [
      "by a header beside the scope",
      { status: 400, headers: IN_FRANKFURT, body: error("AuthorizationHeaderMalformed") },
    ],
    [
      "of a region that must be opted in to",
      { status: 400, headers: IN_FRANKFURT, body: error("IllegalLocationConstraintException") },
    ],
  ])("%s", (_name, given) => {
    expect(redirectOf(given)).toBe("eu-central-1");
  });

  it.each(["us-gov-west-1", "cn-north-1", "us-iso-east-1", "eusc-de-east-1", "ap-southeast-5"])(
    "in %s",
    (region) => {
      expect(redirectOf({ status: 301, headers: { ...OWN, "x-amz-bucket-region": region } })).toBe(region);
    },
  );
});

describe("a redirect to no region", () => {
  it.each<readonly [string, Given]>([
    ["names none", { status: 301, body: error("PermanentRedirect") }],
    ["names an address alone", { status: 307, headers: { ...OWN, location: "https://evil.example/" } }],
    ["is not S3's own", { status: 301, headers: { "x-amz-bucket-region": "eu-central-1" } }],
    ["names no region's name", { status: 301, headers: { ...OWN, "x-amz-bucket-region": "evil.example" } }],
    ["names a region in other words", { status: 301, headers: { ...OWN, "x-amz-bucket-region": "EU" } }],
    ["is of a kind that S3 does not give", { status: 308 }],
  ])("is not followed where it %s", (_name, given) => {
    expect(redirectOf(given)).toBe("unknown");
  });
});

describe("no redirect", () => {
  it.each<readonly [string, Given]>([
    ["an ordinary 403", { status: 403, headers: IN_FRANKFURT, body: error("AccessDenied") }],
    ["a 403 to HEAD", { status: 403, method: "HEAD", headers: IN_FRANKFURT }],
    ["a 404", { status: 404, headers: IN_FRANKFURT, body: error("NoSuchBucket") }],
    ["what is not modified", { status: 304, headers: IN_FRANKFURT }],
    ["another 400", { status: 400, headers: IN_FRANKFURT, body: error("InvalidArgument") }],
    ["a 400 to HEAD that names no region", { status: 400, method: "HEAD" }],
    [
      "a wrong scope without a region, as of another service",
      { status: 400, body: error("AuthorizationHeaderMalformed") },
    ],
    [
      "a bucket that may not be made here",
      { status: 400, body: error("IllegalLocationConstraintException") },
    ],
    [
      "a 400 that is not S3's own",
      {
        status: 400,
        headers: {},
        body: error("AuthorizationHeaderMalformed", "<Region>eu-central-1</Region>"),
      },
    ],
    [
      "an error that quotes another",
      {
        status: 400,
        headers: IN_FRANKFURT,
        body: "<Error><Code>InvalidRequest</Code><Code>AuthorizationHeaderMalformed</Code></Error>",
      },
    ],
  ])("is %s", (_name, given) => {
    expect(redirectOf(given)).toBeUndefined();
  });
});
