import { describe, expect, it } from "vitest";
import { s3 } from "../../../src/aws/s3/s3.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";

const ask = (line: string, headers: Record<string, string> = {}) =>
  readWhole(s3, anUpstream(), aHead(line, headers));

describe("S3.2 a version", () => {
  it.each(["", "%20", "v%20", "%0Av", "%C2%A0"])("cannot be %j", (version) => {
    expect(codeOf(() => ask(`GET /reports/a?versionId=${version}`))).toBe("query-not-allowed");
    const copy = { "x-amz-copy-source": `/audit/x?versionId=${version}` };
    expect(codeOf(() => ask("PUT /reports/a", copy))).toBe("header-not-allowed");
  });

  it.each(["null", "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY", "a b"])("may be %j", (version) => {
    const [needed] = ask(`GET /reports/a?versionId=${encodeURIComponent(version)}`).requirements;
    expect(needed?.action).toBe("s3:GetObjectVersion");
  });
});
