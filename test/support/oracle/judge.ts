import type { Outcome } from "../../../src/telemetry/outcome.ts";
import type { Arrival } from "./arrivals.ts";

/** All that is known of the requests of one tag. */
export interface Trace {
  readonly outcomes: readonly Outcome[];
  readonly arrivals: readonly Arrival[];
}

/** Refusals of the stand-in that say that a request was not what its signature or its framing said. */
const NOT_AS_SIGNED =
  /Signature|Authoriz|Authentic|Token|AccessKeyId|Skewed|SHA256|IncompleteBody|ChunkSize|Digest/i;

/**
 * What is wrong with a trace; undefined where what was decided is what was sent, in the role it was decided with, and
 * what was not allowed went nowhere.
 *
 * @param subject of the user whose token the requests bring; undefined where there is no such user
 */
export function faultOf({ outcomes, arrivals }: Trace, subject: string | undefined): string | undefined {
  const waiting = [...outcomes]
    .filter(({ verdict }) => verdict === "permit")
    // Whatever the answer was, these were sent; of the others some may have been, before something broke.
    .sort((a, b) => Number(b.outcome === "ok") - Number(a.outcome === "ok"));
  for (const arrival of arrivals) {
    const [first] = waiting;
    if (first === undefined) return `arrived without a permit: ${arrival.line}`;
    const faults = waiting.map((outcome) => mismatch(outcome, arrival, subject));
    const at = faults.indexOf(undefined);
    if (at === -1) return `${faults[0]}: ${arrival.line}`;
    waiting.splice(at, 1);
  }
  const missing = waiting.find(({ outcome }) => outcome === "ok");
  return missing === undefined
    ? undefined
    : `passed and never arrived: ${missing.operation} ${missing.status}`;
}

function mismatch(outcome: Outcome, arrival: Arrival, subject: string | undefined): string | undefined {
  const { session, seen, refused } = arrival;
  if (refused !== undefined && NOT_AS_SIGNED.test(refused)) return `refused with ${refused}`;
  if (session === undefined) return "signed by nobody";
  const proved = outcome.role === "pool" ? outcome.assumedRole : outcome.role;
  const signer = outcome.role === "pool" ? session.assumedRoleArn : session.roleArn;
  if (proved !== undefined && proved !== signer) return `decided for ${proved}, signed by ${signer}`;
  const { sub } = session.tags;
  if (sub !== outcome.subject || sub !== subject)
    return `decided for ${outcome.subject} of ${subject}, signed by ${sub}`;
  if (seen === undefined) return undefined;
  const decided = needsOf(outcome.requirements, outcome.service);
  const read = needsOf(seen, seen[0]?.service ?? "");
  return decided.join("\n") === read.join("\n")
    ? undefined
    : `${outcome.operation}: decided ${decided.join(", ")}; read ${read.join(", ")}`;
}

interface Need {
  readonly action: string;
  readonly resource: string;
}

/** In S3 as often as they stand; DynamoDB's entries are told apart by their keys, of which the stand-in says nothing. */
function needsOf(needs: readonly Need[], service: string): readonly string[] {
  const all = needs.map(({ action, resource }) => `${service} ${action} ${resource}`).sort();
  return service === "dynamodb" ? [...new Set(all)] : all;
}
