import type { LocalAnswer } from "../request.ts";
import type { S3Context, S3Payload, S3Request } from "./request.ts";
import { CANNED_ACLS } from "./canned-acl.ts";
import type { Acl, CannedAcl } from "./canned-acl.ts";
import { receiveDocument } from "./receive.ts";
import { invalidArgument, invalidRequest } from "./refusals.ts";
import { readXml, renderXml, xmlAnswer } from "./xml.ts";
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

const PERMISSIONS: Readonly<Record<string, string>> = {
  "x-amz-grant-full-control": "FULL_CONTROL",
  "x-amz-grant-read": "READ",
  "x-amz-grant-read-acp": "READ_ACP",
  "x-amz-grant-write": "WRITE",
  "x-amz-grant-write-acp": "WRITE_ACP",
};

/**
 * The list that the headers of a call name or spell out, by default `private`.
 *
 * @throws LocalError InvalidArgument; InvalidRequest where they do both
 */
export function readAcl(headers: ReadonlyMap<string, string>): Acl {
  const granted = Object.entries(PERMISSIONS).filter(([name]) => headers.has(name));
  if (granted.length === 0) return readCannedAcl(headers.get("x-amz-acl") ?? "private");
  if (headers.has("x-amz-acl"))
    throw invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed");
  const grants = granted.flatMap(([name, permission]) =>
    readGrantees(name, headers.get(name) ?? "").map((who) => grant(who, permission)),
  );
  return { grants: grants.map(renderXml).join("") };
}

function readCannedAcl(name: string): CannedAcl {
  const acl = CANNED_ACLS.find((known) => known === name);
  if (acl === undefined) throw invalidArgument("Invalid canned ACL", "x-amz-acl", name);
  return acl;
}

/** `id="…", uri="…", emailAddress="…"` */
function readGrantees(name: string, header: string): readonly XmlNode[] {
  return header.split(",").map((entry) => {
    const [, kind = "", value = ""] = /^\s*(\w+)\s*=\s*"?([^"]*)"?\s*$/.exec(entry) ?? [];
    if (kind === "id") return grantee("CanonicalUser", ["ID", value]);
    if (kind === "uri") return grantee("Group", ["URI", value]);
    if (kind === "emailAddress") return grantee("AmazonCustomerByEmail", ["EmailAddress", value]);
    throw invalidArgument("Argument format not recognized", name, header);
  });
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

/** A list comes by name, by headers, or as a document. */
async function readAclCall(request: S3Request, payload: S3Payload): Promise<Acl> {
  const document = await receiveDocument(request, payload, "nothing");
  if (document.length === 0) return readAcl(request.headers);
  readXml(document, "AccessControlPolicy");
  const written = /<AccessControlList[^>]*>([^]*)<\/AccessControlList>/.exec(document.toString("utf8"));
  return { grants: written?.[1] ?? "" };
}

function aclAnswer({ ownerId }: S3Context, acl: Acl): LocalAnswer {
  const owner = grant(grantee("CanonicalUser", ["ID", ownerId]), "FULL_CONTROL");
  const groups =
    typeof acl === "string"
      ? (GRANTS[acl] ?? []).map(([uri, permission]) => grant(grantee("Group", ["URI", uri]), permission))
      : [];
  const { body, ...answer } = xmlAnswer([
    "AccessControlPolicy",
    [
      ["Owner", [["ID", ownerId]]],
      ["AccessControlList", typeof acl === "string" ? [owner, ...groups] : []],
    ],
  ]);
  if (typeof acl === "string") return { ...answer, body };
  return { ...answer, body: body.replace("<AccessControlList>", () => `<AccessControlList>${acl.grants}`) };
}

function grant(who: XmlNode, permission: string): XmlNode {
  return ["Grant", [who, ["Permission", permission]]];
}

function grantee(type: "CanonicalUser" | "Group" | "AmazonCustomerByEmail", name: XmlNode): XmlNode {
  return ["Grantee", [name], { "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "xsi:type": type }];
}
