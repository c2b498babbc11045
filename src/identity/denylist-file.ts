import { renameSync } from "node:fs";
import { chmod, lchown, type FileHandle, lstat, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { FileError, readTextFile } from "../files/read-text-file.ts";
import { stampOf } from "../files/stamp.ts";
import { endTurn, isNamed, takeTurn } from "./denylist-turn.ts";
import { type DenylistEntries, MAX_DENYLIST_BYTES, parseDenylist } from "./denylist.ts";

/** Why a denylist cannot be written, in words that say what to do. */
export class DenylistUnwritable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "DenylistUnwritable";
  }
}

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

/** False where somebody else has changed the file meanwhile, or taken the turn. */
async function tryToAdd(path: string, lines: readonly string[]): Promise<boolean> {
  await checkKind(path);
  const beside = `${path}.new`;
  const handle = await takeTurn(beside);
  if (handle === undefined)
    throw new DenylistUnwritable(`${beside} is there, as while somebody writes; remove it if nobody does`);
  const { ino: own } = await handle.stat({ bigint: true });
  try {
    const before = stampOf(path);
    const text = readTextFile(path, MAX_DENYLIST_BYTES);
    const held = entriesIn(text, path);
    const missing = lines.filter((line) => !isHeld(entriesIn(line, path), held));
    if (missing.length === 0) return true;
    const whole = withLines(text, missing);
    entriesIn(whole, path);
    await fill(handle, whole, { beside, path });
    if (stampOf(path) !== before || !putInPlace(beside, path, own)) return false;
    await sync(dirname(path));
    return true;
  } finally {
    endTurn(beside, own);
    // Until here its number is no other file's.
    await handle.close();
  }
}

/**
 * Whether it was this file that took the place. One that was slow for a minute is taken for left behind, and the name
 * beside may be another's by now. Nothing is waited for between looking and renaming.
 */
function putInPlace(beside: string, path: string, own: bigint): boolean {
  if (!isNamed(beside, own)) return false;
  try {
    renameSync(beside, path);
  } catch (error) {
    // Gone since it was looked at.
    if (!isNamed(beside, own)) return false;
    throw error;
  }
  return isNamed(path, own);
}

async function checkKind(path: string): Promise<void> {
  const kind = await lstat(path);
  if (kind.isSymbolicLink())
    throw new DenylistUnwritable(
      `${path} is a link, as Kubernetes makes them for a ConfigMap: change what it comes from, which is followed`,
    );
}

/** Owner and mode are given by name: Node's permission model, under which the image runs, lets nobody do it by handle. */
async function fill(
  handle: FileHandle,
  text: string,
  { beside, path }: { readonly beside: string; readonly path: string },
): Promise<void> {
  const [{ uid, gid, mode }, own] = await Promise.all([stat(path), handle.stat()]);
  await handle.writeFile(text);
  try {
    if (uid !== own.uid || gid !== own.gid) await lchown(beside, uid, gid);
  } catch (error) {
    throw new DenylistUnwritable(
      `${path} belongs to another user, and would not any more: give it to Postern's own`,
      error,
    );
  }
  await chmod(beside, mode & 0o7777);
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
