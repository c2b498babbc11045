import type { S3Row } from "./row.ts";

/** What comparing the ETag of an object needs: whoever may not read the object could try out what is in it. */
export const COMPARED = "s3:GetObject";

/**
 * The actions that a request needs, besides the operation's own, for having an object's ETag compared (S3 User Guide,
 * conditional writes and conditional deletes).
 *
 * @param etag what it is to be
 */
export function comparedBy(etag: string | undefined, ifMatch: S3Row["ifMatch"]): readonly string[] {
  if (etag === undefined || ifMatch === undefined) return [];
  return etag === "*" && ifMatch === "etag" ? [] : [COMPARED];
}
