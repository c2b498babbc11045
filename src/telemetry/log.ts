import { writeSync } from "node:fs";
import { type DestinationStream, type Logger, pino } from "pino";
import type { Clock } from "../domain/clock.ts";
import { createLineWriter } from "./line-writer.ts";
import type { Outcome } from "./outcome.ts";
import { toMicros } from "./to-micros.ts";
import { createTunnelLog } from "./tunnel-log.ts";
import type { TunnelRecorder } from "./tunnel-outcome.ts";

/** How much is logged. */
export interface LogSettings {
  /** The least that is logged. Lines of requests are `info`, and so are those of tunnels and of packets that are refused. */
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** Which requests have a line, and likewise which tunnels and packets. */
  readonly requests: "all" | "refused" | "none";
}

/** Postern's log: one JSON object a line. */
export interface Log {
  readonly record: (outcome: Outcome) => void;
  readonly tunnels: Pick<TunnelRecorder, "ended" | "packet">;
  readonly info: (message: string, fields?: object) => void;
  readonly warn: (message: string, fields?: object) => void;
  readonly error: (message: string, fields?: object) => void;
  /** Logs as much as other settings say from now on. */
  readonly adopt: (settings: LogSettings) => void;
  /** Writes out what is held back. */
  readonly flush: () => void;
}

const STDOUT = 1;

/** How long a line waits for company. */
const FLUSH_MS = 1000;

/**
 * Makes the log, on standard output where no stream is given. What it is told holds no secret of Postern's; what a client
 * wrote in the wrong place is taken out here.
 */
export function createLog(settings: LogSettings, stream?: DestinationStream, now: Clock = Date.now): Log {
  const { destination, flush } =
    stream === undefined ? standardOutput() : { destination: stream, flush: () => {} };
  const logger: Logger = pino(
    {
      level: settings.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => withoutTokens(withoutControls(line)) },
    },
    destination,
  );
  let isWanted = WANTED[logger.isLevelEnabled("info") ? settings.requests : "none"];
  return {
    record: (outcome) => {
      if (isWanted(outcome.reason !== undefined)) logger.info(lineOf(outcome), "request");
    },
    tunnels: createTunnelLog(logger, (isRefused) => isWanted(isRefused), now),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    adopt: (next) => {
      logger.level = next.level;
      isWanted = WANTED[logger.isLevelEnabled("info") ? next.requests : "none"];
    },
    flush,
  };
}

/**
 * A token stands where a client should not have put it: in a key, a query, a scope. Its first characters, `eyJ`, are
 * those of every JSON object in base64url.
 */
const TOKEN = /eyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g;

function withoutTokens(line: string): string {
  return line.includes("eyJ") ? line.replace(TOKEN, "[token]") : line;
}

function standardOutput(): { readonly destination: DestinationStream; readonly flush: () => void } {
  const writer = createLineWriter((bytes) => writeSync(STDOUT, bytes));
  setInterval(writer.flush, FLUSH_MS).unref();
  process.once("exit", writer.finish);
  return { destination: writer, flush: writer.flush };
}

/** Whether what was refused, or was not, has a line. */
const WANTED: Readonly<Record<LogSettings["requests"], (isRefused: boolean) => boolean>> = {
  all: () => true,
  refused: (isRefused) => isRefused,
  none: () => false,
};

/** A request's line: these fields and no others, whatever an object of the type may carry besides. */
function lineOf(outcome: Outcome): object {
  const { groups, durationMs, upstreamMs } = outcome;
  return {
    requestId: outcome.requestId,
    method: outcome.method,
    upstream: outcome.upstream,
    service: outcome.service,
    operation: outcome.operation,
    resource: outcome.resource,
    caller: outcome.caller,
    callerKind: outcome.callerKind,
    groups: groups.length === 0 ? undefined : groups,
    verdict: outcome.verdict,
    rule: outcome.rule,
    role: outcome.role,
    assumedRole: outcome.assumedRole,
    status: outcome.status,
    outcome: outcome.outcome,
    reason: outcome.reason,
    detail: outcome.detail,
    requestBytes: outcome.requestBytes,
    responseBytes: outcome.responseBytes,
    durationMs: toMicros(durationMs),
    upstreamMs: upstreamMs === undefined ? undefined : toMicros(upstreamMs),
  };
}

const CONTROLS = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * JSON escapes the control characters below U+0020 only. Those above it end lines or command terminals just as well, and
 * keys and groups are written by strangers.
 */
function withoutControls(line: string): string {
  return line.replace(CONTROLS, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
