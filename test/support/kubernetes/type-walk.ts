import * as models from "@kubernetes/client-node";

interface Attribute {
  readonly baseName: string;
  readonly type: string;
}

/** Where Kubernetes takes a number or a string. */
const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  IntOrString: (value) => typeof value === "number" || typeof value === "string",
  any: () => true,
  object: () => true,
};

/** Every member of an object that Kubernetes does not know, or that is of another type than it takes, with its path. */
export function misfitsOf(object: unknown): readonly string[] {
  const { apiVersion = "", kind = "" } = object as { apiVersion?: string; kind?: string };
  const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
  const type = `${version.slice(0, 1).toUpperCase()}${version.slice(1)}${kind}`;
  return walk(object, type, kind);
}

function walk(value: unknown, type: string, path: string): readonly string[] {
  const list = /^Array<(?<of>.+)>$/.exec(type)?.groups?.["of"];
  if (list !== undefined) {
    if (!Array.isArray(value)) return [`${path}: not a list`];
    return value.flatMap((one, index) => walk(one, list, `${path}[${index}]`));
  }
  const map = /^\{ \[key: string\]: (?<of>.+); \}$/.exec(type)?.groups?.["of"];
  if (map !== undefined) return members(value, path, () => map);
  const scalar = SCALARS[type];
  if (scalar !== undefined) return scalar(value) ? [] : [`${path}: not ${type}`];
  const attributes = attributesOf(type);
  if (attributes === undefined) return [`${path}: no such type as ${type}`];
  return members(value, path, (key) => attributes.find(({ baseName }) => baseName === key)?.type);
}

function members(
  value: unknown,
  path: string,
  typeOf: (key: string) => string | undefined,
): readonly string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${path}: not a map`];
  return Object.entries(value).flatMap(([key, member]) => {
    const type = typeOf(key);
    return type === undefined ? [`${path}.${key}: not known`] : walk(member, type, `${path}.${key}`);
  });
}

/** What Kubernetes' own description of its API says of a type, as its client has it. */
function attributesOf(type: string): readonly Attribute[] | undefined {
  const model = (models as Readonly<Record<string, unknown>>)[type];
  return (model as { getAttributeTypeMap?: () => readonly Attribute[] } | undefined)?.getAttributeTypeMap?.();
}
