import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type ConfigReading, readConfig } from "../../../src/config/read.ts";

export const ROOT = join(import.meta.dirname, "../../..");

/** What the deployment files agree on. */
export const AGREED = {
  data: "127.0.0.1:4480",
  probesPort: 4481,
  user: 4480,
  version: "0.1.0",
  /** Seconds; the default of `timeouts.drain`. */
  drain: 25,
  endpoint: "http://127.0.0.1:4480",
} as const;

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** A YAML file of the repository. */
export function yamlOf(path: string): unknown {
  return parse(textOf(path), { merge: true });
}

/** What lies at a path of keys and indices in a parsed document; undefined where the path ends early. */
export function at(tree: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (node as Record<string | number, unknown> | undefined)?.[key],
    tree,
  );
}

/** The one of a list that has this name. */
export function named(list: unknown, name: string): Record<string, unknown> | undefined {
  return (list as readonly Record<string, unknown>[]).find((one) => one["name"] === name);
}

/** A `postern.yaml` as Postern reads it, where no file but it is there. */
export function readPostern(text: string): ConfigReading {
  return readConfig(text, { env: () => undefined, file: () => undefined, now: Date.now });
}
