import { type DestinationStream, destination, type Logger, pino } from "pino";
import type { Outcome } from "./outcome.ts";

/** How much is logged. */
export interface LogSettings {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** Which requests have a line. */
  readonly requests: "all" | "refused" | "none";
}

/** Postern's log: one JSON object a line. */
export interface Log {
  readonly record: (outcome: Outcome) => void;
  readonly info: (message: string, fields?: object) => void;
  readonly warn: (message: string, fields?: object) => void;
  readonly error: (message: string, fields?: object) => void;
  /** Writes out what is held back. */
  readonly flush: () => void;
}

/** Lines wait for this much company, or for a second, before they are written: a write a line would double the cost of a request. */
const BATCH_BYTES = 4096;
const FLUSH_MS = 1000;

/** Makes the log. What it is told holds no secret; nothing is redacted here because nothing needs to be. */
export function createLog({ level, requests }: LogSettings, stream?: DestinationStream): Log {
  const batched =
    stream === undefined ? destination({ dest: 1, minLength: BATCH_BYTES, sync: true }) : undefined;
  const logger: Logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    stream ?? batched,
  );
  const flush = (): void => batched?.flushSync();
  if (batched !== undefined) setInterval(flush, FLUSH_MS).unref();
  const wanted = requests === "all" ? () => true : requests === "none" ? () => false : isRefused;
  return {
    record: (outcome) => {
      if (wanted(outcome)) logger.info(outcome, "request");
    },
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    flush,
  };
}

function isRefused({ reason }: Outcome): boolean {
  return reason !== undefined;
}
