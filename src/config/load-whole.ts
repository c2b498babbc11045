import { hash } from "node:crypto";
import type { Clock } from "../domain/clock.ts";
import { stampsOf } from "../files/watch-files.ts";
import { type Environment, isPipe, loadConfig, unreadable } from "./load.ts";
import type { ConfigReading } from "./read.ts";

/** A configuration as it stood in its files at one moment. */
export interface WholeReading {
  readonly reading: ConfigReading;
  /** Whether nothing changed while it was read; if not, it may be half of one version and half of another. */
  readonly isWhole: boolean;
  /** All the files that it was read from, each once. */
  readonly files: readonly string[];
  /** Which state of them it was, as `stampsOf` tells it. */
  readonly stamps: string;
  /** Digest of the files that it refers to: a key file may say something else by the same name. */
  readonly references: string;
}

/** A reading that others write over again and again is given up. */
const MAX_READINGS = 5;

/**
 * Reads a configuration with the files that it refers to. Where one of them changed meanwhile all are read again: half of
 * one version and half of another is none that anybody wrote.
 */
export function loadWhole(path: string, env: Environment, now: Clock): WholeReading {
  let files: readonly string[] = [path];
  for (let readings = 1; ; readings++) {
    const stamps = stampsOf(files);
    const read = new Map<string, string | undefined>();
    const reading = isPipe(path)
      ? unreadable("this is a pipe, which cannot be followed")
      : loadConfig(path, env, now, (file, text) => read.set(file, text));
    const isWhole = [...read.keys()].every((file) => files.includes(file)) && stampsOf(files) === stamps;
    if (isWhole || readings === MAX_READINGS)
      return { reading, isWhole, files, stamps, references: digestOf(reading, read) };
    files = [...read.keys()];
  }
}

/** Files that are followed for themselves say nothing new of the configuration. */
function digestOf({ config }: ConfigReading, read: ReadonlyMap<string, string | undefined>): string {
  const { userPools = [], issuers = [], denylistFile } = config?.identity ?? {};
  const followed = new Set([denylistFile, ...[...userPools, ...issuers].map(({ jwksFile }) => jwksFile)]);
  const [, ...references] = [...read].filter(([file]) => !followed.has(file));
  return hash("sha256", JSON.stringify(references), "base64url");
}
