import type { HeaderLine } from "../../domain/operation.ts";

/** What CopyObject brings along with the bytes, where the source has any: nobody can know. */
export interface BroughtAlong {
  /** The header that says whether to. */
  readonly directive: string;
  /** Its value where nothing is brought along; with any other, or none, something may be. */
  readonly without: string;
  /** What that does to the object that is written. */
  readonly written: string;
  /** What that does to the source. */
  readonly read: string;
}

/** API reference, CopyObject. */
export const BROUGHT_ALONG: readonly BroughtAlong[] = [
  {
    directive: "x-amz-tagging-directive",
    without: "REPLACE",
    written: "s3:PutObjectTagging",
    read: "s3:GetObjectTagging",
  },
  {
    directive: "x-amz-object-annotation-directive",
    without: "EXCLUDE",
    written: "s3:PutObjectAnnotation",
    read: "s3:GetObjectAnnotation",
  },
];

/** What a request may bring along. */
export function broughtAlong(name: string, lines: readonly HeaderLine[]): readonly BroughtAlong[] {
  if (name !== "CopyObject") return [];
  return BROUGHT_ALONG.filter(
    ({ directive, without }) => lines.find(([header]) => header === directive)?.[1] !== without,
  );
}
