import { calls, deletes, shot } from "./corpus.ts";
import type { Fault } from "./judge.ts";
import type { Shot } from "./shot.ts";

/** A difference that is known, and is still there. */
export interface Known {
  readonly why: string;
  /** Of its {@link Fault}. */
  readonly kind: RegExp;
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
    why: "the stand-in asks for s3:PutObject besides, where the API reference has the one action",
    kind: /^UpdateObjectEncryption: decided s3 s3:UpdateObjectEncryption \*; read s3 s3:PutObject \*, s3 s3:UpdateObjectEncryption \*$/,
    shot: shot("PUT /s3/reports/a?encryption"),
  },
  {
    why: "Postern takes a PUT with an uploadId and no partNumber for an UploadPart; the stand-in refuses it",
    kind: /^UploadPart(?:Copy)?: unread, InvalidArgument$/,
    shot: shot("PUT /s3/reports/a?uploadId=u"),
  },
  {
    why: "the stand-in asks for the table of a vector search besides its index",
    kind: /^SearchVectors: decided dynamodb dynamodb:SearchVectors \*; read dynamodb dynamodb:SearchVectors \*, dynamodb dynamodb:SearchVectors \*$/,
    shot: calls("SearchVectors", '{"TableName":"Orders","IndexName":"byStatus"}'),
  },
];

/** Whether a fault is one that is known. */
export function isKnown({ kind }: Fault): boolean {
  return KNOWN.some((known) => known.kind.test(kind));
}
