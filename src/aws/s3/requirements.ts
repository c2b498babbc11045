import type { Requirement } from "../../domain/operation.ts";
import { broughtAlong } from "./brought-along.ts";
import type { CopySource } from "./copy-source.ts";
import { guardsOf, keysOf, sourceConditions } from "./keys.ts";
import { COPIED } from "./objects.ts";
import type { S3Request } from "./request.ts";
import type { S3Action } from "./row.ts";
import type { Upstream } from "../service.ts";

/** The object, the bucket or, with neither, all the buckets that an operation is about. */
export interface S3Subject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/**
 * What an operation on one subject needs: its own action, what its headers imply, and the object that it copies. Through
 * an access point all but the last is needed on that as well (S3 User Guide, IAM policies for using access points).
 */
export function requirementsOf(request: S3Request, subject: S3Subject): readonly Requirement[] {
  const { headers, upstream } = request;
  const needs = needsOn(arnOf(upstream, subject.bucket, subject.key), request, subject);
  if (headers.copySource !== undefined) needs.push(sourceOf(request, headers.copySource));
  const { accessPoint } = upstream.addressing;
  if (accessPoint === undefined) return needs;
  return [...needs, ...needsOn(arnThrough(accessPoint, subject.key), request, subject)];
}

function needsOn(resource: string, request: S3Request, { versionId }: S3Subject): Requirement[] {
  const { row, headers } = request;
  const needs = [ownOf(request, resource, versionId)];
  if (row.also !== undefined) {
    const { action, covers, version } = actionOf(row.also, versionId);
    needs.push({ action, resource, ...(covers && { covers }), ...keysOf(action, request, version) });
  }
  for (const action of headers.implied) needs.push({ action, resource, ...keysOf(action, request) });
  return needs;
}

function ownOf(request: S3Request, resource: string, versionId: string | undefined): Requirement {
  const { row, headers } = request;
  const { action, covers = [], version } = actionOf(row, versionId);
  const along = broughtAlong(row.name, headers.lines).map(({ written }) => written);
  const counts = [...covers, ...(row.covers ?? []), ...along, ...(row.reaches ?? [])];
  return {
    action,
    resource,
    ...(counts.length > 0 && { covers: counts }),
    ...(row.reaches && { within: [objectsOf(resource)] }),
    ...keysOf(action, request, version),
    ...guardsOf(request),
  };
}

function sourceOf(request: S3Request, source: CopySource): Requirement {
  const { row, headers, upstream } = request;
  const { action, covers = [] } = actionOf(COPIED, source.versionId);
  const along = broughtAlong(row.name, headers.lines).map(({ read }) => read);
  const counts = [...covers, ...along];
  return {
    action,
    resource: arnOf(upstream, source.bucket, source.key),
    ...(counts.length > 0 && { covers: counts }),
    ...sourceConditions(request, source),
  };
}

/** The action on a version or on what is there now. */
function actionOf(
  { action, versioned }: S3Action,
  version: string | undefined,
): Pick<Requirement, "action" | "covers"> & { readonly version?: string } {
  if (version === undefined || versioned === undefined) return { action };
  return { action: versioned, covers: [action], version };
}

/** S3 ARNs name no region and no account. An operation on no bucket is about all of them. */
function arnOf({ partition }: Upstream, bucket: string, key: string): string {
  const name = bucket === "" ? "*" : key === "" ? bucket : `${bucket}/${key}`;
  return `arn:${partition}:s3:::${name}`;
}

/** All objects of a bucket, or of an access point, as rules and policies name them. */
function objectsOf(resource: string): string {
  return resource.includes(":accesspoint/") ? `${resource}/object/*` : `${resource}/*`;
}

function arnThrough(accessPoint: string, key: string): string {
  return key === "" ? accessPoint : `${accessPoint}/object/${key}`;
}
