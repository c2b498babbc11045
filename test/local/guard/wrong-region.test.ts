import { describe, expect, it } from "vitest";
import { renderS3Error } from "../../../src/local/guard/error-answer.ts";
import { createGuard } from "../../../src/local/guard/guard.ts";
import type { GuardOptions, Seen } from "../../../src/local/guard/guard.ts";
import type { LocalError } from "../../../src/local/request.ts";
import type { World } from "../../../src/local/world.ts";
import { NOW_MS, oneSession, signed, withHeaders } from "./signed-request.ts";
import type { Draft } from "./signed-request.ts";

const world = {
  account: "123456789012",
  region: "us-east-1",
  roles: [
    { name: "admin", trust: {}, policies: [{ Statement: { Effect: "Allow", Action: "*", Resource: "*" } }] },
  ],
  buckets: { reports: { objects: {} }, archive: { region: "eu-west-1", objects: {} } },
  accessPoints: [{ name: "old", bucket: "archive" }],
} as unknown as World;

async function ask(draft: Draft, more: Partial<GuardOptions> = {}, forge = false) {
  const { session, sessions } = oneSession("admin");
  const seen: Seen[] = [];
  const observe = (requirements: readonly Seen[]): void => void seen.push(...requirements);
  const guard = createGuard({
    world,
    sessions,
    now: () => NOW_MS,
    keySchemaOf: () => undefined,
    observe,
    ...more,
  });
  const request = await signed(session, draft);
  const sent = forge ? withHeaders(request, { "x-amz-date": "20261121T080229Z" }) : request;
  const outcome = await guard(sent).then(
    ({ call }) => call.operation,
    (error: unknown) => error as LocalError,
  );
  return { outcome, seen };
}

async function refusal(draft: Draft, more?: Partial<GuardOptions>) {
  const { outcome, seen } = await ask(draft, more);
  expect([typeof outcome, seen]).toEqual(["object", []]);
  return renderS3Error(outcome as LocalError, "R", draft.path ?? "/");
}

const regionOf = (bucket: string): string | undefined => (bucket === "reports" ? "eu-west-1" : undefined);
const EU = { region: "eu-west-1" };
const host = (name: string): Draft => ({ headers: { host: name } });

describe("a request that went to the region of its bucket", () => {
  it.each([
    [{ path: "/archive/k", ...EU }, "GetObject"],
    [{ path: "/reports/k" }, "GetObject"],
    [{ path: "/archive", ...EU, method: "HEAD" }, "HeadBucket"],
    [{ path: "/k", ...EU, ...host("archive.s3.eu-west-1.amazonaws.com") }, "GetObject"],
    [{ path: "/k", ...EU, ...host("archive.s3.localhost:4483") }, "GetObject"],
    [{ path: "/k", ...EU, ...host("old-123456789012.s3-accesspoint.eu-west-1.amazonaws.com") }, "GetObject"],
    [{ path: "/", ...EU }, "ListBuckets"],
    [{ path: "/nothere/k", ...EU }, "GetObject"],
    [{ path: "/nothere", method: "PUT", ...EU }, "CreateBucket"],
  ])("is admitted: %j", async (draft, operation) => {
    expect(await ask(draft)).toMatchObject({ outcome: operation });
  });

  it("goes by where the buckets are now", async () => {
    expect(await ask({ path: "/reports/k", ...EU }, { regionOf })).toMatchObject({ outcome: "GetObject" });
    expect(await refusal({ path: "/reports/k" }, { regionOf })).toMatchObject({ status: 301 });
  });
});

describe("a request that went to another region", () => {
  it("is told where the bucket is", async () => {
    const answer = await refusal({ path: "/archive/k" });
    expect(answer).toMatchObject({ status: 301, headers: { "x-amz-bucket-region": "eu-west-1" } });
    expect(answer.headers).not.toHaveProperty("location");
    expect(answer.body).toContain("<Code>PermanentRedirect</Code>");
    expect(answer.body).toContain("<Endpoint>s3.eu-west-1.amazonaws.com</Endpoint><Bucket>archive</Bucket>");
  });

  it("is told the host of the bucket where it named one", async () => {
    const answer = await refusal({ path: "/k", ...host("archive.s3.us-east-1.amazonaws.com") });
    expect(answer).toMatchObject({ status: 301, headers: { "x-amz-bucket-region": "eu-west-1" } });
    expect(answer.body).toContain("<Endpoint>archive.s3.eu-west-1.amazonaws.com</Endpoint>");
  });

  it.each([
    [{ path: "/archive", method: "HEAD" }],
    [{ path: "/k", ...host("old-123456789012.s3-accesspoint.us-east-1.amazonaws.com") }],
    [{ path: "/k", ...EU, ...host("archive.s3.us-east-1.localhost") }],
    [{ path: "/reports/k", ...EU }],
    [{ path: "/reports", method: "PUT", ...EU }],
    [{ path: "/archive/k", presignSeconds: 60 }],
  ])("is redirected: %j", async (draft: Draft) => {
    expect(await refusal(draft)).toMatchObject({ status: 301 });
  });

  it("must be signed well to learn it", async () => {
    expect(await ask({ path: "/archive/k" }, {}, true)).toMatchObject({
      outcome: { code: "SignatureDoesNotMatch" },
    });
  });
});

describe("a request that only its signature sends elsewhere", () => {
  const toBucket = { path: "/archive/k", ...host("s3.eu-west-1.localhost:4483") };

  it("is told which region to sign for", async () => {
    const answer = await refusal(toBucket);
    expect([answer.status, answer.headers["x-amz-bucket-region"]]).toEqual([400, undefined]);
    expect(answer.body).toContain("<Code>AuthorizationHeaderMalformed</Code>");
    expect(answer.body).toContain("the region 'us-east-1' is wrong; expecting 'eu-west-1'");
    expect(answer.body).toContain("<Region>eu-west-1</Region>");
  });

  it("is told in a header where the answer has no body", async () => {
    expect(await refusal({ ...toBucket, method: "HEAD" })).toMatchObject({
      status: 400,
      headers: { "x-amz-bucket-region": "eu-west-1" },
    });
  });

  it("is told in the words of presigned requests", async () => {
    const { body } = await refusal({ ...toBucket, presignSeconds: 60 });
    expect(body).toContain("<Code>AuthorizationQueryParametersError</Code>");
    expect(body).toContain("<Region>eu-west-1</Region>");
  });

  it("is told so at an address of no region, if the stand-in is told to", async () => {
    const answer = await refusal({ path: "/archive/k" }, { wrongRegion: "malformed" });
    expect(answer.body).toContain("<Region>eu-west-1</Region>");
    expect(await ask({ path: "/archive/k", ...EU }, { wrongRegion: "malformed" })).toMatchObject({
      outcome: "GetObject",
    });
    expect(await ask({ path: "/", ...EU }, { wrongRegion: "malformed" })).toMatchObject({
      outcome: "ListBuckets",
    });
  });

  it.each([
    [{ path: "/", ...EU, ...host("s3.us-east-1.amazonaws.com") }, "us-east-1"],
    [{ path: "/nothere/k", ...host("s3.eu-west-1.amazonaws.com") }, "eu-west-1"],
    [{ path: "/", region: "mars" }, "us-east-1"],
    [{ path: "/reports/k", region: "mars" }, "us-east-1"],
  ])("is refused without a bucket of another region, too: %j", async (draft: Draft, region) => {
    const { body } = await refusal(draft);
    expect(body).toContain(`<Region>${region}</Region>`);
  });
});
