import type { Dialect } from "./fault.ts";
import { singleHeader } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";

/** What differs between services in signing and refusing. */
export interface ServiceRules {
  readonly dialect: Dialect;
  /**
   * How the canonical path comes from the wire: S3 decodes and encodes again, the others remove dot segments and
   * empty ones and then encode the wire form once more.
   */
  readonly path: "recoded" | "normalised" | "verbatim";
  /** How far the clock of a client may be off. */
  readonly skewMs: number;
  /** The session token is added after signing and is no part of what is signed. */
  readonly tokenAfterSigning: boolean;
}

const MINUTE_MS = 60_000;
const JSON_RULES: ServiceRules = {
  dialect: "json",
  path: "normalised",
  skewMs: 5 * MINUTE_MS,
  tokenAfterSigning: false,
};

const RULES: ReadonlyMap<string, ServiceRules> = new Map(
  Object.entries({
    s3: { dialect: "s3", path: "recoded", skewMs: 15 * MINUTE_MS, tokenAfterSigning: false },
    sts: { ...JSON_RULES, dialect: "query" },
    sns: { ...JSON_RULES, dialect: "query" },
    "execute-api": { ...JSON_RULES, dialect: "rest" },
    lambda: { ...JSON_RULES, dialect: "rest" },
    iot: { ...JSON_RULES, dialect: "rest" },
    iotdevicegateway: { ...JSON_RULES, tokenAfterSigning: true },
  }),
);

/** The rules of a service, by its signing name. */
export function rulesOf(service: string): ServiceRules {
  return RULES.get(service) ?? JSON_RULES;
}

/** The likely dialect of a request that does not name its service in a credential scope. */
export function dialectOf(head: RequestHead): Dialect {
  if (head.headers.has("x-amz-target")) return "json";
  const contentType = singleHeader(head, "content-type") ?? "";
  return contentType.startsWith("application/x-www-form-urlencoded") ? "query" : "s3";
}
