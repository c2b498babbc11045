import { DENIED_PATHS } from "./surroundings.ts";

/** A text as the most forgiving reader has it: in one case, and without slashes at its end. */
function folded(text: string): string {
  return text.replaceAll("\u0130", "i").toUpperCase().toLowerCase().replace(/\/+$/, "");
}

const PATTERNS = DENIED_PATHS.map((path) => {
  const glob = folded(path).replaceAll(/[\\^$.+()[\]{}|]/g, "\\$&");
  return new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
});

/** Whether a resource of API Gateway is one that the oracle's denies name, to whom case and a slash at the end are nothing. */
export function isDenied({ resource }: { readonly resource: string }): boolean {
  const path = /^arn:aws:execute-api:[^/]*\/[^/]*\/(?<path>.*)$/s.exec(resource)?.groups?.["path"];
  return path !== undefined && PATTERNS.some((pattern) => pattern.test(folded(path)));
}
