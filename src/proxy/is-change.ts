import type { Operation } from "../domain/operation.ts";
import type { Service } from "../aws/service.ts";

/** Methods that are safe (RFC 9110 section 9.2.1), without TRACE, which nobody sends. */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** How AWS's APIs begin the names of operations that only tell. */
const TELLING =
  /^(?:Batch(?:Describe|Get|List)|Describe|Get|Head|List|Lookup|Query|Scan|Search|Select|TransactGet)/;

/** Names that begin so and give out credentials all the same. */
const GIVING = /Credentials|SessionToken|FederationToken|AuthorizationToken|OpenIdToken|DataAccess|Password/;

/**
 * Whether an operation may change something at AWS, or gives out what can be used later. In doubt it does: what an
 * application makes of a safe method is its own affair, and is believed.
 */
export function isChangeAt(
  { speaker }: Pick<Service, "speaker">,
  { service, method, name }: Pick<Operation, "service" | "method" | "name">,
): boolean {
  if (service === "s3" || speaker === "application") return !SAFE.has(method);
  return !TELLING.test(name) || GIVING.test(name);
}
