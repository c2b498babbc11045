import type { Head } from "../domain/head.ts";

/** Whether a body follows: at the head of a request Node does not yet know that it is complete (RFC 9112 section 6.3). */
export function hasBody({ headers }: Head): boolean {
  return headers.has("transfer-encoding") || (headers.get("content-length") ?? "0") !== "0";
}
