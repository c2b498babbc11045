import { type ConfigReading, readConfig } from "../../src/config/read.ts";
import type { Config } from "../../src/config/schema.ts";

/** When configurations are read. */
export const NOW_MS = Date.parse("2026-01-15T12:00:00Z");

/** A user pool. */
export const STAFF = { name: "staff", id: "us-east-1_AbC", clientIds: ["web"], tokenUse: ["id"] };

/** An identity pool as a source, in the enhanced flow. */
export const POOL = {
  type: "identity-pool",
  identityPoolId: "us-east-1:11111111-2222-4333-8444-555555555555",
};

/** A rule, but for its name. */
export const ALLOW = { who: { authenticated: true }, allow: ["s3:GetObject"], on: ["*"], role: "pool" };

/** A small configuration with nothing wrong in it. */
export const DOCUMENT = {
  aws: { region: "us-east-1", account: "123456789012" },
  identity: { userPools: [STAFF] },
  credentials: { pool: POOL },
  upstreams: { s3: { service: "s3" } },
  policy: { rules: [{ name: "all", ...ALLOW }] },
};

/** Reads {@link DOCUMENT} with other sections, and files by their paths. */
export function readChanged(changes: object, files: Readonly<Record<string, string>> = {}): ConfigReading {
  return readConfig(JSON.stringify({ ...DOCUMENT, ...changes }), {
    env: () => undefined,
    file: (path) => files[path],
    now: () => NOW_MS,
  });
}

/** What a person is told of it: path and message. */
export function told(changes: object, files?: Readonly<Record<string, string>>): readonly string[] {
  return readChanged(changes, files).problems.map(({ path, message }) => `${path}: ${message}`);
}

/** What a person is warned of: path and message. The configuration must be good. */
export function warned(changes: object): readonly string[] {
  const { problems, warnings } = readChanged(changes);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return warnings.map(({ path, message }) => `${path}: ${message}`);
}

/** The configuration, which must be good. */
export function configOf(changes: object, files?: Readonly<Record<string, string>>): Config {
  const reading = readChanged(changes, files);
  if (reading.config === undefined) throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}
