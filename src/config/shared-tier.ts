import { readFileSync } from "node:fs";
import type { Config } from "./schema.ts";

/**
 * What the shared tier is made of, its files read; undefined where nothing is shared.
 *
 * @throws Error where a file cannot be read
 */
export function sharedTierOf({ credentials: { shared } }: Config) {
  if (shared === undefined) return undefined;
  const { url, username, keyFile, passwordFile, caFile, deployment } = shared;
  return {
    // An editor ends a file with a line break, which is no part of the password.
    redis: { url, username, password: textOf(passwordFile)?.replace(/\r?\n$/, ""), ca: textOf(caFile) },
    keyFile: readFileSync(keyFile, "utf8"),
    deployment,
  };
}

function textOf(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, "utf8");
}
