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
    const parsed = schema?.safeParse(value, { error: inWords });
    if (parsed?.success === true) return parsed.data;
    const message = value === undefined ? "it is required" : complaint;
    const found = parsed === undefined ? [{ path: [], message }] : issuesIn(parsed.error);
    for (const { path, message } of found) context.addIssue({ code: "custom", path: [...path], message });
    return z.NEVER;
  });

/** A map of these keys and no others; each other one is a complaint of its own, with the known key that is nearest. */
export const knownKeys = <S extends Shape>(shape: S) =>
  z.looseObject(shape).superRefine((value, context) => {
    const known = Object.keys(shape);
    for (const key of Object.keys(value).filter((key) => !known.includes(key))) {
      const meant = nearest(key, known);
      const remedy = meant === undefined ? `known are ${known.join(", ")}` : `did you mean ${meant}?`;
      context.addIssue({ code: "custom", path: [key], message: `unknown key; ${remedy}` });
    }
  });

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
