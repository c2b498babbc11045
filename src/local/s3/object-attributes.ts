import type { LocalAnswer } from "../request.ts";
import { checksumNodes } from "./copy-object.ts";
import { storageClassOf } from "./description.ts";
import { invalidArgument } from "./refusals.ts";
import type { S3Context, S3Request } from "./request.ts";
import type { StoredObject } from "./store.ts";
import { xmlAnswer } from "./xml.ts";
import type { XmlNode } from "./xml.ts";

const ATTRIBUTES = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"] as const;
type Attribute = (typeof ATTRIBUTES)[number];

const MAX_PARTS = 1000;

/** GetObjectAttributes: those that `x-amz-object-attributes` names. */
export function getObjectAttributes({ store }: S3Context, request: S3Request): LocalAnswer {
  const { bucket, key = "", headers } = request;
  const object = store.bucket(bucket).object(key);
  const asked = readAttributes(headers.get("x-amz-object-attributes") ?? "");
  const nodes = ATTRIBUTES.filter((attribute) => asked.includes(attribute));
  return xmlAnswer(
    ["GetObjectAttributesResponse", nodes.map((attribute) => attributeNode(attribute, object, request))],
    { "last-modified": new Date(object.lastModifiedMs).toUTCString() },
  );
}

function readAttributes(header: string): readonly Attribute[] {
  return header.split(",").map((name) => {
    const known = ATTRIBUTES.find((attribute) => attribute === name.trim());
    if (known === undefined)
      throw invalidArgument("Invalid attribute name specified.", "x-amz-object-attributes", name);
    return known;
  });
}

function attributeNode(attribute: Attribute, object: StoredObject, request: S3Request): XmlNode | undefined {
  const { etag, checksum, body, description } = object;
  switch (attribute) {
    case "ETag":
      return ["ETag", etag];
    case "Checksum":
      return ["Checksum", [...checksumNodes(checksum), ["ChecksumType", checksum.type]]];
    case "ObjectParts":
      return partsNode(object, request);
    case "StorageClass":
      return ["StorageClass", storageClassOf(description)];
    case "ObjectSize":
      return ["ObjectSize", body.size];
  }
  return attribute satisfies never;
}

/** Here, too, parts are counted as they stand in the object. */
function partsNode({ parts }: StoredObject, { headers }: S3Request): XmlNode | undefined {
  if (parts === undefined) return undefined;
  const marker = readCount(headers, "x-amz-part-number-marker", 0);
  const max = Math.min(readCount(headers, "x-amz-max-parts", MAX_PARTS), MAX_PARTS);
  const page = parts.slice(marker, marker + max);
  return [
    "ObjectParts",
    [
      ["PartsCount", parts.length],
      ["PartNumberMarker", marker],
      ["NextPartNumberMarker", marker + page.length],
      ["MaxParts", max],
      ["IsTruncated", marker + page.length < parts.length],
      ...page.map(({ size, checksum }, index): XmlNode => {
        return ["Part", [["PartNumber", marker + index + 1], ["Size", size], ...checksumNodes(checksum)]];
      }),
    ],
  ];
}

function readCount(headers: ReadonlyMap<string, string>, name: string, otherwise: number): number {
  const value = headers.get(name);
  if (value === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(value)) throw invalidArgument(`Provided ${name} not an integer`, name, value);
  return Number(value);
}
