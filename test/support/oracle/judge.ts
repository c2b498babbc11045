import type { Outcome } from "../../../src/telemetry/outcome.ts";
import type { Arrival } from "./arrivals.ts";

/** All that is known of the requests of one tag. */
export interface Trace {
  readonly outcomes: readonly Outcome[];
  readonly arrivals: readonly Arrival[];
}

/** What is wrong with a request. */
export interface Fault {
  /** The same for all requests with the same fault. */
  readonly kind: string;
  readonly told: string;
}

/** Refusals of the stand-in that say that a request was not what Postern's signature or framing said. */
const NOT_AS_SIGNED = /Signature|Authoriz|Authentic|Token|AccessKeyId|Skewed|IncompleteBody|ChunkSize/i;

/** Of what it knows and Postern does not: where a bucket is, and what else there must be in documents. */
const MAY_REFUSE: ReadonlySet<string> = new Set(["MalformedXML", "PermanentRedirect"]);

/**
 * What is wrong with a trace; undefined where what was decided is what was sent, in the role it was decided with, and
 * what was not allowed went nowhere.
 *
 * @param subject of the user whose token the requests bring; undefined where there is no such user
 */
export function faultOf({ outcomes, arrivals }: Trace, subject: string | undefined): Fault | undefined {
  const permitted = outcomes.filter(({ verdict }) => verdict === "permit");
  // Whatever the answer was, the first were sent; of the others some may have been, before something broke.
  const waiting = [
    ...permitted.filter(({ outcome }) => outcome === "ok"),
    ...permitted.filter(({ outcome }) => outcome !== "ok"),
  ];
  for (const arrival of arrivals) {
    if (waiting.length === 0) return toFault("arrived without a permit", arrival.line);
    const faults = waiting.map((outcome) => mismatch(outcome, arrival, subject));
    const at = faults.indexOf(undefined);
    if (at === -1) return toFault(faults[0] ?? "", arrival.line);
    waiting.splice(at, 1);
  }
  const missing = waiting.find(({ outcome }) => outcome === "ok");
  return missing && toFault("passed and never arrived", `${missing.operation} ${missing.status}`);
}

function toFault(what: string, where: string): Fault {
  return { kind: what.replaceAll(/arn:[^]*?(?=; |, s3 |, dynamodb |$)/g, "*"), told: `${what}\n${where}` };
}

function mismatch(outcome: Outcome, arrival: Arrival, subject: string | undefined): string | undefined {
  const { seen, refused = "", ambiguous } = arrival;
  if (NOT_AS_SIGNED.test(refused)) return `refused with ${refused}`;
  const other = otherSigner(outcome, arrival, subject) ?? ambiguous;
  if (other !== undefined) return other;
  if (seen === undefined)
    return outcome.outcome !== "ok" || MAY_REFUSE.has(refused)
      ? undefined
      : `${outcome.operation}: unread, ${refused}`;
  const decided = needsOf(outcome.requirements, outcome.service);
  const read = needsOf(seen, seen[0]?.service ?? "");
  if (decided.join("\n") === read.join("\n")) return undefined;
  return `${outcome.operation}: decided ${decided.join(", ")}; read ${read.join(", ")}`;
}

/** Whether somebody else signed than it was decided for, or in another role. */
function otherSigner(
  { role, assumedRole, subject: decidedFor }: Outcome,
  { session }: Arrival,
  subject: string | undefined,
): string | undefined {
  if (session === undefined) return "signed by nobody";
  const isChosen = role === "pool";
  const wanted = isChosen ? assumedRole : role;
  const signer = isChosen ? session.assumedRoleArn : session.roleArn;
  if (wanted !== undefined && wanted !== signer) return `decided for ${wanted}, signed by ${signer}`;
  const { sub } = session.tags;
  if (sub === decidedFor && sub === subject) return undefined;
  return `decided for ${decidedFor} of ${subject}, signed by ${sub}`;
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
