/** Operations of the S3 API reference that are not taken, and why. */
export const NOT_TAKEN: ReadonlyMap<string, string> = new Map([
  ["CreateSession", "it gives out credentials, for a directory bucket"],
  ["ListDirectoryBuckets", "directory buckets are another service to IAM, s3express, at another host"],
  ["RenameObject", "only directory buckets have it"],
  ["WriteGetObjectResponse", "it goes to a host of its own, and is signed for another service"],
  ["PostObject", "a form of a browser is signed within its body, by whoever made the form"],
]);

/** Where such a request would stand in the table. */
export const PLACES_NOT_TAKEN: ReadonlyMap<string, string> = new Map([
  ["bucket GET session", "CreateSession"],
  ["object PUT renameObject", "RenameObject"],
  ["bucket POST", "PostObject"],
]);

/** The one whose path names no bucket (API reference, WriteGetObjectResponse). */
export const RESPONSE_PATH = "/WriteGetObjectResponse";

/** What a refusal says of a name of the API reference. */
export function nameInFull(name: string): string {
  const reason = NOT_TAKEN.get(name);
  return reason === undefined ? name : `${name}, which is not taken: ${reason}`;
}
