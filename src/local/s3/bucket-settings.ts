import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import { receiveDocument } from "./receive.ts";
import type { S3Operation } from "./request.ts";
import { readXml, xmlAnswer } from "./xml.ts";
import type { XmlNode } from "./xml.ts";

/** A setting of buckets: a document that is put, got and deleted, and that the stand-in does not go by. */
interface Setting {
  /** Behind `Get`, `Put` and `Delete` in the names of its operations. */
  readonly name: string;
  /** The root of its document; a policy is JSON and has none. */
  readonly root?: string;
  /** What a bucket without it answers: an error, or the content of the document that stands for nothing. */
  readonly unset: readonly [code: string, message: string] | { readonly content: XmlNode[1] };
  /** The operation that deletes it, where it is not called after it; undefined where nothing does. */
  readonly remove?: string | undefined;
  /** By default 200. */
  readonly putStatus?: 204;
}

const SETTINGS: readonly Setting[] = [
  { name: "BucketPolicy", unset: ["NoSuchBucketPolicy", "The bucket policy does not exist"], putStatus: 204 },
  {
    name: "BucketCors",
    root: "CORSConfiguration",
    unset: ["NoSuchCORSConfiguration", "The CORS configuration does not exist"],
  },
  {
    name: "BucketLifecycleConfiguration",
    root: "LifecycleConfiguration",
    unset: ["NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"],
    remove: "DeleteBucketLifecycle",
  },
  {
    name: "BucketTagging",
    root: "Tagging",
    unset: ["NoSuchTagSet", "The TagSet does not exist"],
    putStatus: 204,
  },
  {
    name: "BucketWebsite",
    root: "WebsiteConfiguration",
    unset: ["NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"],
  },
  {
    name: "BucketReplication",
    root: "ReplicationConfiguration",
    unset: ["ReplicationConfigurationNotFoundError", "The replication configuration was not found"],
  },
  {
    name: "BucketOwnershipControls",
    root: "OwnershipControls",
    unset: ["OwnershipControlsNotFoundError", "The bucket ownership controls were not found"],
  },
  {
    name: "PublicAccessBlock",
    root: "PublicAccessBlockConfiguration",
    unset: ["NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"],
  },
  {
    name: "ObjectLockConfiguration",
    root: "ObjectLockConfiguration",
    unset: [
      "ObjectLockConfigurationNotFoundError",
      "Object Lock configuration does not exist for this bucket",
    ],
    remove: undefined,
  },
  {
    name: "BucketEncryption",
    root: "ServerSideEncryptionConfiguration",
    unset: {
      content: [
        [
          "Rule",
          [
            ["ApplyServerSideEncryptionByDefault", [["SSEAlgorithm", "AES256"]]],
            ["BucketKeyEnabled", false],
          ],
        ],
      ],
    },
  },
  permanent("BucketVersioning", "VersioningConfiguration"),
  permanent("BucketLogging", "BucketLoggingStatus"),
  permanent("BucketNotificationConfiguration", "NotificationConfiguration"),
  permanent("BucketAccelerateConfiguration", "AccelerateConfiguration"),
  permanent("BucketRequestPayment", "RequestPaymentConfiguration", [["Payer", "BucketOwner"]]),
];

/** What every new bucket has been given since April 2023: no public access, and no access control lists. */
const OF_NEW_BUCKETS: Readonly<Record<string, string>> = {
  BucketOwnershipControls:
    "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>",
  PublicAccessBlock:
    "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>",
};

/** The settings of a bucket that was just made, by name. */
export function newSettings(isObjectLocked: boolean): Map<string, Buffer> {
  const lock = isObjectLocked && {
    ObjectLockConfiguration:
      "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
    BucketVersioning: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
  };
  const settings = Object.entries({ ...OF_NEW_BUCKETS, ...lock });
  return new Map(settings.map(([name, document]) => [name, Buffer.from(document)]));
}

/** The operations on settings, by name. */
export function settingOperations(): readonly (readonly [string, S3Operation])[] {
  return SETTINGS.flatMap((setting) => {
    const { name } = setting;
    const remove = "remove" in setting ? setting.remove : `Delete${name}`;
    return [
      [`Get${name}`, getter(setting)],
      [`Put${name}`, putter(setting)],
      ...(remove === undefined ? [] : [[remove, remover(setting)] as const]),
    ] as const;
  });
}

/** GetBucketPolicyStatus: a bucket that is blocked to the public is not public. */
export const getBucketPolicyStatus: S3Operation = ({ store }, { bucket }) => {
  const policy = store.bucket(bucket).settings.get("BucketPolicy");
  if (policy === undefined)
    throw new LocalError("NoSuchBucketPolicy", "The bucket policy does not exist", 404);
  return xmlAnswer(["PolicyStatus", [["IsPublic", false]]]);
};

function permanent(name: string, root: string, content: XmlNode[1] = []): Setting {
  return { name, root, unset: { content }, remove: undefined };
}

function getter({ name, root, unset }: Setting): S3Operation {
  return ({ store }, { bucket: bucketName = "" }): LocalAnswer => {
    const document = store.bucket(bucketName).settings.get(name);
    if (document !== undefined) {
      const type = root === undefined ? "application/json" : "application/xml";
      return { status: 200, headers: { "content-type": type }, body: document };
    }
    if ("content" in unset) return xmlAnswer([root ?? name, unset.content]);
    const [code, message] = unset;
    throw new LocalError(code, message, 404, { BucketName: bucketName });
  };
}

function putter({ name, root, putStatus }: Setting): S3Operation {
  return async ({ store }, request, payload) => {
    store.bucket(request.bucket);
    const document = await receiveDocument(request, payload, "nothing");
    if (root === undefined) checkPolicy(document);
    else readXml(document, root);
    store.bucket(request.bucket).settings.set(name, document);
    return { status: putStatus ?? 200, headers: {} };
  };
}

function remover({ name }: Setting): S3Operation {
  return ({ store }, { bucket }) => {
    store.bucket(bucket).settings.delete(name);
    return { status: 204, headers: {} };
  };
}

function checkPolicy(document: Buffer): void {
  try {
    const policy: unknown = JSON.parse(document.toString("utf8"));
    if (typeof policy === "object" && policy !== null && "Statement" in policy) return;
  } catch {
    // The same answer for all that is no policy.
  }
  throw new LocalError("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'", 400);
}
