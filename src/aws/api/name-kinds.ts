import type { Upstream } from "../service.ts";
import { ownFunction } from "./own-function.ts";
import { ownResource } from "./own-arn.ts";
import { bedrockModel } from "./tables/bedrock-model.ts";

/** What a member names, as a part of an ARN. */
export interface Named {
  /** What stands in the ARN for the member. */
  readonly text: string;
  /** What may stand there instead, for denies: the same thing by another name, or what it is a part of. */
  readonly within?: readonly string[];
  /** Patterns of what may stand there instead, where the name does not tell exactly (`Requirement.mayReach`). */
  readonly mayReach?: readonly string[];
}

/** What a kind of name needs to know besides the text. */
export interface Naming {
  readonly upstream: Upstream;
  /** Whether the text was cut off an ARN that stood in place of a name. */
  readonly fromArn: boolean;
  /** The member in parentheses behind the kind, where the request has it. */
  readonly other: string | undefined;
}

/**
 * Reads a name: `wrong` where it is none, undefined where nobody can tell from it what is meant.
 *
 * @throws Refusal target-ambiguous
 */
export type NameKind = (given: string, naming: Naming) => Named | "wrong" | undefined;

const NAME = /^[\w.@-]+$/;
const PATH = /^[\w.@/-]+$/;
const QUALIFIED = /^([\w.@-]+)(?::[\w.@$-]+)*$/;
const TEXT = /^[\x20-\x7e]+$/;
/** What patterns are made of, and the parts of an ARN. */
const NOT_IN_TEXT = /[*?:\\]/;

/** Where there is no kind: letters, digits and `_.@-`. */
export const plainName: NameKind = (given) => (NAME.test(given) ? { text: given } : "wrong");

/**
 * The kinds of names that templates may ask for, as `{Name|kind}`. `(Other)` is a member that says more.
 *
 * - `path`: with slashes in it.
 * - `text`: visible ASCII and spaces without `* ? : \`, such as a topic, a log stream or an address; at the end of a
 *   template only.
 * - `queue`: a queue by its URL, as SQS has it.
 * - `queue-arn`: a queue by its ARN alone; where a default stands for it nobody can tell which queue it is.
 * - `function(Qualifier)`: a Lambda function by its name, with or without a qualifier, or by a part of its ARN.
 * - `secret`: of Secrets Manager, whose ARNs end in six characters that the name does not tell.
 * - `parameter`: of SSM; its name begins with a slash or not, and a `:version` or `:label` may follow.
 * - `parameter-path`: of SSM; it reaches all parameters below.
 * - `key`: of KMS by its id; whose alias an alias is nobody can tell.
 * - `bus`: of EventBridge, with the slashes of a partner's.
 * - `rule(EventBusName)`: of EventBridge, on the bus that is told or the default one.
 * - `unqualified`: a name without the `:` and what stands behind it, by which IAM does not tell resources apart.
 * - `execution`: of Step Functions, an execution or a map run by its ARN; a part of its state machine.
 * - `identity`: of SES, a domain or an address; to a deny it is the same in lower case.
 * - `topic`: of IoT, as `topic/…` behind the account; one of a thing's own, as of its shadow, is a part of the thing.
 * - `bedrock-model`: what follows an ARN's region: a foundation model, an inference profile, or what an ARN names.
 */
export const NAME_KINDS: Readonly<Record<string, NameKind>> = {
  path: (given) => (PATH.test(given) ? { text: given } : "wrong"),
  text: (given) => (isText(given) ? { text: given } : "wrong"),
  queue: queueName,
  "queue-arn": queueByArn,
  function: functionName,
  secret: secretName,
  parameter: parameterName,
  "parameter-path": parameterPath,
  key: keyName,
  bus: (given) => (isBus(given) ? { text: given } : "wrong"),
  rule: ruleName,
  unqualified: (given) => {
    const name = QUALIFIED.exec(given)?.[1];
    return name === undefined ? "wrong" : { text: name };
  },
  execution: executionName,
  identity: identityName,
  topic: topicName,
  "bedrock-model": bedrockModel,
};

/** The host is no more than a part of the name: where the request goes the configuration says. */
const QUEUE_URL = /^https?:\/\/[\w.:-]+\/(?<account>\d{12})\/(?<name>[\w-]{1,80}(?:\.fifo)?)$/;

function queueName(given: string, { upstream }: Naming): Named | "wrong" {
  const { account, name } = QUEUE_URL.exec(given)?.groups ?? {};
  return name === undefined || account !== upstream.account ? "wrong" : { text: name };
}

const QUALIFIER = /^[\w$-]{1,128}$/;

/** With a qualifier it is a part of the function, wherever the qualifier stands. */
function functionName(given: string, naming: Naming): Named | "wrong" {
  const { other } = naming;
  const { name, qualifier = other } = ownFunction(given, naming) ?? {};
  if (name === undefined) return "wrong";
  if (qualifier === undefined) return { text: name };
  if (!QUALIFIER.test(qualifier) || qualifier !== (other ?? qualifier)) return "wrong";
  return { text: `${name}:${qualifier}`, within: [name] };
}

