import { describe, expect, it } from "vitest";
import {
  defaultSourceOf,
  sessionPlansOf,
  sourcesOf,
  sourceTraitsOf,
  upstreamSourcesOf,
} from "../../src/config/sources.ts";
import { ALLOW, configOf, POOL } from "./reading.ts";

const SECOND = { ...POOL, identityPoolId: "us-east-1:11111111-2222-4333-8444-666666666666" };
const ROLE = "arn:aws:iam::123456789012:role/service";

describe("sourcesOf", () => {
  it("leaves out the settings that stand beside the sources", () => {
    const config = configOf({ credentials: { pool: POOL, cache: { maxCallers: 5 }, rates: { GetId: 5 } } });
    expect(Object.keys(config.credentials)).toEqual(["cache", "rates", "pool"]);
    expect(Object.keys(sourcesOf(config))).toEqual(["pool"]);
  });
});

describe("defaultSourceOf", () => {
  it("is the source that stands alone, settings not counted", () => {
    expect(defaultSourceOf(configOf({ credentials: { cache: {}, rates: {}, pool: POOL } }))).toBe("pool");
  });

  it("is the one that says so, among several", () => {
    const credentials = { pool: POOL, second: { ...SECOND, default: true } };
    expect(defaultSourceOf(configOf({ credentials }))).toBe("second");
  });

  it("is none where none of several says so", () => {
    const rules = [{ name: "all", ...ALLOW, credentials: "second" }];
    const config = configOf({ credentials: { pool: POOL, second: SECOND }, policy: { rules } });
    expect(defaultSourceOf(config)).toBeUndefined();
  });
});

describe("upstreamSourcesOf", () => {
  it("has the upstreams that name a source", () => {
    const upstreams = {
      s3: { service: "s3", credentials: "pool" },
      other: { service: "s3", match: { pathPrefix: "/other" } },
    };
    expect(upstreamSourcesOf(configOf({ upstreams }))).toEqual(new Map([["s3", "pool"]]));
  });
});

describe("sourceTraitsOf and sessionPlansOf", () => {
  const accepted = { acceptAnyTrustingRole: true };
  const config = configOf({
    credentials: {
      pool: POOL,
      basic: { ...SECOND, flow: "basic", ...accepted, downscope: false },
      direct: { type: "web-identity", ...accepted, sessionName: "web-${claim:sub}" },
      service: {
        type: "assume-role",
        sessionDuration: "15m",
        tags: { tenant: "${claim:custom:tenant}" },
        default: true,
      },
    },
    policy: { rules: [{ name: "all", ...ALLOW, role: ROLE }] },
  });

  it("tell the kind of each source", () => {
    expect([...sourceTraitsOf(config)].map(([name, { kind }]) => [name, kind])).toEqual([
      ["pool", "identity-pool"],
      ["basic", "identity-pool-basic"],
      ["direct", "web-identity"],
      ["service", "assume-role"],
    ]);
  });

  it("give the sources that ask STS themselves a plan, with tags and a source identity for AssumeRole alone", () => {
    const usual = {
      sessionName: "${claim:sub}",
      durationSeconds: 3600,
      tags: {},
      sourceIdentity: false,
      downscope: true,
    };
    expect(Object.fromEntries(sessionPlansOf(config))).toEqual({
      basic: { ...usual, downscope: false },
      direct: { ...usual, sessionName: "web-${claim:sub}" },
      service: {
        ...usual,
        durationSeconds: 900,
        tags: { tenant: "${claim:custom:tenant}" },
        sourceIdentity: true,
      },
    });
  });
});
