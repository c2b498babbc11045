import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import { malformedXml, preconditionFailed } from "./refusals.ts";
import { receiveDocument } from "./receive.ts";
import type { S3Context, S3Payload, S3Request } from "./request.ts";
import type { Bucket } from "./store.ts";
import { childrenOf, readXml, textOf, xmlAnswer } from "./xml.ts";
import type { XmlNode } from "./xml.ts";

/** One entry of a DeleteObjects call. */
interface Deletion {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly etag: string | undefined;
}

const MAX_DELETIONS = 1000;

/** DeleteObject: an object that is not there is deleted already. */
export function deleteObject(
  { store }: S3Context,
  { bucket: name, key = "", headers }: S3Request,
): LocalAnswer {
  const bucket = store.bucket(name);
  deleteOne(bucket, key, headers.get("if-match"));
  return { status: 204, headers: {} };
}

/** DeleteObjects: each key succeeds or fails for itself. */
export async function deleteObjects(
  { store }: S3Context,
  request: S3Request,
  payload: S3Payload,
): Promise<LocalAnswer> {
  const bucket = store.bucket(request.bucket);
  const { deletions, quiet } = readDeletions(await receiveDocument(request, payload, "checksum"));
  const results = deletions.map((deletion, position) =>
    tryDelete(bucket, deletion, request.refused?.get(position)),
  );
  return xmlAnswer(["DeleteResult", quiet ? results.filter(([name]) => name === "Error") : results]);
}

function tryDelete(
  bucket: Bucket,
  { key, versionId, etag }: Deletion,
  refused: LocalError | undefined,
): XmlNode {
  const version: XmlNode | undefined = versionId === undefined ? undefined : ["VersionId", versionId];
  try {
    if (refused !== undefined) throw refused;
    if (key.length === 0) throw new LocalError("UserKeyMustBeSpecified", "User key must be specified.", 400);
    if (versionId !== undefined && versionId !== "null") {
      throw new LocalError("NoSuchVersion", "The specified version does not exist.", 404);
    }
    deleteOne(bucket, key, etag);
    return ["Deleted", [["Key", key], version]];
  } catch (error) {
    if (!(error instanceof LocalError)) throw error;
    return ["Error", [["Key", key], version, ["Code", error.code], ["Message", error.message]]];
  }
}

function deleteOne(bucket: Bucket, key: string, etag: string | undefined): void {
  const found = bucket.find(key);
  const isMatch =
    etag === undefined || (found !== undefined && (etag === "*" || etag.replaceAll('"', "") === found.etag));
  if (!isMatch) throw preconditionFailed("If-Match");
  bucket.remove(key);
}

function readDeletions(document: Buffer): {
  readonly deletions: readonly Deletion[];
  readonly quiet: boolean;
} {
  const root = readXml(document, "Delete");
  const deletions = childrenOf(root, "Object").map((object) => {
    const key = textOf(object, "Key");
    if (key === undefined) throw malformedXml();
    return { key, versionId: textOf(object, "VersionId"), etag: textOf(object, "ETag") };
  });
  if (deletions.length === 0 || deletions.length > MAX_DELETIONS) throw malformedXml();
  return { deletions, quiet: textOf(root, "Quiet") === "true" };
}
