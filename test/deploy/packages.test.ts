import { describe, expect, it } from "vitest";
import { textOf } from "../support/deploy/files.ts";

interface Package {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly provenance?: boolean };
  readonly license?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
}

const ours = JSON.parse(textOf("package.json")) as Package;
const lock = JSON.parse(textOf("package-lock.json")) as { packages: Readonly<Record<string, Package>> };
/** What a user's `npm ci --omit=dev` installs, by its folder. */
const shipped = Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && dev !== true);

/** What runs at a user's, and why it is not written here. */
const REASONS: Readonly<Record<string, string>> = {
  "@hono/node-server": "hono on node:http",
  "@rgrove/parse-xml": "strict XML without entities, for bodies that decide",
  "aws-jwt-verify": "AWS's own verification of Cognito's tokens",
  aws4fetch: "SigV4 of constant paths, as a second opinion",
  cborg: "strict CBOR, for services that speak it",
  cockatiel: "retry and breaker of outward calls",
  hono: "the pages where people talk to Postern itself",
  "lru-cache": "bounded memory of credentials and tokens",
  "mqtt-packet": "MQTT 3.1.1 and 5 on the wire",
  pino: "one line of JSON for each event, fast",
  "prom-client": "metrics in Prometheus' form",
  undici: "pools of connections, and streams both ways",
  uplot: "the console's charts",
  ws: "WebSocket frames of MQTT",
  yaml: "YAML 1.2 with lines and columns",
  zod: "the configuration's shape, its messages and its JSON schema",
};

/** What only some need, and is loaded only for them. */
const OPTIONAL: Readonly<Record<string, string>> = {
  "@aws-sdk/credential-provider-node": "the workload's own AWS identity, for assume-role",
  "@opentelemetry/api": "spans",
  "@opentelemetry/exporter-trace-otlp-http": "spans, sent by OTLP",
  "@opentelemetry/resources": "what the spans are of",
  "@opentelemetry/sdk-trace-base": "spans, in batches",
  ioredis: "credentials that sidecars share",
};

describe("packages at run time", () => {
  it("are twenty at most, each for a reason", () => {
    expect(Object.keys(ours.dependencies ?? {})).toEqual(Object.keys(REASONS).sort());
    expect(Object.keys(ours.optionalDependencies ?? {})).toEqual(Object.keys(OPTIONAL).sort());
    expect(Object.keys(REASONS).length).toBeLessThanOrEqual(20);
  });

  it("are of one version each, which the lockfile pins by content", () => {
    const versions = Object.values({ ...ours.dependencies, ...ours.optionalDependencies });
    for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    for (const [path, { integrity }] of shipped)
      expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)]);
  });

  it("run nothing when they are installed", () => {
    expect(
      shipped.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path),
    ).toEqual([]);
  });

  it("have licences that ask for no more than their names", () => {
    const MILD = /^(?:MIT|Apache-2\.0|ISC|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0)$/;
    expect(shipped.filter(([, { license = "" }]) => !MILD.test(license)).map(([path]) => path)).toEqual([]);
  });

  it("are published with a proof of where they were built", () => {
    expect(ours.publishConfig).toEqual({ provenance: true });
  });
});
