import type { z } from "zod";
import { credentialsSchema, SETTINGS, type Source, sourceSchema } from "./credentials-schema.ts";
import { guestsSchema, identitySchema, issuerSchema, userPoolSchema } from "./identity-schema.ts";
import { ruleSchema } from "./rule-schema.ts";
import { type Config, configSchema, modeSchema } from "./schema.ts";
import { upstreamSchema } from "./upstream-schema.ts";
import { moment } from "./values.ts";

/** An entry of a list or a map. */
export interface Entry<K extends string | number, T> {
  readonly key: K;
  /** As it is written, references filled. */
  readonly raw: unknown;
  /** Undefined where it does not fit the schema. */
  readonly fit: T | undefined;
}

type Identity = Config["identity"];

/**
 * A configuration as far as it fits the schema, piece by piece: what does not fit is told by the schema, and the rest can
 * still be held against each other.
 */
export interface Draft {
  readonly listen: Config["listen"] | undefined;
  readonly probes: Config["probes"] | undefined;
  readonly operator: Config["operator"] | undefined;
  readonly aws: Config["aws"] | undefined;
  readonly userPools: readonly Entry<number, Identity["userPools"][number]>[];
  readonly issuers: readonly Entry<number, Identity["issuers"][number]>[];
  readonly guests: Identity["guests"] | undefined;
  readonly denylistFile: Identity["denylistFile"];
  readonly sources: readonly Entry<string, Source>[];
  readonly shared: Config["credentials"]["shared"];
  readonly upstreams: readonly Entry<string, Config["upstreams"][string]>[];
  readonly selfService: Config["selfService"] | undefined;
  readonly authorize: Config["authorize"];
  readonly rules: readonly Entry<number, Config["policy"]["rules"][number]>[];
  readonly mode: Config["policy"]["mode"] | undefined;
  /** Epoch milliseconds; undefined too where nothing is written. */
  readonly until: number | undefined;
  /** As it is written, references filled. */
  readonly document: unknown;
}

/** Reads the pieces of a document whose references are filled. */
export function draftOf(document: unknown): Draft {
  const { listen, probes, operator, aws, selfService, authorize } = configSchema.shape;
  const root = asMap(document);
  const policy = asMap(root["policy"]);
  const identity = asMap(root["identity"]);
  const credentials = asMap(root["credentials"]);
  const sources = Object.entries(credentials).filter(([name]) => !SETTINGS.has(name));
  return {
    listen: fitting(listen, root["listen"]),
    probes: fitting(probes, root["probes"]),
    operator: fitting(operator, root["operator"]),
    aws: fitting(aws, root["aws"]),
    userPools: items(userPoolSchema, identity["userPools"]),
    issuers: items(issuerSchema, identity["issuers"]),
    denylistFile: fitting(identitySchema.shape.denylistFile, identity["denylistFile"]),
    guests: fitting(guestsSchema, identity["guests"]),
    sources: members(sourceSchema, sources),
    shared: fitting(credentialsSchema.shape.shared, credentials["shared"]),
    upstreams: members(upstreamSchema, Object.entries(asMap(root["upstreams"]))),
    selfService: fitting(selfService, root["selfService"]),
    authorize: fitting(authorize, root["authorize"]),
    rules: items(ruleSchema, policy["rules"]),
    mode: fitting(modeSchema, policy["mode"] ?? "enforce"),
    until: fitting(moment, policy["until"]),
    document,
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
  entries: readonly (readonly [string, unknown])[],
): Entry<string, z.output<S>>[] {
  return entries.map(([key, raw]) => ({ key, raw, fit: fitting(schema, raw) }));
}

function fitting<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> | undefined {
  const parsed = schema.safeParse(raw);
  return parsed.success ? parsed.data : undefined;
}
