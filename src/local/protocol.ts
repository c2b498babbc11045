/** How a service is spoken to (Smithy, AWS protocols). */
export type Protocol = "json" | "query" | "rest-json" | "rpc-v2-cbor";

/**
 * The protocol of a request by its own marks; undefined where it has the marks of two.
 *
 * @param header The first value of a header, by its name in lower case.
 */
export function protocolOf(header: (name: string) => string | undefined): Protocol | undefined {
  const contentType = header("content-type") ?? "";
  const marks = [
    header("smithy-protocol") === undefined ? [] : ["rpc-v2-cbor" as const],
    header("x-amz-target") === undefined ? [] : ["json" as const],
    contentType.startsWith("application/x-www-form-urlencoded") ? ["query" as const] : [],
  ].flat();
  return marks.length > 1 ? undefined : (marks[0] ?? "rest-json");
}
