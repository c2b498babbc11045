import type { Source } from "../config/credentials-schema.ts";
import type { Config } from "../config/schema.ts";
import { sourcesOf } from "../config/sources.ts";
import type { Operation } from "../credentials/quotas.ts";

/** The operations of AWS that a configuration calls to get credentials, or to make them good for AWS IoT. */
export function exchangesIn(config: Pick<Config, "credentials" | "upstreams">): readonly Operation[] {
  const needsPolicy = Object.values(config.upstreams).some(({ iotPolicy }) => iotPolicy !== undefined);
  const all = [
    ...Object.values(sourcesOf(config)).flatMap(operationsOf),
    ...(needsPolicy ? (["GetPolicy", "AttachPolicy"] as const) : []),
  ];
  return [...new Set(all)];
}

function operationsOf(source: Source): readonly Operation[] {
  return source.verifyRole ? [...gettingBy(source), "GetCallerIdentity"] : gettingBy(source);
}

function gettingBy(source: Source): readonly Operation[] {
  if (source.type === "assume-role") return ["AssumeRole"];
  if (source.type === "web-identity") return ["AssumeRoleWithWebIdentity"];
  return source.flow === "basic"
    ? ["GetId", "GetOpenIdToken", "AssumeRoleWithWebIdentity"]
    : ["GetId", "GetCredentialsForIdentity"];
}
