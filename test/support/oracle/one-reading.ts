/** A string and, where it is a member's name, its colon; or a bracket. */
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|[[\]{}]/g;

/**
 * Whether an object of a JSON text names a member twice, however it is escaped: of two, one reader takes the first and
 * another the last. The text is valid JSON.
 */
export function namesTwice(text: string): boolean {
  const open: Set<string>[] = [];
  for (const [token, string, colon] of text.matchAll(TOKENS)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (string !== undefined && colon !== undefined) {
      const names = open.at(-1);
      const name = JSON.parse(string) as string;
      if (names?.has(name) === true) return true;
      names?.add(name);
    }
  }
  return false;
}

/** What is sent has one form alone: escapes in capitals where there must be some, and each parameter once, in order. */
export function isCanonicalTarget(target: string): boolean {
  const [path = "", query = "", ...rest] = target.split("?");
  const names = query === "" ? [] : query.split("&").map((pair) => pair.replace(/=.*$/s, ""));
  return (
    rest.length === 0 &&
    /^\/(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/.test(path) &&
    !path.startsWith("//") &&
    !path.split("/").some((segment) => segment === "." || segment === "..") &&
    /^(?:(?:[A-Za-z0-9\-._~&=]|%[0-9A-F]{2})*)$/.test(query) &&
    new Set(names).size === names.length &&
    !names.some((name) => /^x-amz-/i.test(name))
  );
}

/** Actions whose bodies may name a key of KMS, another host or a region. */
const REACHING = new Set([
  "s3:CreateBucket",
  "s3:CreateBucketMetadataTableConfiguration",
  "s3:PutBucketWebsite",
  "s3:PutEncryptionConfiguration",
  "s3:PutInventoryConfiguration",
  "s3:PutReplicationConfiguration",
  "s3:UpdateObjectEncryption",
  "s3:UpdateBucketMetadataAnnotationTableConfiguration",
  "s3:UpdateBucketMetadataInventoryTableConfiguration",
  "s3:UpdateBucketMetadataJournalTableConfiguration",
]);

/** What no rule of the oracle's names; it needs no parser to be seen. */
const GUARDED = /<\s*(?:[\w-]+:)?(?:\w*Kms\w*Key\w*|KeyId|HostName)\b/i;
const LOCATION = /<LocationConstraint>([^<]*)</i;

/**
 * What a body that passed does besides what was decided; undefined where it does nothing more.
 *
 * @param actions what the stand-in read
 * @param region the one that it was signed for
 */
export function reachesFurther(actions: readonly string[], body: string, region: string): string | undefined {
  if (!actions.some((action) => REACHING.has(action))) return undefined;
  if (GUARDED.test(body)) return "a body with a key or a host that no rule names";
  const location = LOCATION.exec(body)?.[1];
  const isThere = [undefined, "", region, region === "eu-west-1" ? "EU" : region].includes(location);
  return isThere ? undefined : "a bucket in a region that was not asked";
}