const SECRET = /^[\w/+=.@-]{1,512}$/;
/** What Secrets Manager puts behind a secret's name in its ARN. */
const SECRET_SUFFIX = /-[A-Za-z0-9]{6}$/;

/**
 * A secret by its name, or an ARN without its suffix, has `-??????` for it, as IAM's documentation writes it, so that rules
 * on `name-*` and on `name-??????` are about it; to a deny it may be any that ends so. An ARN that ends as if with a suffix
 * is taken for a whole one, as AWS takes it first, though it may be that of a secret so named, without its suffix: AWS
 * advises against such names, and to a deny it is that secret too.
 */
function secretName(given: string, { fromArn }: Naming): Named | "wrong" {
  if (!SECRET.test(given)) return "wrong";
  const open = `${given}-??????`;
  if (!SECRET_SUFFIX.test(given)) return { text: open, mayReach: [open] };
  return fromArn
    ? { text: given, within: [open], mayReach: [open] }
    : { text: open, within: [given], mayReach: [open] };
}

const PARAMETER = /^(?<name>\/?[\w./-]{1,1011})(?::[\w.-]{1,128})?$/;
/** Secrets of Secrets Manager by another name, which rules on secrets would not see (Systems Manager user guide). */
const SECRETS = /^\/*aws\/reference\//i;

/** The ARN has one slash before the name, whether the name begins with one or not. */
function parameterName(given: string): Named | "wrong" {
  const name = PARAMETER.exec(given)?.groups?.["name"];
  if (name === undefined || name.includes("//") || SECRETS.test(name)) return "wrong";
  const path = name.startsWith("/") ? name : `/${name}`;
  return path.length > 1 && path.endsWith("/") ? { text: path, within: [path.slice(0, -1)] } : { text: path };
}

function parameterPath(given: string): Named | "wrong" {
  const named = parameterName(given);
  return named === "wrong" ? "wrong" : { ...named, mayReach: [`${named.text.replace(/\/$/, "")}/*`] };
}

/** AWS writes the ids of keys in small letters. */
/** What is no ARN is refused, as SQS refuses it; but for the word that stands where nothing was said. */
function queueByArn(given: string, naming: Naming): Named | "wrong" | undefined {
  if (naming.fromArn) return plainName(given, naming);
  return given === NO_QUEUE ? undefined : "wrong";
}

/** What templates have where a request names no queue. */
const NO_QUEUE = "none";

function keyName(given: string, naming: Naming): Named | "wrong" | undefined {
  if (given.startsWith("alias/")) return undefined;
  return /[A-Z]/.test(given) ? "wrong" : plainName(given, naming);
}

const BUS = "event-bus/";

/** Another spelling of the default bus might be taken for it. */
function isBus(name: string): boolean {
  const isOther = name === "default" || name.toLowerCase() !== "default";
  return isOther && name.split("/").every((part) => NAME.test(part));
}

/** The ARNs of rules on the default bus do not name it. */
function ruleName(given: string, { upstream, other = "default" }: Naming): Named | "wrong" {
  const named = other.startsWith("arn:") ? ownResource(other, upstream) : `${BUS}${other}`;
  const bus = named.slice(BUS.length);
  if (!named.startsWith(BUS) || !isBus(bus) || !NAME.test(given)) return "wrong";
  return { text: bus === "default" ? given : `${bus}/${given}` };
}

/** `execution:machine:name`, `express:machine:name:id` or `mapRun:machine/label:id` (Step Functions API reference). */
const EXECUTION = /^(?:execution|express|mapRun):(?<machine>[\w.-]+)[/:][\w.:/-]+$/;

function executionName(given: string): Named | "wrong" {
  const machine = EXECUTION.exec(given)?.groups?.["machine"];
  return machine === undefined ? "wrong" : { text: given, within: [`stateMachine:${machine}`] };
}

function identityName(given: string): Named | "wrong" {
  if (!isText(given)) return "wrong";
  const lower = given.toLowerCase();
  return lower === given ? { text: given } : { text: given, within: [lower] };
}

/** What AWS reserves for a thing (IoT developer guide, reserved topics). */
const OF_THING = /^\$aws\/things\/(?<thing>[^/]+)\/(?:shadow\/name\/(?<shadow>[^/]+)\/)?/;

function topicName(given: string): Named | "wrong" {
  if (!isText(given)) return "wrong";
  const { thing, shadow } = OF_THING.exec(given)?.groups ?? {};
  if (thing === undefined) return { text: `topic/${given}` };
  const own = `thing/${thing}`;
  return { text: `topic/${given}`, within: shadow === undefined ? [own] : [own, `${own}/${shadow}`] };
}

function isText(given: string): boolean {
  return TEXT.test(given) && !NOT_IN_TEXT.test(given);
}
