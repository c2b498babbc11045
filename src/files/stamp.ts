import { statSync } from "node:fs";

/** Tells one state of a file from the next, whatever link leads to it; where it cannot be looked at, says why. */
export function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  } catch (error) {
    return String(error);
  }
}
