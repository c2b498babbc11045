import type { Upstream } from "../service.ts";
import { bedrockModel } from "./tables/bedrock-model.ts";

/** What a member names, as a part of an ARN. */
export interface Named {
  /** What stands in the ARN for the member. */
  readonly text: string;
  /** What may stand there instead, for denies: the same thing by another name, or what it is a part of. */
  readonly within?: readonly string[];
}

/** What a kind of name needs to know besides the text. */
export interface Naming {
  readonly upstream: Upstream;
  /** The member that stands in parentheses behind the kind, where the request has it. */
  readonly other: string | undefined;
}

/** Reads a name; undefined where nobody can tell from it what is meant, and `wrong` where it is none. */
export type NameKind = (given: string, naming: Naming) => Named | "wrong" | undefined;

const NAME = /^[\w.@-]+$/;
const PATH = /^[\w.@/-]+$/;
/** What ends an ARN may have any visible character and spaces but those that patterns, and the ARN's own parts, are made of. */
const TEXT = /^[\x20-\x7e]+$/;
const NOT_IN_TEXT = /[*?:\\]/;

/** Where there is no kind: letters, digits and `_.@-`. */
export function plainName(given: string): Named | "wrong" {
  return NAME.test(given) ? { text: given } : "wrong";
}

/**
 * The kinds of names that templates may ask for, as `{Name|kind}`; the `(Other)` of some is a member that says more.
 *
 * - `path`: with slashes in it.
 * - `text`: visible ASCII and spaces without `* ? : \`; at the end of a template only. Topics, log streams, alarms, addresses.
 * - `queue`: a queue by its URL, as SQS has it.
 * - `function(Qualifier)`: a Lambda function by its name, with or without a qualifier, or by part of its ARN.
 * - `secret`: of Secrets Manager, whose ARNs end in six characters that its name does not tell.
 * - `parameter`: of SSM, whose ARN has its name's first slash once; `:version` and `:label` behind it are left out.
 * - `key`: of KMS, by its id; which key an alias is nobody can tell.
 * - `rule(EventBusName)`: of EventBridge, on the bus that is told or the default one.
 * - `unqualified`: a name without the `:` and what stands behind it, by which IAM does not tell resources apart.
 * - `bedrock-model`: what follows an ARN's region: a foundation model, an inference profile, or what an ARN names.
 */
export const NAME_KINDS: Readonly<Record<string, NameKind>> = {
  path: (given) => (PATH.test(given) ? { text: given } : "wrong"),
  text: (given) => (TEXT.test(given) && !NOT_IN_TEXT.test(given) ? { text: given } : "wrong"),
  queue: (given, { upstream }) => {
    const { account, name } = QUEUE_URL.exec(given)?.groups ?? {};
    return name === undefined || account !== (upstream.account ?? account) ? "wrong" : { text: name };
  },
  function: functionName,
  secret: secretName,
  parameter: parameterName,
  key: (given) => (given.startsWith("alias/") ? undefined : plainName(given)),
  rule: ruleName,
  unqualified: (given) => plainName(given.split(":", 1)[0] ?? ""),
  "bedrock-model": bedrockModel,
};

/** The host is only a part of the name here: where the request goes the configuration says. */
const QUEUE_URL = /^https?:\/\/[\w.:-]+\/(?<account>\d{12})\/(?<name>[\w-]{1,80}(?:\.fifo)?)$/;

/** By name, `name:qualifier`, or `123456789012:function:name` with or without one (Lambda API reference, FunctionName). */
const FUNCTION = /^(?:(?<account>\d{12}):function:)?(?<name>[\w-]{1,140})(?::(?<qualifier>[\w$-]{1,128}))?$/;
const QUALIFIER = /^[\w$-]{1,128}$/;

/** A function with a qualifier is a part of the function, whatever says so. */
function functionName(given: string, { upstream, other }: Naming): Named | "wrong" {
  const { account, name, qualifier = other } = FUNCTION.exec(given)?.groups ?? {};
  if (name === undefined || (account !== undefined && account !== (upstream.account ?? account)))
    return "wrong";
  if (qualifier === undefined) return { text: name };
  if (!QUALIFIER.test(qualifier) || qualifier !== (other ?? qualifier)) return "wrong";
  return { text: `${name}:${qualifier}`, within: [name] };
}

const SECRET = /^[\w/+=.@-]{1,512}$/;
/** What Secrets Manager puts behind a secret's name in its ARN. */
const SECRET_SUFFIX = /-[A-Za-z0-9]{6}$/;

/**
 * A secret whose suffix is not told has `-??????` for it, as IAM's documentation writes it, so that rules on `name-*` and
 * `name-??????` are about it. What looks like a suffix may be the end of a name.
 */
function secretName(given: string): Named | "wrong" {
  if (!SECRET.test(given)) return "wrong";
  const open = `${given}-??????`;
  return SECRET_SUFFIX.test(given) ? { text: given, within: [open] } : { text: open };
}

const PARAMETER = /^(?<name>\/?[\w./-]{1,1011})(?<selector>:[\w.-]{1,128})?$/;
/** Parameters that are secrets of Secrets Manager by another name. */
const A_SECRET = /^\/?aws\/reference\//i;

/** A parameter's ARN has one slash behind `parameter`, whether its name begins with one or not. */
function parameterName(given: string): Named | "wrong" | undefined {
  const { name } = PARAMETER.exec(given)?.groups ?? {};
  if (name === undefined) return "wrong";
  if (A_SECRET.test(name)) return undefined;
  return { text: name.startsWith("/") ? name : `/${name}` };
}

/** Of the default bus the rules' ARNs do not name it. A bus may be told by its ARN. */
function ruleName(given: string, { other = "default" }: Naming): Named | "wrong" {
  const bus = other.slice(other.indexOf("event-bus/") === -1 ? 0 : other.indexOf("event-bus/") + 10);
  if (!NAME.test(given) || !PATH.test(bus)) return "wrong";
  return { text: bus === "default" ? given : `${bus}/${given}` };
}
