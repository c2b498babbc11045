import { readConfig } from "../../src/config/read.ts";
import type { Config } from "../../src/config/schema.ts";

const BASE = {
  aws: { region: "us-east-1", account: "123456789012" },
  identity: {
    userPools: [{ name: "staff", id: "us-east-1_AbCdEfGhI", clientIds: ["web"], tokenUse: ["id"] }],
  },
  credentials: {
    pool: { type: "identity-pool", identityPoolId: "us-east-1:00000000-0000-4000-8000-000000000001" },
  },
  upstreams: { s3: { service: "s3" } },
  policy: {
    rules: [{ name: "all", who: { authenticated: true }, allow: ["s3:GetObject"], on: ["*"], role: "pool" }],
  },
};

/** A configuration that was checked, with what a test says otherwise at its top. */
export function configOf(changes: Readonly<Record<string, unknown>> = {}): Config {
  const { config, problems } = readConfig(JSON.stringify({ ...BASE, ...changes }), {
    env: () => undefined,
    file: () => undefined,
    now: Date.now,
  });
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return config;
}
