import type { Exchange } from "../domain/exchange.ts";
import { Refusal, type RefusalCode } from "../domain/refusal.ts";
import { OutboundError } from "../outbound/call.ts";
import { HeldBackError } from "../outbound/held-back.ts";

/**
 * What an error of AWS means for the exchange:
 *
 * - `denied`: not with this token;
 * - `misconfigured`: with no token, until somebody changes a pool or a role;
 * - `throttled` and `failed`: not now.
 */
export type Meaning = "denied" | "misconfigured" | "throttled" | "failed";

/** An error that AWS answered with: the cause of the Refusal that it became. */
export class AwsError extends Error {
  /** Its name in the API, such as `NotAuthorizedException`; undefined where the answer was not AWS's own. */
  readonly type: string | undefined;
  readonly meaning: Meaning;

  constructor(operation: string, type: string | undefined, meaning: Meaning) {
    super(`${operation}: ${type ?? "no error of AWS"}`);
    this.name = "AwsError";
    this.type = type;
    this.meaning = meaning;
  }
}

/**
 * Makes the refusal of an error answer. Its name tells what it means; its status does so only where the name says
 * nothing, since AWS gives the same 400 to a bad token and to a throttled caller.
 *
 * @param denied the code for `denied`: the call knows what was denied
 */
export function refusalOf(
  { operation, status, type }: { operation: string; status: number; type: string | undefined },
  meanings: ReadonlyMap<string, Meaning>,
  denied: RefusalCode,
): Refusal {
  const meaning = (type === undefined ? undefined : meanings.get(type)) ?? meaningOf(status, type);
  const detail = `${operation}: ${status} ${type ?? "without an error of AWS"}`;
  const code = meaning === "denied" ? denied : CODES[meaning];
  return new Refusal(code, { cause: new AwsError(operation, type, meaning), detail });
}

const CODES = {
  misconfigured: "credentials-unavailable",
  throttled: "credentials-throttled",
  failed: "credentials-unavailable",
} as const;

/** An unheard-of error is AWS's decision where it is named and not a fault of the server; a page without one is a gateway's. */
function meaningOf(status: number, type: string | undefined): Meaning {
  if (status === 429 || (type !== undefined && /throttl/i.test(type))) return "throttled";
  return type !== undefined && status < 500 ? "misconfigured" : "failed";
}

/** How an exchange that failed has ended. */
export type Trouble = Exclude<Exchange["outcome"], "ok">;

const TROUBLES: Readonly<Record<Meaning | OutboundError["kind"], Trouble>> = {
  denied: "refused",
  misconfigured: "misconfigured",
  throttled: "throttled",
  failed: "unavailable",
  unreachable: "unavailable",
  timeout: "timeout",
  "too-large": "too-large",
};

const DECISIONS: ReadonlySet<RefusalCode> = new Set([
  "id-token-required",
  "role-not-granted",
  "role-mismatch",
  "credentials-refused",
]);

/** Tells what became of an exchange by what it threw. What none of the causes explains is an answer that nobody could read. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Refusal)) return "malformed";
  if (DECISIONS.has(error.code)) return "refused";
  const { cause } = error;
  if (cause instanceof AwsError) return TROUBLES[cause.meaning];
  if (cause instanceof OutboundError) return TROUBLES[cause.kind];
  return cause instanceof HeldBackError ? "held-back" : "malformed";
}

/**
 * Whether a failed exchange was decided, so that asking again with the same token would end the same way and what was
 * got earlier must not be used on; as against a fault, which says nothing of the caller.
 */
export function isDecision(error: unknown): error is Refusal {
  const trouble = troubleOf(error);
  return trouble === "refused" || trouble === "misconfigured";
}

/**
 * Whether the same call may end better in a moment: AWS was asked too often, had a fault or did not answer. Neither what
 * it decided, nor an answer that nobody can read.
 */
export function isTransient(error: unknown): boolean {
  const trouble = troubleOf(error);
  return trouble === "throttled" || trouble === "unavailable" || trouble === "timeout";
}

/** AWS answered well, but the caller's issuer did not answer AWS: one issuer must not speak for all. */
const OF_THE_ISSUER: ReadonlySet<string> = new Set([
  "ExternalServiceException",
  "IDPCommunicationError",
  "IDPCommunicationErrorException",
]);

/** Whether the API itself failed or did not answer, whoever asked: what opens its breaker. */
export function isFault(error: unknown): boolean {
  if (!isTransient(error) || troubleOf(error) === "throttled") return false;
  const cause = error instanceof Refusal ? error.cause : undefined;
  return !(cause instanceof AwsError && cause.type !== undefined && OF_THE_ISSUER.has(cause.type));
}
