import type { LocalAnswer } from "../request.ts";
import type { S3Context, S3Payload, S3Request } from "./request.ts";
import { CANNED_ACLS, type CannedAcl } from "./canned-acl.ts";
import { invalidArgument, notImplemented } from "./refusals.ts";
import { xmlAnswer } from "./xml.ts";
import type { XmlNode } from "./xml.ts";

const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery";

/** What each list grants besides the owner's full control; object and bucket have one owner here. */
const GRANTS: Readonly<
  Partial<Record<CannedAcl, readonly (readonly [group: string, permission: string])[]>>
> = {
  "public-read": [[ALL_USERS, "READ"]],
  "public-read-write": [
    [ALL_USERS, "READ"],
    [ALL_USERS, "WRITE"],
  ],
  "authenticated-read": [[AUTHENTICATED_USERS, "READ"]],
  "log-delivery-write": [
    [LOG_DELIVERY, "WRITE"],
    [LOG_DELIVERY, "READ_ACP"],
  ],
};

/**
 * The list that `x-amz-acl` names, by default `private`.
 *
 * @throws LocalError InvalidArgument; NotImplemented for grants that are spelled out
 */
export function readCannedAcl(headers: ReadonlyMap<string, string>): CannedAcl {
  if ([...headers.keys()].some((name) => name.startsWith("x-amz-grant-")))
    throw notImplemented("A grant by header");
  const name = headers.get("x-amz-acl") ?? "private";
  const acl = CANNED_ACLS.find((known) => known === name);
  if (acl === undefined) throw invalidArgument("Invalid canned ACL", "x-amz-acl", name);
  return acl;
}

/** GetBucketAcl. */
export function getBucketAcl(context: S3Context, request: S3Request): LocalAnswer {
  return aclAnswer(context, context.store.bucket(request.bucket).acl);
}

/** PutBucketAcl. */
export async function putBucketAcl(
  context: S3Context,
  request: S3Request,
  payload: S3Payload,
): Promise<LocalAnswer> {
  const bucket = context.store.bucket(request.bucket);
  bucket.acl = await readAclCall(request, payload);
  return { status: 200, headers: {} };
}

/** GetObjectAcl. */
export function getObjectAcl(context: S3Context, request: S3Request): LocalAnswer {
  const object = context.store.bucket(request.bucket).object(request.key ?? "");
  return aclAnswer(context, object.description.acl);
}

/** PutObjectAcl. */
export async function putObjectAcl(
  context: S3Context,
  request: S3Request,
  payload: S3Payload,
): Promise<LocalAnswer> {
  const bucket = context.store.bucket(request.bucket);
  const { key } = bucket.object(request.key ?? "");
  bucket.describe(key, { acl: await readAclCall(request, payload) });
  return { status: 200, headers: {} };
}

async function readAclCall(request: S3Request, payload: S3Payload): Promise<CannedAcl> {
  const acl = readCannedAcl(request.headers);
  for await (const chunk of payload.body) if (chunk.length > 0) throw notImplemented("An ACL in the body");
  return acl;
}

function aclAnswer({ ownerId }: S3Context, acl: CannedAcl): LocalAnswer {
  const owner: XmlNode = [
    "Grant",
    [grantee("CanonicalUser", ["ID", ownerId]), ["Permission", "FULL_CONTROL"]],
  ];
  const groups = (GRANTS[acl] ?? []).map(([uri, permission]): XmlNode => {
    return ["Grant", [grantee("Group", ["URI", uri]), ["Permission", permission]]];
  });
  return xmlAnswer([
    "AccessControlPolicy",
    [
      ["Owner", [["ID", ownerId]]],
      ["AccessControlList", [owner, ...groups]],
    ],
  ]);
}

function grantee(type: "CanonicalUser" | "Group", name: XmlNode): XmlNode {
  return ["Grantee", [name], { "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "xsi:type": type }];
}
