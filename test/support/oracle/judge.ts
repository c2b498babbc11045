import type { Seen } from "../../../src/local/guard/guard.ts";
import type { Session } from "../../../src/local/session.ts";
import type { Outcome } from "../../../src/telemetry/outcome.ts";
import type { Arrival } from "./arrivals.ts";
import { isDenied } from "./denied.ts";

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

/** Of what it knows and Postern does not: where a bucket is, what else there must be in documents, and what names are. */
const MAY_REFUSE: ReadonlySet<string> = new Set([
  "MalformedXML",
  "MalformedInput",
  "PermanentRedirect",
  "InvalidAddress",
  "InvalidArn",
  "InvalidParameter",
  "InvalidParameterValue",
  "InvalidParameterValueException",
  "MissingParameter",
  "ValidationException",
]);

/** Resources of the oracle's account and region, as far as they name one (security rule S3.6). */
const OWN = /^(?:\*$|arn:aws:[\w-]+:(?:us-east-1)?:(?:123456789012)?:)/;

/** Operations that may name a thing in two ways, of which AWS takes one: both are asked for. */
const NAMED_TWICE =
  /^(?:GetQueueUrl|Publish|DeleteStream|DescribeStream|GetShardIterator|ListShards|PutRecords?)$/;

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
  return { kind: what.replaceAll(/arn:[^]*?(?=; |, [\w-]+ [\w-]+:|$)/g, "*"), told: `${what}\n${where}` };
}

function mismatch(outcome: Outcome, arrival: Arrival, subject: string | undefined): string | undefined {
  const { seen, refused = "", ambiguous } = arrival;
  if (NOT_AS_SIGNED.test(refused)) return `refused with ${refused}`;
  const other = otherSigner(outcome, arrival, subject) ?? ambiguous;
  if (other !== undefined) return other;
  return seen === undefined ? unreadFault(outcome, refused) : needsFault(outcome, seen);
}

function unreadFault(outcome: Outcome, refused: string): string | undefined {
  const mayBe = outcome.outcome !== "ok" || MAY_REFUSE.has(refused) || isForNobody(outcome, refused);
  return mayBe ? undefined : `${outcome.operation}: unread, ${refused}`;
}

function needsFault(outcome: Outcome, seen: readonly Seen[]): string | undefined {
  const { operation, service, requirements } = outcome;
  const reached = seen.find(isDenied);
  if (reached !== undefined) return `a deny names ${reached.resource}`;
  const foreign = seen.find(({ resource }) => !OWN.test(resource));
  if (foreign !== undefined && operation !== "GetQueueUrl")
    return `${operation}: of somebody else, ${foreign.resource}`;
  const decided = needsOf(requirements, service);
  const read = needsOf(seen, service);
  if (decided.join("\n") === read.join("\n") || isCovered(outcome, decided, read)) return undefined;
  return `${operation}: decided ${decided.join(", ")}; read ${read.join(", ")}`;
}

/** A WebSocket API has its connections, and nothing else that could be called. */
function isForNobody({ operation, requirements }: Outcome, refused: string): boolean {
  const isInvoke =
    operation === "Invoke" && requirements.every(({ resource }) => /:chatapi001\//.test(resource));
  return isInvoke && refused === "ForbiddenException";
}

/** Whether more was decided than is read, where that may be: of what nobody can tell, everything is asked for. */
function isCovered(
  { operation = "", service }: Outcome,
  decided: readonly string[],
  read: readonly string[],
): boolean {
  if (service === "s3" || service === "dynamodb") return false;
  // STS asks nobody whether callers may know who they are, and AWS refuses what names nothing that there could be.
  if (read.length === 0) return true;
  // An API that has no connections may have a path of that name, and nobody can tell which one has.
  const asPaths = decided.map((need) =>
    need.replace(/ execute-api:ManageConnections (?=.*\/@connections\/)/, " execute-api:Invoke "),
  );
  if (asPaths.join("\n") === read.join("\n")) return true;
  const isMore = (need: string): boolean => NAMED_TWICE.test(operation) || need.endsWith(" *");
  return (
    read.every((need) => decided.includes(need)) &&
    decided.every((need) => read.includes(need) || isMore(need))
  );
}

/** Whether somebody else signed than it was decided for, or in another role. */
function otherSigner(outcome: Outcome, arrival: Arrival, subject: string | undefined): string | undefined {
  const { session, bearer, isCut } = arrival;
  const decidedFor = outcome.subject;
  // Whose token an API would have looked at is not known of what broke off.
  if (session === undefined && bearer === undefined)
    return isCut && outcome.outcome !== "ok" ? undefined : "signed by nobody";
  const other = session && otherRole(outcome, session);
  if (other !== undefined) return other;
  const shown = session === undefined ? bearer?.subject : session.tags["sub"];
  if (shown === decidedFor && shown === subject) return undefined;
  return `decided for ${decidedFor} of ${subject}, shown to be ${shown}`;
}

function otherRole({ role, assumedRole }: Outcome, session: Session): string | undefined {
  const isChosen = role === "pool";
  const wanted = isChosen ? assumedRole : role;
  const signer = isChosen ? session.assumedRoleArn : session.roleArn;
  return wanted === undefined || wanted === signer ? undefined : `decided for ${wanted}, signed by ${signer}`;
}

interface Need {
  readonly action: string;
  readonly resource: string;
}

/** In S3 as often as they stand; elsewhere entries are told apart by what the stand-in says nothing of. */
function needsOf(needs: readonly Need[], service: string): readonly string[] {
  const all = needs.map(({ action, resource }) => `${service} ${action} ${resource}`).sort();
  return service === "s3" ? all : [...new Set(all)];
}
