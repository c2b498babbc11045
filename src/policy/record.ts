import type { Caller } from "../domain/caller.ts";
import type { Denial, Permit } from "../domain/decision.ts";
import type { Operation, Requirement } from "../domain/operation.ts";
import type { RequestContext } from "../domain/request-context.ts";
import type { PolicyOptions } from "./grant.ts";
import { givesCredentials } from "./pattern.ts";

/** What stands in place of a rule's name where no rule allowed: no rule may have this name. */
export const RECORDED = "record mode";

/** Record mode: users are let through where no rule allows, so that what they use can become rules. */
export interface Recording {
  /** Epoch milliseconds; from then on every rule is enforced. */
  readonly untilMs: number;
  /** Whether it is on at a time, in epoch milliseconds: not once it has been ended, whatever the clock says. */
  readonly isOn: (nowMs: number) => boolean;
  /** Ends it for good: a clock that is set back must not open the door again. */
  readonly end: () => void;
  /** The credential source on an upstream; undefined where there is none that may be used without a rule. */
  readonly sourceOn: (upstream: string) => string | undefined;
}

/** Who asked what, and when. */
interface Case {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly context: RequestContext;
}

/** Prepares record mode; undefined where there is none. */
export function compileRecording({
  recording,
  defaultSource,
  upstreamSources,
  sessions,
}: PolicyOptions): Recording | undefined {
  if (recording === undefined) return undefined;
  const { untilMs } = recording;
  let isOver = false;
  return {
    untilMs,
    isOn: (nowMs) => !isOver && nowMs < untilMs,
    end: () => {
      isOver = true;
    },
    sourceOn: (upstream) => {
      const source = upstreamSources.get(upstream) ?? defaultSource;
      // Where Postern asks STS itself it says which role, and without a rule nobody did. In the enhanced flow the
      // identity pool chooses, and gives no more than the caller could have without Postern.
      return source === undefined || sessions.has(source) ? undefined : source;
    },
  };
}

/**
 * Whether record mode is on for a caller: it is for users alone.
 *
 * @param nowMs epoch milliseconds; undefined where nobody can tell: then it is not on
 */
export function recordsFor(
  recording: Recording | undefined,
  { kind }: Caller,
  nowMs: number | undefined,
): boolean {
  return kind === "user" && nowMs !== undefined && recording?.isOn(nowMs) === true;
}

/**
 * The permit by which record mode lets an operation through that no rule allows; undefined where it stays denied.
 * Every deny stands. What a rule must name on purpose, credentials and guarded keys, is never let
 * through without one.
 */
export function recordedPermit(
  recording: Recording | undefined,
  { reason }: Denial,
  { caller, operation, context }: Case,
): Permit | undefined {
  if (recording === undefined || !recordsFor(recording, caller, context.nowMs)) return undefined;
  if (reason !== "denied-no-rule" && reason !== "roles-disagree") return undefined;
  const { requirements, upstream } = operation;
  if (requirements.length === 0 || requirements.some(needsRule)) return undefined;
  const source = recording.sourceOn(upstream);
  if (source === undefined) return undefined;
  return { verdict: "permit", rule: RECORDED, role: "pool", source, recorded: true };
}

function needsRule({ action, covers = [], guarded = [] }: Requirement): boolean {
  return guarded.length > 0 || givesCredentials(action) || covers.some(givesCredentials);
}
