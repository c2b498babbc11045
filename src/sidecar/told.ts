import { Refusal } from "../domain/refusal.ts";

/** An error as the log tells it: what it is, what is known besides, and what caused it. */
export function told(error: unknown): string {
  if (error instanceof Refusal)
    return [error.code, error.detail, causeOf(error)].filter((part) => part !== undefined).join(": ");
  return error instanceof Error ? [error.message, causeOf(error)].filter(Boolean).join(": ") : String(error);
}

/** By its code where it has one: messages of parsers quote what they read. */
function causeOf({ cause }: Error): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  return causeOf(cause) ?? cause.name;
}
