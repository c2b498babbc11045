import type { Requirement } from "../domain/operation.ts";
import type { S3Headers } from "./s3-headers.ts";
import { COPIED, type S3Row } from "./s3-table.ts";
import type { Upstream } from "./service.ts";

/** The object, the bucket or, with neither, all the buckets that an operation is about. */
export interface S3Subject {
  readonly bucket: string;
  readonly key: string;
  readonly versioned: boolean;
}

/** What an operation on one subject needs: its own action, what its headers imply, and the object that it copies. */
export function requirementsOf(
  row: S3Row,
  { bucket, key, versioned }: S3Subject,
  headers: S3Headers,
  upstream: Upstream,
): readonly Requirement[] {
  const resource = arnOf(upstream, bucket, key);
  const own = ownOf(row, resource, versioned);
  const { implied, copySource } = headers;
  if (copySource === undefined && implied.length === 0) return [own];
  const others = implied.map((action) => ({ action, resource }));
  if (copySource === undefined) return [own, ...others];
  const tags = copiesTags(row, headers);
  const source = ownOf(
    COPIED,
    arnOf(upstream, copySource.bucket, copySource.key),
    copySource.versionId !== undefined,
  );
  return [
    tags ? covering(own, "s3:PutObjectTagging") : own,
    ...others,
    tags ? covering(source, "s3:GetObjectTagging") : source,
  ];
}

function ownOf(row: Omit<S3Row, "name">, resource: string, versioned: boolean): Requirement {
  if (versioned && row.versioned !== undefined) {
    return { action: row.versioned, resource, covers: [row.action, ...(row.covers ?? [])] };
  }
  return row.covers === undefined
    ? { action: row.action, resource }
    : { action: row.action, resource, covers: row.covers };
}

/** Unless told otherwise CopyObject brings the source's tags along, where it has any: Postern cannot know. */
function copiesTags(row: S3Row, { lines }: S3Headers): boolean {
  const directive = lines.find(([name]) => name === "x-amz-tagging-directive");
  return row.name === "CopyObject" && directive?.[1] !== "REPLACE";
}

function covering(requirement: Requirement, action: string): Requirement {
  return { ...requirement, covers: [...(requirement.covers ?? []), action] };
}

/** S3 ARNs name no region and no account. An operation on no bucket is about all of them. */
function arnOf({ partition }: Upstream, bucket: string, key: string): string {
  const name = bucket === "" ? "*" : key === "" ? bucket : `${bucket}/${key}`;
  return `arn:${partition}:s3:::${name}`;
}
