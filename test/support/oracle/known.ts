import { calls, deletes, shot } from "./corpus.ts";
import type { Fault } from "./judge.ts";
import type { Shot } from "./shot.ts";

/** A difference that is known, and is still there. */
export interface Known {
  readonly why: string;
  /** Of its {@link Fault}. */
  readonly kind: RegExp;
  /** What else it is known by. */
  readonly told?: RegExp;
  /** A request that shows it. */
  readonly shot: Shot;
}

/** Differences that nobody has mended yet. One that is gone is to be taken out: a test says so. */
export const KNOWN: readonly Known[] = [
  {
    why: "Postern does not ask for s3:GetObject where DeleteObject compares an ETag (S3 User Guide, conditional deletes)",
    kind: /^DeleteObject: decided [^;]*s3 s3:DeleteObject(?:Version)? \*; read .*s3 s3:GetObject \*$/,
    shot: shot("DELETE /s3/reports/a", { headers: [["If-Match", '"x"']] }),
  },
  {
    why: "nor where DeleteObjects does",
    kind: /^DeleteObjects: decided [^;]*; read .*s3 s3:GetObject \*$/,
    shot: deletes("<Object><Key>a</Key><ETag>x</ETag></Object>"),
  },
  {
    why: "Postern asks for the bypass whatever the header's value; the stand-in counts `true` alone",
    kind: /: decided s3 s3:BypassGovernanceRetention \*, .*; read (?!.*BypassGovernanceRetention)/,
    shot: shot("DELETE /s3/reports/a", { headers: [["x-amz-bypass-governance-retention", "false"]] }),
  },
  {
    why: "the stand-in takes a byte A0, which is a part of many letters in UTF-8, for white space to be tidied away",
    kind: /^refused with SignatureDoesNotMatch$/,
    told: /\u00a0/,
    shot: shot("PUT /s3/reports/a", { headers: [["x-amz-meta-a", "\u00c3\u00a0 \u00c3\u00a0"]] }),
  },
  {
    why: "the stand-in knows no annotations, and takes a request for one for a request for the object",
    kind: /^\w+ObjectAnnotations?: decided/,
    shot: shot("GET /s3/reports/a?annotation&annotationName=n"),
  },
  {
    why: "nor the table of a bucket's annotations",
    kind: /^UpdateBucketMetadataAnnotationTableConfiguration: decided/,
    shot: shot("PUT /s3/reports?metadataAnnotationTable"),
  },
  {
    why: "the stand-in asks for s3:PutObject besides, where the API reference has the one action",
    kind: /^UpdateObjectEncryption: decided s3 s3:UpdateObjectEncryption \*; read s3 s3:PutObject \*, s3 s3:UpdateObjectEncryption \*$/,
    shot: shot("PUT /s3/reports/a?encryption"),
  },
  {
    why: "the stand-in does not ask for the restored table, as the Service Authorization Reference does",
    kind: /^RestoreTableFromBackup: decided .*dynamodb:RestoreTableFromBackup \*, dynamodb dynamodb:RestoreTableFromBackup \*/,
    shot: calls(
      "RestoreTableFromBackup",
      '{"TargetTableName":"Orders","BackupArn":"arn:aws:dynamodb:us-east-1:123456789012:table/Orders/backup/01234567890123-abcdef12"}',
    ),
  },
  {
    why: "Postern takes a PUT with an uploadId and no partNumber for an UploadPart; the stand-in refuses it",
    kind: /^UploadPart(?:Copy)?: unread, InvalidArgument$/,
    shot: shot("PUT /s3/reports/a?uploadId=u"),
  },
  {
    why: "exports of no table are of `table/*` to Postern, and of `*` to the stand-in",
    kind: /^ListExports: decided/,
    shot: calls("ListExports", "{}"),
  },
  {
    why: "so are imports",
    kind: /^ListImports: decided/,
    shot: calls("ListImports", "{}"),
  },
];

/** Whether a fault is one that is known. */
export function isKnown({ kind, told }: Fault): boolean {
  return KNOWN.some((known) => known.kind.test(kind) && (known.told?.test(told) ?? true));
}
