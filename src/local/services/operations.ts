import type { ApiInput } from "../guard/api-actions.ts";
import { LocalError } from "../request.ts";

/** What an operation answers: the members of its output, as JSON knows them; those that are undefined are left out. */
export type Output = Readonly<Record<string, unknown>>;

/** The operations of a small service, by name. IAM was asked before they run. */
export type Operations = Readonly<Record<string, (input: ApiInput) => Output>>;

/** What a small service is made of. */
export interface ServiceOptions {
  readonly account: string;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A text member; empty when it is missing. */
export function textOf(input: ApiInput, name: string): string {
  const value = input[name];
  return typeof value === "string" ? value : "";
}

/** A number, which forms write as a text. */
export function numberOf(input: ApiInput, name: string, otherwise: number): number {
  const value = Number(input[name] ?? otherwise);
  return Number.isFinite(value) ? value : otherwise;
}

/** A list of structures; empty when it is missing. */
export function listOf(input: ApiInput, name: string): readonly ApiInput[] {
  const value = input[name];
  return Array.isArray(value) ? (value as readonly ApiInput[]) : [];
}

/**
 * What exists under a name.
 *
 * @throws LocalError of the given code where there is nothing.
 */
export function existing<T>(
  found: T | undefined,
  {
    code,
    message,
    status = 400,
  }: { readonly code: string; readonly message: string; readonly status?: number },
): T {
  if (found === undefined) throw new LocalError(code, message, status);
  return found;
}
