import { CannotDo, type Control } from "../admin/control.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../domain/clock.ts";
import { getOrAdd } from "../domain/get-or-add.ts";
import { addToDenylist, DenylistUnwritable } from "../identity/denylist-file.ts";
import { type DenylistLine, readDenylistLine } from "../identity/denylist-line.ts";
import type { Log } from "../telemetry/log.ts";
import type { Snapshot } from "./snapshot.ts";

/** What revoking needs. */
export interface RevokeParts {
  readonly snapshot: () => Pick<Snapshot, "config" | "denylist">;
  readonly log: Log;
  readonly now: Clock;
}

/** Makes what writes entries to the denylist that is configured, and has them hold before the file is read again. */
export function createRevoke({ snapshot, log, now }: RevokeParts): Control["revoke"] {
  const write = createWriting();
  return async (line) => {
    const { config, denylist } = snapshot();
    const path = config.identity.denylistFile;
    if (denylist === undefined || path === undefined)
      throw new CannotDo(409, "there is no denylist: name one in identity.denylistFile");
    const { entries, kind, issuer, endsAtMs } = checked(line, config, now());
    await write(path, line);
    await denylist.add(entries);
    if (snapshot().denylist !== denylist)
      throw new CannotDo(409, "the configuration has changed meanwhile; revoke it once more");
    const until = endsAtMs === Number.POSITIVE_INFINITY ? undefined : new Date(endsAtMs).toISOString();
    // Whom it means stands in the file: a log names nobody.
    log.audit("revoke", "an operator has revoked", { kind, issuer, until }, "warn");
  };
}

function checked(line: string, { identity }: Config, nowMs: number): DenylistLine {
  const read = readDenylistLine(line);
  if ("problem" in read) throw new CannotDo(400, read.problem);
  if (read.endsAtMs <= nowMs)
    throw new CannotDo(400, "it would have ended already: write a later end, or none");
  const issuers = [...identity.userPools, ...identity.issuers].map(({ name }) => name);
  if (read.issuer !== undefined && !issuers.includes(read.issuer))
    throw new CannotDo(400, `no issuer is named "${read.issuer}" here; there is ${issuers.join(", ")}`);
  return read;
}

/** Lines that are written together, once it is their turn. */
interface Batch {
  readonly lines: string[];
  readonly written: Promise<void>;
}

/** One file is written at a time; what is asked for meanwhile is written together. */
function createWriting(): (path: string, line: string) => Promise<void> {
  const gathering = new Map<string, Batch>();
  let last: Promise<unknown> = Promise.resolve();
  const write = async (path: string, lines: readonly string[], before: Promise<unknown>): Promise<void> => {
    await before;
    gathering.delete(path);
    await addToDenylist(path, lines);
  };
  const begin = (path: string): Batch => {
    const lines: string[] = [];
    const written = write(path, lines, last);
    last = written.catch(() => {});
    return { lines, written };
  };
  return async (path, line) => {
    const batch = getOrAdd(gathering, path, () => begin(path));
    batch.lines.push(line);
    try {
      await batch.written;
    } catch (error) {
      throw error instanceof DenylistUnwritable ? new CannotDo(409, error.message, error) : error;
    }
  };
}
