import type { RefusalCode } from "../domain/refusal.ts";
import type { Outcome } from "./outcome.ts";

/** Something that was refused lately, once or several times on end. */
export interface RecentRefusal {
  /** The last time, in epoch milliseconds. */
  readonly atMs: number;
  /** How often on end: the same was asked by the same caller, and refused for the same reason. */
  readonly times: number;
  readonly requestId: string;
  /** Keyed digest; undefined where nobody was proved. */
  readonly caller: string | undefined;
  readonly callerKind: Outcome["callerKind"];
  readonly groups: readonly string[];
  readonly upstream: string;
  readonly operation: string | undefined;
  readonly resource: string | undefined;
  readonly rule: string | undefined;
  readonly reason: RefusalCode;
  /** Not for the public. */
  readonly detail: string | undefined;
}

/** A request or a packet, as far as it is told here. */
export type Refusable = Omit<RecentRefusal, "atMs" | "times" | "reason"> & Pick<Outcome, "reason">;

/** The latest refusals. */
export interface RecentRefusals {
  readonly note: (asked: Refusable, reason: RefusalCode, atMs: number) => void;
  /** Newest first. */
  readonly all: () => readonly RecentRefusal[];
}

const KEPT = 50;

/** Callers write keys and groups, and may write much. */
const MAX_CHARACTERS = 400;
const MAX_GROUPS = 20;

/** Makes an empty memory of the latest fifty. */
export function createRecentRefusals(): RecentRefusals {
  const kept: RecentRefusal[] = [];
  let noted = 0;
  return {
    note: (asked, reason, atMs) => {
      const last = kept[(noted - 1) % KEPT];
      if (last !== undefined && isSame(last, asked, reason))
        kept[(noted - 1) % KEPT] = { ...last, atMs, times: last.times + 1, requestId: asked.requestId };
      else kept[noted++ % KEPT] = toldOf(asked, reason, atMs);
    },
    all: () => [...kept.slice(noted % KEPT), ...kept.slice(0, noted % KEPT)].toReversed(),
  };
}

function isSame(
  last: RecentRefusal,
  { caller, upstream, operation, resource }: Refusable,
  reason: RefusalCode,
): boolean {
  return (
    last.reason === reason &&
    last.caller === caller &&
    last.operation === operation &&
    last.upstream === upstream &&
    last.resource === shortened(resource)
  );
}

function toldOf(asked: Refusable, reason: RefusalCode, atMs: number): RecentRefusal {
  return {
    atMs,
    times: 1,
    requestId: asked.requestId,
    caller: asked.caller,
    callerKind: asked.callerKind,
    groups: asked.groups.slice(0, MAX_GROUPS).map((group) => shortened(group)),
    upstream: asked.upstream,
    operation: asked.operation,
    resource: shortened(asked.resource),
    rule: asked.rule,
    reason,
    detail: asked.detail,
  };
}

function shortened<T extends string | undefined>(text: T): T;
function shortened(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= MAX_CHARACTERS) return text;
  return `${text.slice(0, MAX_CHARACTERS)}…`;
}
