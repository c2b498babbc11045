import type { Clock } from "../domain/clock.ts";
import { getOrAdd } from "../domain/get-or-add.ts";
import { isNameless, patternOf } from "../policy/suggest/generalise.ts";
import { RECORDED } from "../policy/record.ts";
import type { Use } from "../policy/suggest/use.ts";
import { createStanding, type NamedIssuer } from "./observed-issuers.ts";
import { createShelf, type Room, type Shelf } from "./observed-shelf.ts";
import type { Outcome } from "./outcome.ts";
import type { PacketOutcome } from "./tunnel-outcome.ts";

/** By whom something was done, and by which rule, as far as it is learnt from. */
type Deed = Pick<
  Outcome,
  | "issuer"
  | "subject"
  | "caller"
  | "callerKind"
  | "groups"
  | "requirements"
  | "verdict"
  | "rule"
  | "role"
  | "assumedRole"
  | "durationMs"
>;

/** A finished request, or a packet. AWS does not answer packets one by one: one that passed is done. */
export type Observable = Deed &
  (Pick<Outcome, "outcome" | "status" | "upstreamMs"> | Pick<PacketOutcome, "outcome">);

/** What record mode has seen done. */
export interface Observed {
  /** Takes note of what is over. */
  readonly record: (outcome: Observable) => void;
  /** Forgets what was done by callers of issuers that are not there any more, or are others by the same name. */
  readonly adopt: (issuers: readonly NamedIssuer[]) => void;
  /** What users did with success, in no order that means anything. */
  readonly uses: () => readonly Use[];
  /** How many things that were done with success are not among the uses: for want of room, or of a pattern that means them. */
  readonly forgotten: () => number;
}

/** How much is kept. */
export interface ObservedLimits {
  /** Sets of groups, each with the rule and role by which something was done. */
  readonly sets: number;
  /** Patterns of one action of one set. */
  readonly patterns: number;
  /** Patterns in all. */
  readonly entries: number;
  /** Characters of all that is kept. */
  readonly characters: number;
}

const LIMITS: ObservedLimits = { sets: 200, patterns: 250, entries: 4000, characters: 400_000 };

/** Joins what makes a book's key; neither names of the configuration nor JSON hold it. */
const SEPARATOR = "\u0000";

/** What callers of the same groups did by the same rule and in the same role. */
interface Book {
  readonly about: Pick<Use, "issuer" | "groups" | "rule" | "role">;
  readonly shelves: Map<string, Shelf>;
}

/**
 * Remembers what users did with success, in 2 MB at most: who they were is kept to tell one from several, and never told.
 * What IAM refused is not learnt, as far as AWS says so. Nothing of machines and guests is: they have no groups to write a
 * rule for.
 */
export function createObserved(now: Clock, limits: ObservedLimits = LIMITS): Observed {
  const books = new Map<string, Book>();
  const room: Room = { entries: limits.entries, characters: limits.characters };
  const groupsOf = createGroupReader();
  const standing = createStanding(now);
  let homeless = 0;
  const bookOf = (outcome: Deed, issuer: string): Book | undefined => {
    const { rule } = outcome;
    const { groups, text } = groupsOf(outcome.groups);
    const role = roleOf(outcome);
    const key = [issuer, role, rule, text].join(SEPARATOR);
    const known = books.get(key);
    if (known !== undefined) return known;
    const isFull = books.size >= limits.sets || key.length > room.characters;
    if (isFull || !groups.every(canBeNamed)) return undefined;
    room.characters -= key.length;
    const by = rule === RECORDED ? undefined : rule;
    const book: Book = { about: { issuer, groups, rule: by, role }, shelves: new Map() };
    books.set(key, book);
    return book;
  };
  return {
    record: (outcome) => {
      const { issuer, requirements, subject, caller = "", durationMs } = outcome;
      const atMs = now();
      if (issuer === undefined || !isLearnt(outcome) || !standing.holdsSince(issuer, atMs - durationMs))
        return;
      const book = bookOf(outcome, issuer);
      const seen = { by: subject ?? caller, atMs };
      for (const { action, resource } of requirements) {
        const shelf = book && getOrAdd(book.shelves, action, () => createShelf(room, limits.patterns));
        if (shelf?.note(patternOf(resource, subject), seen) !== true) homeless++;
      }
    },
    adopt: (issuers) => {
      const gone = standing.adopt(issuers);
      for (const [key, { about, shelves }] of books) {
        if (!gone.has(about.issuer)) continue;
        for (const shelf of shelves.values()) shelf.clear();
        books.delete(key);
        room.characters += key.length;
      }
    },
    uses: () => [...books.values()].flatMap(usesIn),
    forgotten: () => homeless + [...books.values()].reduce((sum, book) => sum + namelessIn(book), 0),
  };
}

function isLearnt(outcome: Observable): boolean {
  return outcome.callerKind === "user" && outcome.verdict === "permit" && isDone(outcome);
}

const SWITCHING_PROTOCOLS = 101;

/** 304 is a success: what was asked for may be read. So is a tunnel that was opened, which has no answer but that. */
function isDone(outcome: Observable): boolean {
  if (outcome.outcome !== "ok") return outcome.outcome === "passed";
  const { status, upstreamMs } = outcome;
  return status === SWITCHING_PROTOCOLS || (upstreamMs !== undefined && status < 400);
}

function usesIn({ about, shelves }: Book): readonly Use[] {
  return [...shelves].flatMap(([action, shelf]) =>
    shelf
      .tallies()
      .filter(([resource]) => !isNameless(resource))
      .map(([resource, { times, callers, firstMs, lastMs }]): Use => ({
        ...about,
        action,
        resource,
        times,
        callers,
        firstMs,
        lastMs,
      })),
  );
}

function namelessIn({ shelves }: Book): number {
  return [...shelves.values()]
    .flatMap((shelf) => shelf.tallies())
    .reduce((sum, [resource, { times }]) => (isNameless(resource) ? sum + times : sum), 0);
}

/** ARN of a role session (IAM user guide, STS identifiers); it leaves out the path of the role. */
const ASSUMED = /^arn:(?<partition>[\w-]+):sts::(?<account>\d{12}):assumed-role\/(?<name>[\w+=,.@-]+)\//;

/** The role that the rule names, or else the one that STS says was used. */
function roleOf({ role, assumedRole = "" }: Deed): string | undefined {
  if (role !== undefined && role !== "pool") return role;
  const { partition, account, name } = ASSUMED.exec(assumedRole)?.groups ?? {};
  return name === undefined ? undefined : `arn:${partition}:iam::${account}:role/${name}`;
}

/** A rule cannot name a group without a name, and without it would be for everybody; nor one that reads as a reference. */
function canBeNamed(group: string): boolean {
  return group !== "" && !group.includes("${");
}

interface GroupSet {
  readonly groups: readonly string[];
  readonly text: string;
}

/** Groups in order, and as one text. A token's list is one value for as long as the token is used. */
function createGroupReader(): (groups: readonly string[]) => GroupSet {
  const known = new WeakMap<readonly string[], GroupSet>();
  return (written) => {
    const found = known.get(written);
    if (found !== undefined) return found;
    const groups = [...new Set(written)].sort();
    const set = { groups, text: JSON.stringify(groups) };
    known.set(written, set);
    return set;
  };
}
