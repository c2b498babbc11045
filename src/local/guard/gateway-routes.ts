import type { Api } from "../world.ts";

/**
 * Whether a route of an API takes a request; an API without a list takes every one.
 *
 * @param path Decoded, without a `/` at either end.
 */
export function hasRoute({ routes }: Api, method: string, path: string): boolean {
  if (routes === undefined) return true;
  return routes.some((route) => {
    const [wanted = "", template = ""] = route.split(" /");
    const pattern = new RegExp(`^${template.split("/").map(patternOf).join("/")}$`, "s");
    return (wanted === "ANY" || wanted === method) && pattern.test(path);
  });
}

/** `{name}` is one segment, `{name+}` all that follow. */
function patternOf(part: string): string {
  if (/^\{.*\+\}$/.test(part)) return ".+";
  return /^\{.*\}$/.test(part) ? "[^/]+" : part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
