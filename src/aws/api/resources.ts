import type { Requirement } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { malformed } from "../body.ts";
import type { Upstream } from "../service.ts";
import { type Members, textsAt } from "./members.ts";
import type { ApiOperation } from "./model.ts";
import type { Named } from "./name-kinds.ts";
import { foreign, ownResource } from "./own-arn.ts";
import { parseTemplate, type Placeholder, type Template } from "./template.ts";

/** More than any operation names at once: AWS's batches have at most a hundred entries. */
const MAX_RESOURCES = 200;

/** Longer than any ARN and any name of AWS. */
const MAX_LENGTH = 2_048;

/** More parts than a resource has: a parameter's path has fifteen levels. */
const MAX_PARTS = 32;

/** One thing that a request touches, and what that is a part of, or may be. */
interface Touched {
  readonly resource: string;
  readonly within: readonly string[];
  readonly mayReach: readonly string[];
}

/** Nobody can tell what it is. */
const UNKNOWN = Symbol("a resource that nobody knows");

/**
 * What a request needs to be allowed.
 *
 * @throws Refusal body-malformed, target-ambiguous, internal: a member that cannot be read as the name it should be, or
 * an ARN that is not this upstream's
 */
export function requirementsOf(
  { action, covers, resources, mayReach }: ApiOperation,
  members: Members,
  upstream: Upstream,
): readonly Requirement[] {
  const reached = filledAll(mayReach, members, upstream);
  const all = { action, ...(covers !== undefined && { covers }) };
  const unknown = { ...all, resource: "*", unknownResource: true } as const;
  if (reached.includes(UNKNOWN)) return [unknown];
  const patterns = reached.flatMap((one) => (one === UNKNOWN ? [] : [one.resource]));
  if (resources?.length === 0)
    return [{ ...all, resource: "*", ...(patterns.length > 0 && { mayReach: patterns }) }];
  const touched = filledAll(resources, members, upstream);
  const known = new Map(touched.flatMap((one) => (one === UNKNOWN ? [] : [[one.resource, one] as const])));
  if (known.size > MAX_RESOURCES) throw wrong("too many resources", members);
  const requirements: Requirement[] = [...known.values()].map(({ resource, within, mayReach: own }) => ({
    ...all,
    resource,
    ...(within.length > 0 && { within }),
    ...(own.length + patterns.length > 0 && { mayReach: [...own, ...patterns] }),
  }));
  return known.size === 0 || touched.includes(UNKNOWN) ? [...requirements, unknown] : requirements;
}

type Filled = readonly (Touched | typeof UNKNOWN)[];

function filledAll(templates: readonly string[] = [], members: Members, upstream: Upstream): Filled {
  return templates.flatMap((text) => fill(parseTemplate(text), members, upstream));
}

/** What a template names in a request: nothing where a member of it is not there. */
function fill(template: Template, members: Members, upstream: Upstream): Filled {
  const { head, parts } = template;
  const texts = parts.map((part) => (typeof part === "string" ? [part] : givenFor(part, members)));
  // Before anything is made of them: there may be very many, and they may be very long.
  if (texts.some(({ length }) => length > MAX_RESOURCES)) throw wrong("too many resources", members);
  if (texts.flat().some((text) => text !== undefined && text.length > MAX_LENGTH))
    throw wrong("a resource is longer than any of AWS", members);
  // A list has as many entries as it has; of everything else there is one.
  const count = texts.reduce((most, { length }) => (length === 1 ? most : length), 1);
  const rows = Array.from({ length: count }, (_, i) => texts.map((of) => (of.length === 1 ? of[0] : of[i])));
  const whole = rows.filter((row): row is string[] => row.every((text) => text !== undefined));
  if (whole.length > 0 && whole.length < rows.length)
    throw wrong("an entry that does not name its resource", members);
  if (head === undefined) return whole.map(([text = ""]) => byOwnArn(text, upstream));
  const start = filledIn(head, upstream);
  return whole.map((row) => byTemplate(start, { parts, row }, members, upstream));
}

