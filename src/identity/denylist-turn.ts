import { randomUUID } from "node:crypto";
import { type BigIntStats, linkSync, lstatSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** How long one other may take to write theirs. */
const WAIT_MS = 5000;
/** How long all others may take together. */
const WAIT_FOR_ALL_MS = 30_000;
const LOOK_EVERY_MS = 20;
/** What is this old was left by one that ended while it wrote. */
const LEFT_AFTER_MS = 60_000;

/**
 * Makes the file under whose name one at a time writes, when nobody else has it, and takes away what was left there. One
 * that was slow for so long loses its turn: whoever has it looks whether the name is still its file's, by {@link isNamed},
 * before anything goes by the name.
 *
 * @returns undefined where the name does not come free
 */
export async function takeTurn(beside: string): Promise<FileHandle | undefined> {
  const endMs = performance.now() + WAIT_FOR_ALL_MS;
  let leadMs: number | undefined;
  let holder: BigIntStats | undefined;
  let untilMs = endMs;
  for (;;) {
    const made = await unlessThere(open(beside, "wx", 0o600));
    if (made !== undefined) return made;
    leadMs ??= await leadOfFiles(beside);
    const nowMs = performance.now();
    const found = fileAt(beside);
    if (found === undefined) continue;
    if (!isSame(found, holder)) untilMs = Math.min(endMs, nowMs + WAIT_MS);
    holder = found;
    if (found.isFile() && nowMs + leadMs - Number(found.mtimeMs) > LEFT_AFTER_MS) takeAway(beside, found);
    else if (nowMs > untilMs) return undefined;
    else await sleep(LOOK_EVERY_MS);
  }
}

/** Ends a turn, unless the name is another's by now. */
export function endTurn(beside: string, own: bigint): void {
  if (isNamed(beside, own)) rmSync(beside, { force: true });
}

/** Whether it is this file that has the name. The number of a file that is open is no other's. */
export function isNamed(path: string, own: bigint): boolean {
  return fileAt(path)?.ino === own;
}

async function unlessThere(opening: Promise<FileHandle>): Promise<FileHandle | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (isError(error, "EEXIST")) return undefined;
    throw error;
  }
}

/** How far the clock that files are stamped by is ahead of this process's: it may be another machine's. */
async function leadOfFiles(beside: string): Promise<number> {
  const path = asideOf(beside);
  const handle = await open(path, "wx", 0o600);
  try {
    return (await handle.stat()).mtimeMs - performance.now();
  } finally {
    await handle.close();
    unlinkSync(path);
  }
}

/**
 * Takes away what was left, and nothing else: others may do the same, and one of them have its turn already. It is moved
 * to a name of its own first, and looked at there. What is somebody's is given back; where that fails, they see that it is
 * gone, and begin again.
 */
function takeAway(beside: string, left: BigIntStats): void {
  if (!isSame(fileAt(beside), left)) return;
  const aside = asideOf(beside);
  try {
    renameSync(beside, aside);
  } catch (error) {
    if (isError(error, "ENOENT")) return;
    throw error;
  }
  if (!isSame(fileAt(aside), left)) giveBack(aside, beside);
  unlinkSync(aside);
}

function giveBack(aside: string, beside: string): void {
  try {
    linkSync(aside, beside);
  } catch {
    // The name is taken, or this file system knows no second names.
  }
}

function asideOf(beside: string): string {
  return `${beside}.${randomUUID()}`;
}

function fileAt(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

/** A number alone may be the next file's, as soon as the one that had it is gone. */
function isSame(one: BigIntStats | undefined, other: BigIntStats | undefined): boolean {
  return one?.ino === other?.ino && one?.mtimeNs === other?.mtimeNs;
}

function isError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
