import { expect, it } from "vitest";
import { warned } from "./reading.ts";

const api = (more: object, endpoint?: string) => ({
  aws: { account: "123456789012", region: "us-east-1" },
  upstreams: {
    shop: {
      service: "execute-api",
      api: { id: "abc123", stage: "$default", ...more },
      ...(endpoint !== undefined && { endpoint }),
    },
  },
});
const OWN = "https://abc123.execute-api.us-east-1.amazonaws.com";

it.each([
  ["at the host that AWS gives an API", api({})],
  ["at that host, written out", api({}, OWN)],
])("H10 a default stage %s may be left by a path, which is warned of", (_where, config) => {
  expect(JSON.stringify(warned(config))).toContain("another stage's name reaches that stage");
});

it.each([
  ["whose other stages are told", api({ otherStages: ["dev"] })],
  ["that has no other", api({ otherStages: [] })],
  ["at a domain of its own", api({ otherMappings: [] }, "https://api.example.com")],
  ["that is none", api({ stage: "prod" })],
])("but not one %s", (_which, config) => {
  expect(JSON.stringify(warned(config))).not.toContain("reaches that stage");
});

it("H10 a custom domain that may have other mappings is warned of", () => {
  for (const stage of ["prod", "$default"])
    expect(warned(api({ stage }, "https://api.example.com/shop")).join()).toContain(
      "upstreams.shop.api: a path that begins with another mapping of the domain reaches its API",
    );
  expect(warned(api({ otherMappings: ["shop/v2"] }, "https://api.example.com/shop")).join()).not.toContain(
    "another mapping",
  );
});
