import { z } from "zod";
import { configSchema } from "./schema.ts";

/** As much of a JSON Schema as is walked here. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly const?: unknown;
  readonly default?: unknown;
}

/**
 * The schema for editors, as `config/postern.schema.json` holds it. `npx vitest run test/config -u` writes that file
 * anew.
 */
export function toJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configSchema, { io: "input" });
  return withReferences({ title: "postern.yaml", ...schema }) as JsonSchema;
}

const REFERENCE = String.raw`\$\{(?:env|file):`;

/** Lets each value with a pattern be a reference as well. Names of keys stay as they are: no reference is filled there. */
function withReferences(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withReferences);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]: [string, unknown]) => {
      if (key === "propertyNames") return [key, value];
      if (key === "pattern" && typeof value === "string") return [key, `${value}|${REFERENCE}`];
      return [key, withReferences(value)];
    }),
  );
}
