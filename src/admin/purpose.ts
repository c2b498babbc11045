import type { Context } from "hono";

/**
 * Answers who did not show that no form of some page sent it: a page of another site can make a browser send no
 * `X-Postern-Admin`, and no JSON. Undefined for who did.
 */
export function purposeProblem(c: Context): Response | undefined {
  if (c.req.header("x-postern-admin") !== "1")
    return c.json({ message: "Send X-Postern-Admin: 1 to say that it is meant." }, 403);
  const [type = ""] = (c.req.header("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json")
    return c.json({ message: "The body is JSON: send content-type: application/json." }, 415);
  return undefined;
}
