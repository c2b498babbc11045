import { describe, expect, it } from "vitest";
import { told } from "./reading.ts";

const of = (headers: object) =>
  told({ tracing: { endpoint: "https://otlp.example.com/v1/traces", headers } }, { "/run/otlp": "a-key" });

describe("a header that goes with spans", () => {
  it.each(["X-Honeycomb-Team", "Uptrace-Dsn", "x-sf-realm", "Authorization", "signoz-ingestion-key"])(
    "%s is not written out, whether its name says that it is a key or not",
    (name) => {
      expect(of({ [name]: "hcaik_0123456789" })).toEqual([
        `tracing.headers.${name}: a secret is not written here; refer to it: \${file:/run/secrets/otlp}, or \${env:NAME}`,
      ]);
      expect(of({ [name]: "Bearer ${file:/run/otlp}" })).toHaveLength(1);
      expect(of({ [name]: "${file:/run/otlp}" })).toEqual([]);
    },
  );

  it.each(["X-Scope-OrgID", "X-Tenant", "x-tenant-id", "X-Dataset", "x-honeycomb-dataset"])(
    "%s may be: it says where spans belong",
    (name) => expect(of({ [name]: "reports" })).toEqual([]),
  );
});
