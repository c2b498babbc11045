import type { Requirement } from "../../domain/operation.ts";
import type { CopySource } from "./copy-source.ts";
import { copiesTags, guardsOf, keysOf, sourceConditions } from "./keys.ts";
import type { S3Request } from "./request.ts";
import { COPIED, type S3Row } from "./table.ts";
import type { Upstream } from "../service.ts";

/** The object, the bucket or, with neither, all the buckets that an operation is about. */
export interface S3Subject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** What an operation on one subject needs: its own action, what its headers imply, and the object that it copies. */
export function requirementsOf(request: S3Request, subject: S3Subject): readonly Requirement[] {
  const { row, headers, upstream } = request;
  const { implied, copySource } = headers;
  const resource = arnOf(upstream, subject.bucket, subject.key);
  const own = ownOf(request, resource, subject.versionId);
  if (copySource === undefined && implied.length === 0) return [own];
  const others = implied.map((action) => ({ action, resource, ...keysOf(action, request) }));
  if (copySource === undefined) return [own, ...others];
  const source = sourceOf(request, copySource);
  return copiesTags(row.name, headers.lines)
    ? [covering(own, "s3:PutObjectTagging"), ...others, covering(source, "s3:GetObjectTagging")]
    : [own, ...others, source];
}

function ownOf(request: S3Request, resource: string, versionId: string | undefined): Requirement {
  const { action, covers, version } = actionOf(request.row, versionId);
  return {
    action,
    resource,
    ...(covers && { covers }),
    ...keysOf(action, request, version),
    ...guardsOf(request),
  };
}

function sourceOf(request: S3Request, source: CopySource): Requirement {
  const { action, covers } = actionOf(COPIED, source.versionId);
  const resource = arnOf(request.upstream, source.bucket, source.key);
  return { action, resource, ...(covers && { covers }), ...sourceConditions(request, source) };
}

/** The action of a row, on a version or on what is there now. */
function actionOf(
  { action, versioned, covers }: Omit<S3Row, "name">,
  version: string | undefined,
): Pick<Requirement, "action" | "covers"> & { readonly version?: string } {
  if (version === undefined || versioned === undefined) return { action, ...(covers && { covers }) };
  return { action: versioned, covers: [action, ...(covers ?? [])], version };
}

function covering(requirement: Requirement, action: string): Requirement {
  return { ...requirement, covers: [...(requirement.covers ?? []), action] };
}

/** S3 ARNs name no region and no account. An operation on no bucket is about all of them. */
function arnOf({ partition }: Upstream, bucket: string, key: string): string {
  const name = bucket === "" ? "*" : key === "" ? bucket : `${bucket}/${key}`;
  return `arn:${partition}:s3:::${name}`;
}
