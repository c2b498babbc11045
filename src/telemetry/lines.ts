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
  /** What a line of `info` has that tells how the settings changed: by those that hold now, or those that held before. */
  readonly causeSince: (before: LogSettings) => Cause;
  readonly isOn: (level: Level) => boolean;
  /** Writes a line of that level, if such are written. */
  readonly say: (level: Level, message: string, members: object) => void;
  /**
   * Writes a line whatever the settings say: its event is among the members.
   *
   * @param before settings that held until now: it is in a chain if they want one
   */
  readonly audit: (level: Level, message: string, members: object, before?: LogSettings) => void;
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

/** Writes a line, with its end: for the audit or not. */
export type WriteLine = (line: string, isAudit: boolean) => void;

/** Makes lines and has them written. */
export function createLines(settings: LogSettings, write: WriteLine, now: Clock): Lines {
  const jsonOf = createJsonWriter();
  let current = settings;
  // One as long as lines are chained without a break: what a break leaves out must not look as if nothing were missing.
  let chain: AuditChain | undefined;
  const isOn = (level: Level): boolean => isIn(current, level);
  return {
    causeOf: (event, isRefused) => {
      if (event !== undefined && audits(current)) return "audit";
      return isOn("info") && WANTED[current.requests](isRefused) ? "wish" : undefined;
    },
    causeSince: (before) => {
      if (audits(current) || audits(before)) return "audit";
      return isOn("info") || isIn(before, "info") ? "wish" : undefined;
    },
    isOn,
    say: (level, message, members) => {
      if (isOn(level)) write(`${jsonOf(level, message, members, now())}\n`, false);
    },
    audit: (level, message, members, before) => {
      const json = jsonOf(level, message, members, now());
      const isChained = chains(current) || (before !== undefined && chains(before));
      if (isChained) chain ??= createAuditChain();
      write(`${isChained && chain !== undefined ? chain(json) : json}\n`, true);
    },
    adopt: (next) => {
      if (chains(next) && !chains(current)) chain = undefined;
      current = next;
    },
  };
}

function isIn(settings: LogSettings, level: Level): boolean {
  return GRAVITY[level] >= GRAVITY[settings.level];
}

function audits({ audit, level }: LogSettings): boolean {
  return audit !== false && level !== "silent";
}

function chains(settings: LogSettings): boolean {
  return settings.auditChain === true && audits(settings);
}
