import type { LocalAnswer } from "../request.ts";
import { receiveDocument } from "./receive.ts";
import { malformedXml } from "./refusals.ts";
import type { S3Context, S3Payload, S3Request } from "./request.ts";
import { checkTags } from "./tags.ts";
import type { Tag } from "./tags.ts";
import { childrenOf, readXml, textOf, xmlAnswer } from "./xml.ts";
import type { XmlNode } from "./xml.ts";

/** GetObjectTagging. */
export function getObjectTagging({ store }: S3Context, { bucket, key = "" }: S3Request): LocalAnswer {
  const { tags } = store.bucket(bucket).object(key).description;
  const nodes = tags.map(({ key, value }): XmlNode => {
    return [
      "Tag",
      [
        ["Key", key],
        ["Value", value],
      ],
    ];
  });
  return xmlAnswer(["Tagging", [["TagSet", nodes]]]);
}

/** PutObjectTagging: the new tags take the place of all old ones. */
export async function putObjectTagging(
  { store }: S3Context,
  request: S3Request,
  payload: S3Payload,
): Promise<LocalAnswer> {
  const bucket = store.bucket(request.bucket);
  const { key } = bucket.object(request.key ?? "");
  bucket.describe(key, { tags: readTagging(await receiveDocument(request, payload, "checksum")) });
  return { status: 200, headers: {} };
}

/** DeleteObjectTagging. */
export function deleteObjectTagging(
  { store }: S3Context,
  { bucket: name, key = "" }: S3Request,
): LocalAnswer {
  const bucket = store.bucket(name);
  bucket.describe(bucket.object(key).key, { tags: [] });
  return { status: 204, headers: {} };
}

function readTagging(document: Buffer): readonly Tag[] {
  const [set] = childrenOf(readXml(document, "Tagging"), "TagSet");
  if (set === undefined) throw malformedXml();
  const tags = childrenOf(set, "Tag").map((tag) => {
    const key = textOf(tag, "Key");
    const value = textOf(tag, "Value");
    if (key === undefined || value === undefined) throw malformedXml();
    return { key, value };
  });
  return checkTags(tags);
}
