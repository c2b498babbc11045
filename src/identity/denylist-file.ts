import { type FileHandle, lstat, open, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FileError, readTextFile } from "../files/read-text-file.ts";
import { stampOf } from "../files/stamp.ts";
import { type DenylistEntries, MAX_DENYLIST_BYTES, parseDenylist } from "./denylist.ts";

/** Why a denylist cannot be written, in words that say what to do. */
export class DenylistUnwritable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "DenylistUnwritable";
  }
}

/** How long others may take to write theirs. */
const WAIT_MS = 5000;
const LOOK_EVERY_MS = 20;
/** What is this old was left by one that ended while it wrote. */
const LEFT_AFTER_MS = 60_000;
/** How often somebody else may come in between who does not wait for others. */
const TRIES = 5;

/**
 * Adds lines to a denylist's file; the others stay byte for byte, and the file its owner's. A file with all of it takes the
 * place of the old one at once, so that nobody reads half of it. It is written beside that, always under the same name:
 * whoever else adds a line waits until the name is free, in this process or another.
 *
 * @throws DenylistUnwritable
 */
export async function addToDenylist(path: string, lines: readonly string[]): Promise<void> {
  try {
    for (let left = TRIES; left > 0; left--) if (await tryToAdd(path, lines)) return;
  } catch (error) {
    throw error instanceof DenylistUnwritable ? error : unwritable(path, error);
  }
  throw new DenylistUnwritable(`somebody else writes ${path} all the time; do it once more`);
}

/** False where somebody else has changed the file meanwhile. */
async function tryToAdd(path: string, lines: readonly string[]): Promise<boolean> {
  await checkKind(path);
  const beside = `${path}.new`;
  const handle = await claim(beside);
  let isLeft = true;
  try {
    const before = stampOf(path);
    const text = readTextFile(path, MAX_DENYLIST_BYTES);
    const held = entriesIn(text, path);
    const missing = lines.filter((line) => !isHeld(entriesIn(line, path), held));
    if (missing.length === 0) return true;
    const whole = withLines(text, missing);
    entriesIn(whole, path);
    await fill(handle, whole, path);
    if (stampOf(path) !== before) return false;
    await rename(beside, path);
    isLeft = false;
    await sync(dirname(path));
    return true;
  } finally {
    await handle.close();
    if (isLeft) await unlink(beside);
  }
}

async function checkKind(path: string): Promise<void> {
  const kind = await lstat(path);
  if (kind.isSymbolicLink())
    throw new DenylistUnwritable(
      `${path} is a link, as Kubernetes makes them for a ConfigMap: change what it comes from, which is followed`,
    );
}

/** Takes the name under which one at a time writes. */
async function claim(beside: string): Promise<FileHandle> {
  const untilMs = performance.now() + WAIT_MS;
  for (;;) {
    try {
      return await open(beside, "wx", 0o600);
    } catch (error) {
      if (!isError(error, "EEXIST")) throw error;
    }
    if (performance.now() > untilMs)
      throw new DenylistUnwritable(`${beside} is there, as while somebody writes; remove it if nobody does`);
    if (await isLeftOver(beside)) await unlink(beside).catch(() => {});
    else await sleep(LOOK_EVERY_MS);
  }
}

async function isLeftOver(beside: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(beside)).mtimeMs > LEFT_AFTER_MS;
  } catch {
    return false;
  }
}

async function fill(handle: FileHandle, text: string, path: string): Promise<void> {
  const [{ uid, gid, mode }, own] = await Promise.all([stat(path), handle.stat()]);
  await handle.writeFile(text);
  try {
    if (uid !== own.uid || gid !== own.gid) await handle.chown(uid, gid);
  } catch (error) {
    throw new DenylistUnwritable(
      `${path} belongs to another user, and would not any more: give it to Postern's own`,
      error,
    );
  }
  await handle.chmod(mode & 0o7777);
  await handle.sync();
}

/** Without it a rename may be forgotten where the power fails. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function withLines(text: string, lines: readonly string[]): string {
  const isWhole = text === "" || text.endsWith("\n");
  return `${text}${isWhole ? "" : "\n"}${lines.map((line) => `${line}\n`).join("")}`;
}

function entriesIn(text: string, path: string): DenylistEntries {
  const parsed = parseDenylist(text);
  if ("entries" in parsed) return parsed.entries;
  const [{ line, message } = { line: 0, message: "" }] = parsed.problems;
  throw new DenylistUnwritable(`${path}:${line}: ${message}; mend that first`);
}

function isHeld(entries: DenylistEntries, held: DenylistEntries): boolean {
  return [...entries].every(([entry, endsAtMs]) => (held.get(entry) ?? Number.NEGATIVE_INFINITY) >= endsAtMs);
}

const WHY: Readonly<Record<string, string>> = {
  EROFS: "it is on a file system that is read only: have it on a volume that Postern may write",
  EACCES: "Postern may not write there: give its user the folder",
  EPERM: "Postern may not write there: give its user the folder",
  EBUSY: "it is mounted by itself, so that nothing can take its place: mount its folder",
  ENOENT: "it is not there any more",
  ENOSPC: "there is no space left",
};

function unwritable(path: string, error: unknown): DenylistUnwritable {
  if (error instanceof FileError) return new DenylistUnwritable(error.message, error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
  return new DenylistUnwritable(`${path} cannot be written: ${WHY[code] ?? code}`, error);
}

function isError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
