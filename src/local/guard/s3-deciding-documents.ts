import type { IamContext } from "../iam/context.ts";
import type { Requirement } from "./requirement.ts";
import type { S3Call } from "./s3-call.ts";
import { readCreateBucket } from "./s3-create-bucket.ts";
import { elements, malformedXml, readDocument, singleText } from "./s3-document.ts";
import { readTags } from "./s3-tags.ts";

/** What IAM must allow for a call, now that its document is there. */
export type DecideWithDocument = (call: S3Call, document: Buffer) => readonly Requirement[];

/**
 * Operations whose document says something that IAM goes by, all but DeleteObjects.
 *
 * Each throws LocalError `MalformedXML` for a document that it cannot read.
 */
export const DECIDING_DOCUMENTS: ReadonlyMap<string, DecideWithDocument> = new Map(
  Object.entries({
    CreateBucket: decideNewBucket,
    PutObjectLegalHold: (call, document) => {
      const status = singleText(readDocument(document, "LegalHold"), "Status");
      return withContext(call, { "s3:object-lock-legal-hold": status ?? [] });
    },
    PutObjectRetention: (call, document) => {
      const root = readDocument(document, "Retention");
      return withContext(call, {
        "s3:object-lock-mode": singleText(root, "Mode") ?? [],
        "s3:object-lock-retain-until-date": singleText(root, "RetainUntilDate") ?? [],
      });
    },
    PutObjectTagging: (call, document) => {
      const [set, ...others] = elements(readDocument(document, "Tagging"), "TagSet");
      if (set === undefined || others.length > 0) throw malformedXml();
      const tags = readTags(set);
      return withContext(call, {
        ...prefixed("s3:RequestObjectTag/", tags),
        "s3:RequestObjectTagKeys": [...tags.keys()],
      });
    },
  } satisfies Record<string, DecideWithDocument>),
);

/** CreateBucket says in its document where the bucket is to be, and which tags it has. */
function decideNewBucket(call: S3Call, document: Buffer): readonly Requirement[] {
  const { location, tags } = readCreateBucket(document);
  const own = withContext(call, {
    ...(location !== undefined && { "s3:locationconstraint": location }),
    ...prefixed("aws:RequestTag/", tags),
    ...(tags.size > 0 && { "aws:TagKeys": [...tags.keys()] }),
  });
  const [first] = own;
  return tags.size === 0 || first === undefined ? own : [...own, { ...first, action: "s3:TagResource" }];
}

function withContext({ requirements }: S3Call, more: IamContext): readonly Requirement[] {
  return requirements.map((one) => ({ ...one, context: { ...one.context, ...more } }));
}

function prefixed(prefix: string, values: ReadonlyMap<string, string>): IamContext {
  return Object.fromEntries([...values].map(([name, value]) => [prefix + name, value]));
}
