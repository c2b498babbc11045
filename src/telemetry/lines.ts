import type { Clock } from "../domain/clock.ts";
import { type AuditChain, createAuditChain } from "./audit-chain.ts";
import type { AuditEvent } from "./audit.ts";
import { createJsonWriter } from "./log-line.ts";
import type { Level, LogSettings } from "./log-settings.ts";

/** What a line is written for: because an audit asks for it, because it is wanted, or not at all. */
export type Cause = "audit" | "wish" | undefined;

/** Lines of the log, as far as they are wanted. */
export interface Lines {
  /** Whether what was refused, or was not, has a line, and what for. */
  readonly causeOf: (event: AuditEvent | undefined, isRefused: boolean) => Cause;
  readonly isOn: (level: Level) => boolean;
  /** Writes a line of that level, if such are written. */
  readonly say: (level: Level, message: string, members: object) => void;
  /** Writes a line for the audit: its event is among the members. */
  readonly audit: (level: Level, message: string, members: object) => void;
  readonly adopt: (settings: LogSettings) => void;
}

const GRAVITY: Readonly<Record<LogSettings["level"], number>> = {
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
  silent: 4,
};

/** Whether what was refused, or was not, is wanted. */
const WANTED: Readonly<Record<LogSettings["requests"], (isRefused: boolean) => boolean>> = {
  all: () => true,
  refused: (isRefused) => isRefused,
  none: () => false,
};

/** Makes lines and has them written, each with its end. */
export function createLines(settings: LogSettings, write: (line: string) => void, now: Clock): Lines {
  const jsonOf = createJsonWriter();
  let current = settings;
  // One for the process: what is read later of another could be a part that somebody has taken out.
  let chain: AuditChain | undefined;
  const isOn = (level: Level): boolean => GRAVITY[level] >= GRAVITY[current.level];
  return {
    causeOf: (event, isRefused) => {
      if (event !== undefined && current.audit !== false && current.level !== "silent") return "audit";
      return isOn("info") && WANTED[current.requests](isRefused) ? "wish" : undefined;
    },
    isOn,
    say: (level, message, members) => {
      if (isOn(level)) write(`${jsonOf(level, message, members, now())}\n`);
    },
    audit: (level, message, members) => {
      const json = jsonOf(level, message, members, now());
      if (current.auditChain === true) chain ??= createAuditChain();
      write(current.auditChain === true && chain !== undefined ? `${chain(json)}\n` : `${json}\n`);
    },
    adopt: (next) => {
      current = next;
    },
  };
}
