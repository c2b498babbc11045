import { expect, it } from "vitest";
import { ambientRulesOf } from "../../src/config/ambient-rules.ts";
import { configOf, STAFF } from "./reading.ts";

it("S6.4 knows the hosts that are listed, those of upstreams and those of the cookie's origins, without ports", () => {
  const origins = ["https://app.example.com:8443", "http://[::1]:3000"];
  const config = configOf({
    listen: { hosts: ["App.Internal", "[fd00::1]"] },
    identity: { userPools: [STAFF], cookie: { name: "session", origins } },
    upstreams: {
      files: { service: "s3", match: { host: "Files.example.com:4480" } },
      s3: { service: "s3", match: { pathPrefix: "/s3" } },
    },
  });
  expect(ambientRulesOf(config)).toEqual({
    hosts: new Set(["app.internal", "[fd00::1]", "files.example.com", "app.example.com", "[::1]"]),
    origins: new Set(origins),
  });
});

it("knows none where nothing is said", () => {
  expect(ambientRulesOf(configOf({}))).toEqual({ hosts: new Set(), origins: new Set() });
});
