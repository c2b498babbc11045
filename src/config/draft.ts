import type { z } from "zod";
import { ruleSchema } from "./rule-schema.ts";
import { type Config, configSchema, sourceSchema, upstreamSchema, userPoolSchema } from "./schema.ts";

/** An entry of a list or a map. */
export interface Entry<K extends string | number, T> {
  readonly key: K;
  /** As it is written, references filled. */
  readonly raw: unknown;
  /** Undefined where it does not fit the schema. */
  readonly fit: T | undefined;
}

/**
 * A configuration as far as it fits the schema, piece by piece: what does not fit is told by the schema, and the rest can
 * still be held against each other.
 */
export interface Draft {
  readonly listen: Config["listen"] | undefined;
  readonly probes: Config["probes"] | undefined;
  readonly operator: Config["operator"] | undefined;
  readonly aws: Config["aws"] | undefined;
  readonly userPools: readonly Entry<number, Config["identity"]["userPools"][number]>[];
  readonly sources: readonly Entry<string, z.output<typeof sourceSchema>>[];
  readonly upstreams: readonly Entry<string, Config["upstreams"][string]>[];
  readonly rules: readonly Entry<number, Config["policy"]["rules"][number]>[];
}

/** Reads the pieces of a document whose references are filled. */
export function draftOf(document: unknown): Draft {
  const { listen, probes, operator, aws } = configSchema.shape;
  const root = asMap(document);
  const { cache: _, ...sources } = asMap(root["credentials"]);
  return {
    listen: fitting(listen, root["listen"]),
    probes: fitting(probes, root["probes"]),
    operator: fitting(operator, root["operator"]),
    aws: fitting(aws, root["aws"]),
    userPools: items(userPoolSchema, asMap(root["identity"])["userPools"]),
    sources: members(sourceSchema, sources),
    upstreams: members(upstreamSchema, asMap(root["upstreams"])),
    rules: items(ruleSchema, asMap(root["policy"])["rules"]),
  };
}

/** A value as a map; an empty one where it is none. */
export function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function items<S extends z.ZodType>(schema: S, value: unknown): Entry<number, z.output<S>>[] {
  if (!Array.isArray(value)) return [];
  return value.map((raw: unknown, key) => ({ key, raw, fit: fitting(schema, raw) }));
}

function members<S extends z.ZodType>(
  schema: S,
  map: Readonly<Record<string, unknown>>,
): Entry<string, z.output<S>>[] {
  return Object.entries(map).map(([key, raw]) => ({ key, raw, fit: fitting(schema, raw) }));
}

function fitting<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> | undefined {
  const parsed = schema.safeParse(raw);
  return parsed.success ? parsed.data : undefined;
}
