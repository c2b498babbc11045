import { describe, expect, it } from "vitest";
import { S3_TABLE } from "../../src/aws/s3/table.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import { decide } from "../../src/policy/decide.ts";
import { aHead, anUpstream, readWhole } from "../support/asking.ts";
import { aContext, aCaller, anAllow, aPolicy } from "../support/ruling.ts";

/** The sample's rule, beside one that allows everything. */
const policy = aPolicy([
  anAllow("admins do anything"),
  {
    name: "the audit trail is read-only here",
    deny: ["s3:Delete*", "s3:Put*", "s3:BypassGovernanceRetention"],
    on: ["arn:aws:s3:::audit", "arn:aws:s3:::audit/*"],
  },
]);

/**
 * What changes nothing of the trail: making the bucket, which is there; dropping parts of an upload; bringing an archived
 * object back, and reading it; tables of what is there, kept elsewhere.
 */
const HARMLESS =
  /^(?:CreateBucket|AbortMultipartUpload|RestoreObject|SelectObjectContent|(?:Create|Update)BucketMetadata\w+)$/;

/** One request for every row of the table that changes something, as its place in the table says it. */
const writes = Object.entries(S3_TABLE).filter(
  ([place, { name }]) => !/ (?:GET|HEAD)/.test(place) && !HARMLESS.test(name),
);

/** Query names that have a value. */
const VALUES: Readonly<Record<string, string>> = {
  uploadId: "u",
  partNumber: "1",
  id: "x",
  annotationName: "x",
};

function requestOf(place: string) {
  const [level = "", method = "", ...rest] = place.split(" ");
  const copy = rest.at(-1) === "copy";
  const names = copy ? rest.slice(0, -1) : rest;
  const needed = S3_TABLE[place]?.needsQuery;
  const query = (needed === undefined ? names : [...names, needed])
    .map((name) => `${name}=${VALUES[name] ?? ""}`)
    .join("&");
  const head = aHead(
    `${method} /audit${level === "object" ? "/2026/log" : ""}?${query}`,
    copy ? { "x-amz-copy-source": "public/x" } : {},
  );
  const deletion = "<Delete><Object><Key>2026/log</Key></Object></Delete>";
  return readWhole(s3, anUpstream(), head, names.includes("delete") ? deletion : "");
}

describe("S4.3 the audit trail is read-only, whatever is tried", () => {
  it.each(writes.map(([place, { name }]) => [name, place]))("%s is denied", (name, place) => {
    const operation = requestOf(place);
    expect(operation.name).toBe(name);
    expect(decide(policy, aCaller(), operation, aContext())).toMatchObject({
      rule: "the audit trail is read-only here",
    });
  });

  it.each([
    "DELETE /audit/",
    "DELETE /audit%2F2026",
    "DELETE /%61udit/x?versionId=1",
    "PUT /audit/x?uploadId=u&partNumber=1",
  ])("%s is denied", (line) => {
    const operation = readWhole(s3, anUpstream(), aHead(line));
    expect(decide(policy, aCaller(), operation, aContext())).toMatchObject({ reason: "denied-by-rule" });
  });

  it("is read", () => {
    const operation = readWhole(s3, anUpstream(), aHead("GET /audit/2026/log"));
    expect(decide(policy, aCaller(), operation, aContext())).toMatchObject({ verdict: "permit" });
  });
});
