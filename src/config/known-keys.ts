import { type JsonSchema, toJsonSchema } from "./json-schema.ts";
import { type Path, valueAt } from "./problem.ts";

/** Which keys a place of the configuration knows. */
export interface KnownKeys {
  readonly here: readonly string[];
  /**
   * Where a place has several forms: what marks those that know a key, such as `type: assume-role`. Empty for a key that
   * no other form knows.
   */
  readonly elsewhere: (key: string) => readonly string[];
}

/** Made when somebody first misspells a key, and kept. */
let schema: JsonSchema | undefined;

/** The keys that a place knows, in the form that what stands there has chosen; of all forms where it has chosen none. */
export function knownKeysAt(path: Path, document: unknown): KnownKeys {
  schema ??= toJsonSchema();
  let node = schema;
  let value = document;
  for (const part of path) {
    node = { anyOf: chosenOf(node, value).flatMap((form) => below(form, part) ?? []) };
    value = valueAt(value, [part]);
  }
  const chosen = chosenOf(node, value);
  const marks = new Set(chosen.flatMap(marksOf));
  const others = formsOf(node).filter((form) => !chosen.includes(form));
  return {
    here: [...new Set(chosen.flatMap(({ properties }) => Object.keys(properties ?? {})))],
    elsewhere: (key) => {
      const knowing = others.filter(({ properties = {} }) => Object.hasOwn(properties, key));
      return [...new Set(knowing.flatMap(marksOf))].filter((mark) => !marks.has(mark));
    },
  };
}

/** The forms that a place can have: one, where the schema leaves no choice. */
function formsOf(node: JsonSchema): readonly JsonSchema[] {
  return (node.oneOf ?? node.anyOf)?.flatMap(formsOf) ?? [node];
}

/** The forms that a value has chosen by the constants in it; a constant that is the default may be left out. */
function chosenOf(node: JsonSchema, value: unknown): readonly JsonSchema[] {
  const forms = formsOf(node);
  const chosen = forms.filter((form) =>
    constantsOf(form).every(([key, fixed, usual]) => (valueAt(value, [key]) ?? usual) === fixed),
  );
  return chosen.length > 0 ? chosen : forms;
}

/** Members of a form that are always one word: what it is told from others by. */
function constantsOf({ properties = {} }: JsonSchema) {
  return Object.entries(properties).flatMap(([key, schema]) =>
    typeof schema.const === "string" ? [[key, schema.const, schema.default] as const] : [],
  );
}

function marksOf(form: JsonSchema): readonly string[] {
  return constantsOf(form).map(([key, fixed]) => `${key}: ${fixed}`);
}

function below({ items, properties = {}, additionalProperties }: JsonSchema, part: string | number) {
  if (typeof part === "number") return items;
  if (Object.hasOwn(properties, part)) return properties[part];
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}
