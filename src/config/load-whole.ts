import type { Clock } from "../domain/clock.ts";
import { stampsOf } from "../files/watch-files.ts";
import { type Environment, loadConfig } from "./load.ts";
import type { ConfigReading } from "./read.ts";

/** A configuration as it stood in its files at one moment. */
export interface WholeReading {
  readonly reading: ConfigReading;
  /** All the files that it was read from, each once. */
  readonly files: readonly string[];
  /** Which state of them it was, as `stampsOf` tells it. */
  readonly stamps: string;
}

/** A reading that others write over again and again is given up, and comes of whatever stood there last. */
const MAX_READINGS = 5;

/**
 * Reads a configuration with the files that it refers to. Where one of them changed meanwhile all are read again: half of
 * one version and half of another is none that anybody wrote.
 */
export function loadWhole(path: string, env: Environment, now: Clock): WholeReading {
  let files: readonly string[] = [path];
  for (let readings = 1; ; readings++) {
    const before = stampsOf(files);
    const read = new Set<string>();
    const reading = loadConfig(path, env, now, (file) => read.add(file));
    const isWhole = [...read].every((file) => files.includes(file)) && stampsOf(files) === before;
    if (isWhole || readings === MAX_READINGS) return { reading, files, stamps: before };
    files = [...read];
  }
}
