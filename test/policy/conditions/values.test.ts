import { describe, expect, it } from "vitest";
import { ANY_MOMENT, type RequestContext } from "../../../src/domain/request-context.ts";
import { readKey } from "../../../src/policy/conditions/keys.ts";
import { valuesOf } from "../../../src/policy/conditions/values.ts";
import { aCaller, aContext, anOperation } from "../../support/ruling.ts";

const CONTEXT = aContext({ nowMs: 1_768_478_400_999, sourceIp: "10.0.0.1" });

function values(name: string, context: RequestContext = CONTEXT) {
  const key = readKey(name);
  if (key === undefined) throw new Error(`${name} is no key`);
  const requirement = {
    action: "s3:PutObject",
    resource: "arn:aws:s3:::b/k",
    keys: new Map<string, readonly string[] | "unknown">([
      ["s3:x-amz-acl", ["private"]],
      ["s3:requestobjecttag/team", "unknown"],
    ]),
  };
  return valuesOf(key)({
    caller: aCaller(),
    requirement,
    operation: anOperation([requirement]),
    context,
  });
}

describe("the values of a key", () => {
  it("are of the request where it is the request's own", () => {
    expect(values("s3:X-Amz-Acl")).toEqual(["private"]);
    expect(values("s3:RequestObjectTag/Team")).toBe("unknown");
    expect(values("s3:prefix")).toEqual([]);
  });

  it("are of the context and the operation where IAM's global keys say so", () => {
    expect(values("aws:sourceip")).toEqual(["10.0.0.1"]);
    expect(values("aws:RequestedRegion")).toEqual(["us-east-1"]);
    expect(values("aws:CurrentTime")).toEqual(["2026-01-15T12:00:00.999Z"]);
    expect(values("aws:EpochTime")).toEqual(["1768478400"]);
  });

  it("S3.9 are unknown where nobody knows when and from where it will be", () => {
    for (const name of ["aws:SourceIp", "aws:CurrentTime", "aws:EpochTime"])
      expect(values(name, ANY_MOMENT)).toBe("unknown");
    expect(values("aws:RequestedRegion", ANY_MOMENT)).toEqual(["us-east-1"]);
  });
});
