import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

import type { Tree } from "./find-sins.ts";

/** Reads every file below a folder, by its path below it with `/` between names. */
export function readTree(folder: string): Tree {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1).replaceAll(sep, "/"), readFileSync(path, "utf8")];
    }),
  );
}
