/** Turns an unknown value into a `T`, or notes what is wrong with it and where. */
export type Reader<T> = (value: unknown, at: string, problems: string[]) => T;

type Readers = Readonly<Record<string, Reader<unknown>>>;
type Read<R> = R extends Reader<infer T> ? T : never;

/** What an object of these required and optional members reads as. */
export type ObjectOf<R extends Readers, O extends Readers> = {
  readonly [K in keyof R]: Read<R[K]>;
} & { readonly [K in keyof O]?: Read<O[K]> };

/** Any string but the empty one. */
export const text: Reader<string> = (value, at, problems) => {
  if (typeof value !== "string" || value === "") problems.push(`${at} must be a text`);
  return value as string;
};

/** True or false. */
export const flag: Reader<boolean> = (value, at, problems) => {
  if (typeof value !== "boolean") problems.push(`${at} must be true or false`);
  return value as boolean;
};

/** A whole number from zero up. */
export const count: Reader<number> = (value, at, problems) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) problems.push(`${at} must be a whole number`);
  return value as number;
};

/** A text, number or boolean. */
export const scalar: Reader<string | number | boolean> = (value, at, problems) => {
  if (!["string", "number", "boolean"].includes(typeof value)) problems.push(`${at} must be a plain value`);
  return value as string;
};

/** A JSON object that somebody else reads more closely, such as a policy. */
export const document: Reader<unknown> = (value, at, problems) => {
  if (!isObject(value)) problems.push(`${at} must be a mapping`);
  return value;
};

/** A text of a form; `what` says the form in words. */
export function matching(pattern: RegExp, what: string): Reader<string> {
  return (value, at, problems) => {
    if (typeof value !== "string" || !pattern.test(value)) problems.push(`${at} must be ${what}`);
    return value as string;
  };
}

/** One of a few words. */
export function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return (value, at, problems) => {
    if (!words.some((word) => word === value)) problems.push(`${at} must be one of ${words.join(", ")}`);
    return value as T;
  };
}

/** A list. */
export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value, at, problems) => {
    if (Array.isArray(value)) return value.map((each, index) => item(each, `${at}[${index}]`, problems));
    problems.push(`${at} must be a list`);
    return [];
  };
}

/** A mapping whose keys the author chooses. */
export function mapOf<T>(item: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, at, problems) => {
    if (!isObject(value)) {
      problems.push(`${at} must be a mapping`);
      return {};
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        key,
        item(each, `${at}[${JSON.stringify(key)}]`, problems),
      ]),
    );
  };
}

/** A mapping with these members and no others. */
export function object<R extends Readers, O extends Readers>(
  required: R,
  optional: O,
): Reader<ObjectOf<R, O>> {
  const known = new Map<string, Reader<unknown>>(Object.entries({ ...required, ...optional }));
  return (value, at, problems) => {
    const read: Record<string, unknown> = {};
    const given = isObject(value) ? value : {};
    if (!isObject(value)) problems.push(`${at || "the document"} must be a mapping`);
    for (const key of Object.keys(given)) {
      if (!known.has(key))
        problems.push(`${join(at, key)} is not known here; known: ${[...known.keys()].join(", ")}`);
    }
    for (const [key, reader] of known) {
      if (Object.hasOwn(given, key)) read[key] = reader(given[key], join(at, key), problems);
      else if (isObject(value) && Object.hasOwn(required, key)) problems.push(`${join(at, key)} is missing`);
    }
    return read as ObjectOf<R, O>;
  };
}

function join(at: string, key: string): string {
  return at === "" ? key : `${at}.${key}`;
}

/** Whether a value is a mapping. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
