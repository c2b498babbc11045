import { z } from "zod";
import { nearest } from "../domain/nearest.ts";
import { inWords } from "./describe.ts";
import type { Found } from "./problem.ts";

type Shape = Readonly<Record<string, z.ZodType>>;

/** What may stand at a place that has several forms. */
interface Forms<T> {
  readonly text?: z.ZodType<T>;
  readonly map?: z.ZodType<T>;
  readonly list?: z.ZodType<T>;
}

/**
 * A value of one of several forms: it is held against the schema of the form that it has, so that a complaint is about
 * what stands there.
 */
export const oneForm = <T>(forms: Forms<T>, complaint: string) =>
  z.unknown().transform((value, context): T => {
    const form = formOf(value);
    const schema = form === undefined ? undefined : forms[form];
    if (schema !== undefined) return readBy(schema, [])(value, context);
    context.addIssue({ code: "custom", message: value === undefined ? "it is required" : complaint });
    return z.NEVER;
  });

/** A map of these keys and no others; each other one is a complaint of its own, with the known key that is nearest. */
export const knownKeys = <S extends Shape>(shape: S) =>
  z.unknown().transform(readBy(z.strictObject(shape), Object.keys(shape)));

/** Reads by a schema, and says its complaints in words of ours. */
function readBy<T>(schema: z.ZodType<T>, known: readonly string[]) {
  return (value: unknown, context: z.core.$RefinementCtx): T => {
    const parsed = schema.safeParse(value, { error: inWords });
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      if (issue.code !== "unrecognized_keys") {
        context.addIssue({ code: "custom", path: issue.path, message: issue.message });
        continue;
      }
      for (const key of issue.keys)
        context.addIssue({ code: "custom", path: [...issue.path, key], message: unknownKey(key, known) });
    }
    return z.NEVER;
  };
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `unknown key; ${meant === undefined ? `known are ${known.join(", ")}` : `did you mean ${meant}?`}`;
}

/** What a schema complains of. */
export function issuesIn({ issues }: z.ZodError): readonly Found[] {
  return issues.map(({ path, message }) => ({
    path: path.map((part) => (typeof part === "symbol" ? String(part) : part)),
    message,
  }));
}

function formOf(value: unknown): keyof Forms<unknown> | undefined {
  if (typeof value === "string") return "text";
  if (Array.isArray(value)) return "list";
  return typeof value === "object" && value !== null ? "map" : undefined;
}