function givenFor({ place, fallback }: Placeholder, members: Members): readonly (string | undefined)[] {
  return textsAt(place, members).map((text) => text ?? fallback);
}

/** What stands behind a `:` or `/` of a resource belongs to what stands before it, as a consumer of a stream does. */
function byOwnArn(text: string, upstream: Upstream): Touched {
  const resource = ownResource(text, upstream);
  const head = text.slice(0, text.length - resource.length);
  const marks = [...resource.matchAll(/[:/]/g)];
  if (marks.length > MAX_PARTS) throw foreign();
  const cuts = marks.map(({ index }) => head + resource.slice(0, index));
  return { resource: text, within: cuts, mayReach: [] };
}

/** The texts of a template's parts as one request has them. */
interface Row {
  readonly parts: Template["parts"];
  readonly row: readonly string[];
}

function byTemplate(
  start: string,
  { parts, row }: Row,
  members: Members,
  upstream: Upstream,
): Filled[number] {
  let variants: readonly string[] = [start];
  let reached: readonly string[] = [];
  const wholes: string[] = [];
  for (const [i, part] of parts.entries()) {
    const given = row[i] ?? "";
    const named =
      typeof part === "string"
        ? { text: filledIn(part, upstream) }
        : nameIn(part, { given, before: variants[0] ?? "" }, members, upstream);
    if (named === undefined) return UNKNOWN;
    if (typeof parts[i - 1] === "object" && PART_OF.test(named.text)) wholes.push(...variants);
    const { text, within = [], mayReach = [] }: Named = named;
    reached = [...joined(reached, [text, ...within]), ...joined(variants, mayReach)];
    variants = joined(variants, [text, ...within]);
  }
  const [resource = "", ...within] = variants;
  return { resource, within: [...within, ...wholes], mayReach: reached };
}

/** What follows a member behind it belongs to what the member names, as a version of a layer does. */
const PART_OF = /^[:/]/;

function joined(heads: readonly string[], ends: readonly string[]): readonly string[] {
  return ends.flatMap((end) => heads.map((head) => head + end));
}

/** What a member says, and what stands before it in the ARN that is being made. */
interface Given {
  readonly given: string;
  readonly before: string;
}

/** In place of a name its ARN may stand; it must be the one that would have come of the name. */
function nameIn(
  { kind, other }: Placeholder,
  { given, before }: Given,
  members: Members,
  upstream: Upstream,
): Named | undefined {
  const fromArn = given.startsWith("arn:");
  if (fromArn && !given.startsWith(before)) return namedByAlias(given, before);
  const name = fromArn ? given.slice(before.length) : given;
  const more = other === undefined ? undefined : textsAt(other, members)[0];
  const named = kind(name, { upstream, fromArn, other: more });
  if (named === "wrong") throw wrong("a member does not name what it should", members);
  return named;
}

/** The ARN is not one that the template could name: an alias, of which nobody can tell whose it is, or something else. */
function namedByAlias(arn: string, before: string): undefined {
  const alias = `${before.split(":", ARN_PARTS).join(":")}:alias/`;
  if (!arn.startsWith(alias)) throw foreign();
  return undefined;
}

/** Of an ARN before its resource. */
const ARN_PARTS = 5;

/**
 * A text of a template with what is the upstream's. The configuration demands an account where ARNs need one.
 *
 * @throws Refusal internal: there is none
 */
export function filledIn(text: string, { name, partition, region, account }: Upstream): string {
  if (account === undefined && text.includes("{account}"))
    throw new Refusal("internal", { detail: `upstream ${name} has no account` });
  return text
    .replace("{partition}", partition)
    .replace("{region}", region)
    .replace("{account}", account ?? "");
}

function wrong(detail: string, { labels }: Members): Refusal {
  return labels.size > 0 ? new Refusal("target-malformed", { detail }) : malformed(detail);
}
