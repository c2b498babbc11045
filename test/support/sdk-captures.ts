import { existsSync, readFileSync } from "node:fs";

/** Requests as they came from JavaScript, Python and the AWS CLI, old and new; they are not part of this repository. */
const CAPTURES = new URL("../../../shared/vectors/sdk-wire/raw-captures.txt", import.meta.url);

/** A request as it was captured. */
export interface Capture {
  /** How it was dialled, and its number. */
  readonly title: string;
  readonly scheme: "http" | "https";
  readonly method: string;
  readonly target: string;
  /** In order of arrival, in their case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** As it stood on the wire, HTTP's chunks included; where it is long, its beginning. */
  readonly body: string;
  readonly isWhole: boolean;
}

/** Reads the captures, each a line of title, a request line, headers, and the body on one line; none where they are not there. */
export function readCaptures(): readonly Capture[] {
  const text = existsSync(CAPTURES) ? readFileSync(CAPTURES, "utf8") : "";
  return text.split(/^=== /m).flatMap((capture) => {
    const [title = "", requestLine = "", ...lines] = capture.split(/\r?\n/);
    const [method = "", target = "", version] = requestLine.split(" ");
    if (version?.startsWith("HTTP/") !== true) return [];
    const end = lines.findIndex((line) => line.startsWith("--body"));
    const headers = lines.slice(0, end).flatMap((line) => {
      const [, name, value] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    });
    const [, literal = '""', rest = ""] =
      /^--body\(\d+\): ("(?:[^"\\]|\\.)*")(.*)$/.exec(lines[end] ?? "") ?? [];
    const scheme = title.startsWith("https") ? "https" : "http";
    return [
      { title, scheme, method, target, headers, body: JSON.parse(literal) as string, isWhole: rest === "" },
    ];
  });
}
