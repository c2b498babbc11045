import { lstatSync, mkdirSync, readlinkSync, type Stats, statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";

/** Makes the folder of a socket where there is none: everybody may write to the root of a volume that an orchestrator made. */
export function makeSocketFolder(path: string): void {
  const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
  if (!isThere) mkdirSync(path, { mode: 0o700 });
}

/**
 * Looks who could put a socket of their own in the place of the one that will be in this folder, and be told every token:
 * who can write to the folder, or move it or what it is in, or point a link on the way elsewhere. Each step on the way is
 * looked at as the kernel takes it, links and what they lead to.
 *
 * A volume of an orchestrator is let be where it is above the folder: Kubernetes makes an `emptyDir` root's and open to all,
 * and nothing here tells whether another container mounts it too, whose processes could move the folder. Who deploys
 * sees to it that none does.
 *
 * @throws Error where that is anybody but root and this process's user
 */
export function checkSocketFolder(path: string): void {
  const ahead = stepsOf(isAbsolute(path) ? path : `${process.cwd()}/${path}`);
  let links = 0;
  let at = "/";
  let found = lstatSync(at);
  for (let step = ahead.shift(); step !== undefined; step = ahead.shift()) {
    if (!isSafeAbove(found, dirname(at))) throw unsafe(at);
    const next = join(at, step);
    const stats = lstatSync(next);
    if (!stats.isSymbolicLink()) {
      [at, found] = [next, stats];
      continue;
    }
    if (!isOurs(stats)) throw unsafe(next);
    if (++links > MAX_LINKS) throw new Error(`${path} leads from link to link`);
    const target = readlinkSync(next);
    ahead.unshift(...stepsOf(target));
    if (isAbsolute(target)) [at, found] = ["/", lstatSync("/")];
  }
  if (!isOurs(found) || isOpen(found)) throw unsafe(at);
}

/** As many as Linux follows. */
const MAX_LINKS = 40;

/** The names on a path; `..` is one of them, since what is above a link's folder is above what it leads to. */
function stepsOf(path: string): string[] {
  return path.split("/").filter((step) => step !== "" && step !== ".");
}

/** Whether nobody else can move what is in a folder that this process's user, or root, has there. */
function isSafeAbove(stats: Stats, parent: string): boolean {
  if (!isOurs(stats)) return false;
  return !isOpen(stats) || (stats.mode & STICKY) !== 0 || isVolumeOfRoot(stats, parent);
}

function isOurs({ uid }: Stats): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

function isOpen({ mode }: Stats): boolean {
  return (mode & FOR_OTHERS) !== 0;
}

/** Whether something is mounted there: it is of another file system than the folder that it is in. */
function isVolumeOfRoot({ uid, dev }: Stats, parent: string): boolean {
  return uid === 0 && dev !== lstatSync(parent).dev;
}

/** Of group and others: to write. */
const FOR_OTHERS = 0o022;
/** Who can write to a folder moves and removes there only what is their own. */
const STICKY = 0o1000;

function unsafe(path: string): Error {
  return new Error(
    `others can write to ${path}, and take the socket's place; let its owner alone, as by chmod 0755`,
  );
}
