import type { JsonSchema } from "../../src/config/json-schema.ts";
import { DURATION, SIZE } from "../../src/config/units.ts";

/** More of a JSON Schema than editors' help is made of. */
interface Schema extends JsonSchema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
}

/** The sections of `postern.yaml` as Markdown: a heading each, what it is about, and a table of its keys. */
export function referenceOf(schema: Schema): string {
  return Object.entries(schema.properties ?? {})
    .map(([key, section]) => sectionOf(key, section, isRequired(schema, key)))
    .join("\n");
}

function sectionOf(key: string, section: Schema, required: boolean): string {
  const about = `${section.description ?? ""}${required ? " Required." : ""}`;
  return [`## ${key}\n\n${about}\n`, ...tablesOf(key, section)].join("\n");
}

/** A section's own keys, then those of what stands in it by name; of each form by itself, where there are several. */
function tablesOf(path: string, schema: Schema): readonly string[] {
  const own = rowsOf(path, schema);
  const { additionalProperties: named } = schema;
  const forms = typeof named === "object" ? formsOf(named) : [];
  return [
    ...(own.length > 0 ? [tableOf(own)] : []),
    ...forms.map((form) => `${titleOf(form)}${tableOf(rowsOf(`${path}.NAME`, form))}`),
  ];
}

function formsOf(schema: Schema): readonly Schema[] {
  return schema.oneOf?.flatMap(formsOf) ?? [schema];
}

/** What sets a form apart from the others: `type: identity-pool`, `flow: basic`. */
function titleOf({ properties = {} }: Schema): string {
  const constants = ["type", "flow"].flatMap((key) => {
    const value = properties[key]?.const;
    return value === undefined ? [] : [`\`${key}: ${asWritten(value)}\``];
  });
  return constants.length === 0 ? "" : `A source with ${constants.join(" and ")}:\n\n`;
}

function tableOf(rows: readonly string[]): string {
  return ["| key | value | default | meaning |", "|---|---|---|---|", ...rows, ""].join("\n");
}

function rowsOf(path: string, schema: Schema): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const at = `${path}.${key}`;
    const stated = isRequired(schema, key) ? "required" : defaultOf(inner);
    const row = [`\`${at}\``, kindOf(inner, key), stated, inWords(inner.description ?? "")];
    return [`| ${row.join(" | ")} |`, ...nested(at, inner)];
  });
}

/** Rows of what stands below a key: in a map, in each of a list, or under names. */
function nested(path: string, schema: Schema): readonly string[] {
  const { items, additionalProperties: named, anyOf = [] } = schema;
  return [
    ...rowsOf(path, schema),
    ...(items === undefined ? [] : rowsOf(`${path}[]`, items)),
    ...(typeof named === "object" ? nested(`${path}.NAME`, named) : []),
    ...anyOf.flatMap((one) => rowsOf(path, one)),
  ];
}

/** A word for the value of a key. */
function kindOf(schema: Schema, key: string): string {
  const { anyOf, items, additionalProperties: named } = schema;
  if (schema.const !== undefined) return `\`${asWritten(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${asWritten(value)}\``).join(", ");
  if (anyOf !== undefined) return [...new Set(anyOf.map((one) => kindOf(one, key)))].join(", or ");
  if (items !== undefined) return listOf(kindOf(items, ""));
  if (typeof named === "object") return kindOf(named, "") === "text" ? "map of texts" : "map by name";
  if (Array.isArray(schema.type)) return schema.type.map((type) => KINDS[type] ?? type).join(", ");
  return scalarOf(schema, key);
}

const KINDS: Readonly<Record<string, string>> = {
  boolean: "`true`, `false`",
  object: "map",
  string: "text",
  number: "number",
};

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [DURATION, "duration"],
  [SIZE, "size"],
];

function scalarOf(schema: Schema, key: string): string {
  const { type, pattern = "", minimum, maximum } = schema;
  if (type === "integer" || type === "number")
    return `${type === "integer" ? "whole number" : "number"}${boundsOf(minimum, maximum)}`;
  const known = PATTERNS.find(([form]) => pattern.startsWith(`${form.source}|`));
  if (known !== undefined) return known[1];
  if (key.endsWith("File")) return "path of a file";
  return KINDS[String(type)] ?? "anything";
}

function boundsOf(least: number | undefined, most: number | undefined): string {
  if (most === undefined || most === Number.MAX_SAFE_INTEGER)
    return least === undefined ? "" : `, at least ${least}`;
  return `, ${least} to ${most}`;
}

/** A list of what there is no end of, or of words to choose from. */
function listOf(kind: string): string {
  return /^\w+$/.test(kind) ? `list of ${kind}s` : `any of ${kind}`;
}

function defaultOf({ default: value }: Schema): string {
  if (value === undefined || isEmpty(value)) return "–";
  return `\`${asWritten(value)}\``;
}

function asWritten(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function isRequired({ required = [] }: Schema, key: string): boolean {
  return required.includes(key);
}

/** Prose, in which nothing is Markdown. */
function inWords(text: string): string {
  return text.replaceAll(/[*|<]/g, String.raw`\$&`);
}
