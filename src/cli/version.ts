import { readFileSync } from "node:fs";

/** The version of this package. `src/cli` and `dist/cli` lie as deep as each other. */
export function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
