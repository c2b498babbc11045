import { getOrAdd } from "../../domain/get-or-add.ts";
import { NAME_KINDS, type NameKind, plainName } from "./name-kinds.ts";

/** A member on the way to the one that is meant. */
export interface Step {
  readonly member: string;
  /** Whether it is a list, and each of its entries is meant. */
  readonly each: boolean;
}

/** Where in a request something stands. */
export interface Place {
  /** Whether that is the query, of rest-json. */
  readonly inQuery: boolean;
  readonly steps: readonly [Step, ...Step[]];
}

/** A member in braces. */
export interface Placeholder {
  readonly place: Place;
  readonly kind: NameKind;
  /** The member in parentheses behind the kind. */
  readonly other: Place | undefined;
  /** What holds where the request does not say. */
  readonly fallback: string | undefined;
}

/** A template, read. */
export interface Template {
  /** `arn:…:` as far as the region, with the upstream's parts in braces; undefined where the member is an ARN itself. */
  readonly head: string | undefined;
  /** What follows: text, in which `{account}` is the upstream's, and members. */
  readonly parts: readonly (string | Placeholder)[];
}

const HEAD = /^arn:(?:\{partition\}|[a-z-]+):[a-z0-9-]+:(?:\{region\}|[a-z0-9-]*):(?=.)/;
const ACCOUNT = "{account}";

const PLACE = String.raw`\??[A-Za-z][\w-]*(?:\[\])?(?:\.[A-Za-z][\w-]*(?:\[\])?)*`;
const PLACEHOLDER = new RegExp(
  String.raw`^\{(?<place>${PLACE})(?:=(?<fallback>[\w.@/-]+))?(?:\|(?<kind>[a-z-]+)(?:\((?<other>\??[A-Za-z][\w-]*)\))?)?\}$`,
);
/** Of the upstream, and no members. */
const UPSTREAMS_OWN: ReadonlySet<string> = new Set(["partition", "region", "account"]);

const parsed = new Map<string, Template | string>();

/** What is wrong with a template of a resource, in words for its author; undefined where it can be read. */
export function templateProblem(text: string): string | undefined {
  const found = read(text);
  return typeof found === "string" ? found : undefined;
}

/**
 * Reads a template; the same text is read once.
 *
 * @throws Error one that is no template, which the configuration does not let through
 */
export function parseTemplate(text: string): Template {
  const found = read(text);
  if (typeof found === "string") throw new Error(`${text}: ${found}`);
  return found;
}

/** All members that a template may read. */
export function placesOf({ parts }: Template): readonly Place[] {
  return parts.flatMap((part) => {
    if (typeof part === "string") return [];
    return part.other === undefined ? [part.place] : [part.place, part.other];
  });
}

function read(text: string): Template | string {
  return getOrAdd(parsed, text, () => parse(text));
}

function parse(text: string): Template | string {
  const head = HEAD.exec(text)?.[0];
  const parts = text
    .slice(head?.length ?? 0)
    .split(/(\{[^{}]*\})/)
    .filter((piece) => piece !== "")
    .map((piece) =>
      /[{}]/.test(piece) && piece !== ACCOUNT ? (parsePlaceholder(piece) ?? NOT_READ) : piece,
    );
  if (parts.includes(NOT_READ)) return "what stands in braces is no member of a request";
  const [first, ...others] = parts;
  if (head === undefined && (typeof first === "string" || first === undefined || others.length > 0))
    return "a resource is an ARN like arn:{partition}:sns:{region}:{account}:{Name}, or {Name} alone";
  const template: Template = { head, parts: parts.filter((part) => part !== NOT_READ) };
  return orderProblem(template) ?? template;
}

const NOT_READ = Symbol("a placeholder that cannot be read");

function parsePlaceholder(text: string): Placeholder | undefined {
  const { place = "", kind, other, fallback } = PLACEHOLDER.exec(text)?.groups ?? {};
  const named = kind === undefined ? plainName : ownKind(kind);
  if (place === "" || UPSTREAMS_OWN.has(place) || named === undefined) return undefined;
  return {
    place: placeOf(place),
    kind: named,
    other: other === undefined ? undefined : placeOf(other),
    fallback,
  };
}

function ownKind(kind: string): NameKind | undefined {
  return Object.hasOwn(NAME_KINDS, kind) ? NAME_KINDS[kind] : undefined;
}

function placeOf(text: string): Place {
  const inQuery = text.startsWith("?");
  const [first = "", ...rest] = (inQuery ? text.slice(1) : text).split(".");
  return { inQuery, steps: [stepOf(first), ...rest.map(stepOf)] };
}

function stepOf(text: string): Step {
  const each = text.endsWith("[]");
  return { member: each ? text.slice(0, -2) : text, each };
}

/** Text of any kind would run into what follows, and entries of two lists belong to each other in a way nobody knows. */
function orderProblem(template: Template): string | undefined {
  const { parts } = template;
  if (
    parts.some(
      (part, i) => typeof part !== "string" && part.kind === NAME_KINDS["text"] && i + 1 < parts.length,
    )
  )
    return "what is text stands at the end";
  const lists = placesOf(template).flatMap(({ steps }) => steps.filter(({ each }) => each));
  return lists.length > 1 ? "a template has one list at most" : undefined;
}
