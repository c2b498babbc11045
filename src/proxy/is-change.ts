import type { Operation } from "../domain/operation.ts";
import type { Service } from "../aws/service.ts";

/** Methods that are safe (RFC 9110 section 9.2.1), without TRACE, which nobody sends. */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** How AWS's APIs begin the names of operations that only tell. */
const TELLING =
  /^(?:Batch(?:Describe|Get|List)|Describe|Get|Head|List|Lookup|Query|Scan|Search|Select|TransactGet)/;

/** Names that begin so and give out credentials all the same. */
const GIVING = /Credentials|SessionToken|FederationToken|AuthorizationToken|OpenIdToken|DataAccess|Password/;

/** A request, as far as it is known. */
export interface Asking {
  readonly head: { readonly method: string };
  readonly live: { readonly service: Pick<Service, "speaker"> } | undefined;
  readonly operation: Pick<Operation, "service" | "method" | "name"> | undefined;
  /** Of a page of Postern's own. */
  readonly manner: object | undefined;
  readonly handedOut: string | undefined;
}

/**
 * Whether a request may change something, or gives out what can be used later. In doubt it does. That applications change
 * nothing by a safe method is believed.
 */
export function isChange({ head, live, operation, manner, handedOut }: Asking): boolean {
  if (handedOut !== undefined) return true;
  // Preflights have no operation, nor do pages that hand out nothing.
  if (live === undefined || operation === undefined) return manner === undefined && head.method !== "OPTIONS";
  const { service, method, name } = operation;
  if (service === "s3" || live.service.speaker === "application") return !SAFE.has(method);
  return !TELLING.test(name) || GIVING.test(name);
}
