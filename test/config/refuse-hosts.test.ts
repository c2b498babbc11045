import { expect, it } from "vitest";
import { told } from "./reading.ts";

const S3 = { service: "s3", addressing: { hostSuffix: "s3.test" } };

it.each(["s3.test", "S3.test:4480", "reports.s3.test", "a.b.s3.test:80"])(
  "H16 a host to match is not where another upstream has its buckets: %s",
  (host) => {
    const match = { host, pathPrefix: "/x" };
    const name = host.toLowerCase().replace(/:\d+$/, "");
    expect(told({ upstreams: { s3: S3, other: { service: "s3", match } } })).toEqual([
      `upstreams.other.match.host: ${name} ends in s3.test, before which s3 has the names of buckets`,
    ]);
  },
);

it("H16 a host to match is not one bucket of the same upstream", () => {
  expect(told({ upstreams: { s3: { ...S3, match: { host: "reports.s3.test" } } } })).toEqual([
    "upstreams.s3.match.host: reports.s3.test ends in s3.test, before which s3 has the names of buckets",
  ]);
});

it("a host to match may be the upstream's own suffix, or end in nothing more than the same letters", () => {
  expect(told({ upstreams: { s3: { ...S3, match: { host: "s3.test" } } } })).toEqual([]);
  const other = { service: "s3", match: { host: "notas3.test" } };
  expect(told({ upstreams: { s3: S3, other } })).toEqual([]);
});
