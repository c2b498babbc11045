import type { Operation } from "../domain/operation.ts";
import type { Service } from "../aws/service.ts";
import { givesCredentials } from "../policy/pattern.ts";

/** Methods that are safe (RFC 9110 section 9.2.1), without TRACE, which nobody sends. */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** How AWS's APIs begin the names of operations that only tell. */
const TELLING =
  /^(?:Batch(?:Describe|Get|List)|Describe|Get|Head|List|Lookup|Query|Scan|Search|Select|TransactGet)/;

/**
 * Names that begin so, and give out all the same what can be used later: credentials and tokens beside those that a rule
 * must name literally, secrets, and work, which whoever takes it away from others keeps.
 */
const GIVING =
  /Credentials|(?:Access|Authorization|Federation|Identity|OpenId|Session)Token|ActivityTask|DataAccess|ParametersForImport|Password|SecretValue|SessionEndpoint/;

/** A request, as far as it is known. */
export interface Asking {
  readonly head: { readonly method: string };
  readonly live: { readonly service: Pick<Service, "speaker"> } | undefined;
  readonly operation: Pick<Operation, "service" | "method" | "name" | "requirements"> | undefined;
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
  const { service, method, name, requirements } = operation;
  const isByMethod = service === "s3" || live.service.speaker === "application";
  if (isByMethod ? !SAFE.has(method) : !TELLING.test(name) || GIVING.test(name)) return true;
  return gives(requirements);
}

/** Reads ask for one action as a rule, and for it a hundred times in a batch. */
function gives(requirements: Operation["requirements"]): boolean {
  let harmless: string | undefined;
  for (const { action } of requirements) {
    if (action === harmless) continue;
    if (isGiving(action)) return true;
    harmless = action;
  }
  return false;
}

/** What was answered already: to ask costs a microsecond, of each request. */
const ANSWERS = new Map<string, boolean>();
const MAX_ANSWERS = 500;
const MAX_ACTION_LENGTH = 100;

function isGiving(action: string): boolean {
  const known = ANSWERS.get(action);
  if (known !== undefined) return known;
  const answer = givesCredentials(action);
  if (ANSWERS.size < MAX_ANSWERS && action.length <= MAX_ACTION_LENGTH) ANSWERS.set(action, answer);
  return answer;
}
