import { writeSync } from "node:fs";
import type { Clock } from "../domain/clock.ts";
import { auditEventOf, type OperatorEvent } from "./audit.ts";
import { createLineWriter, type LineWriter } from "./line-writer.ts";
import { createLines, type WriteLine } from "./lines.ts";
import type { Level, LogSettings } from "./log-settings.ts";
import type { Outcome } from "./outcome.ts";
import { requestLineOf } from "./request-line.ts";
import { createTunnelLog } from "./tunnel-log.ts";
import type { TunnelRecorder } from "./tunnel-outcome.ts";

/** Postern's log: one JSON object a line. */
export interface Log {
  readonly record: (outcome: Outcome) => void;
  readonly tunnels: Pick<TunnelRecorder, "ended" | "packet">;
  readonly info: Say;
  readonly warn: Say;
  readonly error: Say;
  /**
   * Says what became of the sidecar itself: for the audit, or without one as any other line.
   *
   * @param level default info
   */
  readonly audit: (event: OperatorEvent, message: string, fields?: object, level?: Level) => void;
  /** The same of what changed the log's own settings: those that held before may ask for its line as well. */
  readonly auditSince: (before: LogSettings, event: OperatorEvent, message: string, fields?: object) => void;
  /** Logs as much as other settings say from now on. */
  readonly adopt: (settings: LogSettings) => void;
  /** Writes out what is held back. */
  readonly flush: () => void;
  /** How many lines were lost, since whoever reads them did not keep up or could not be written to. */
  readonly lost: () => number;
}

type Say = (message: string, fields?: object) => void;

/** Where lines go, each with its end. */
interface Destination {
  readonly write: WriteLine;
}

const STDOUT = 1;

/** How long a line waits for company. */
const FLUSH_MS = 1000;

/** How long a reader who is behind is left alone. */
const BEHIND_MS = 10;

/**
 * Makes the log, on standard output where no stream is given. What it is told holds no secret of Postern's; what a client
 * wrote in the wrong place is taken out here.
 *
 * A denial is `info` like any other line of a request: to deny is what Postern is for, and a client that errs must wake
 * nobody. Who looks for denials finds them by `audit`.
 *
 * @param random from 0 to below 1: chooses what is sampled
 */
export function createLog(
  settings: LogSettings,
  stream?: Destination,
  now: Clock = Date.now,
  random: () => number = Math.random,
): Log {
  const { write, flush, lost } =
    stream === undefined
      ? standardOutput((count) => lines.say("warn", "lines were lost", { count }))
      : { write: stream.write.bind(stream), flush: () => {}, lost: () => 0 };
  const lines = createLines(settings, write, now);
  let { sample = 1 } = settings;
  return {
    record: (outcome) => {
      const event = auditEventOf(outcome);
      const cause = lines.causeOf(event, outcome.reason !== undefined);
      if (cause === "audit") lines.audit("info", "request", requestLineOf(outcome, { audit: event }));
      else if (cause === "wish" && (sample === 1 || !isSampled(outcome)))
        lines.say("info", "request", requestLineOf(outcome, {}));
      else if (cause === "wish" && random() < sample)
        lines.say("info", "request", requestLineOf(outcome, { sample }));
    },
    tunnels: createTunnelLog(lines, now),
    info: (message, fields = {}) => lines.say("info", message, fields),
    warn: (message, fields = {}) => lines.say("warn", message, fields),
    error: (message, fields = {}) => lines.say("error", message, fields),
    audit: (event, message, fields, level = "info") => {
      const cause = lines.causeOf(event, false);
      if (cause === "audit") lines.audit(level, message, { audit: event, ...fields });
      else lines.say(level, message, { ...fields });
    },
    auditSince: (before, event, message, fields) => {
      const cause = lines.causeSince(before);
      if (cause === undefined) return;
      lines.audit("info", message, cause === "audit" ? { audit: event, ...fields } : { ...fields }, before);
    },
    adopt: (next) => {
      ({ sample = 1 } = next);
      lines.adopt(next);
    },
    flush,
    lost,
  };
}

/** Whether it is enough to have a line of some: of what went well, changed nothing, and was allowed by a rule. */
function isSampled({ outcome, reason, isChange, recorded }: Outcome): boolean {
  return outcome === "ok" && reason === undefined && !isChange && !recorded;
}

function standardOutput(onBack: (lost: number) => void): LineWriter {
  const writer = createLineWriter((bytes) => writeSync(STDOUT, bytes), { later: soon, onBack });
  setInterval(writer.flush, FLUSH_MS).unref();
  process.once("exit", writer.finish);
  return writer;
}

function soon(flush: () => void): void {
  setTimeout(flush, BEHIND_MS).unref();
}
