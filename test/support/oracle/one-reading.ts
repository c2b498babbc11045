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

type Lines = readonly (readonly [name: string, value: string])[];

/**
 * What another reader than the stand-in might take for another request, or for one of somebody else; undefined where
 * there is nothing.
 *
 * @param headers names in lower case
 */
export function ambiguityIn(target: string, headers: Lines, service: string): string | undefined {
  const names = headers.map(([name]) => name);
  if (new Set(names).size !== names.length) return "a header on two lines";
  const isRecoded = service === "s3" || service === "dynamodb";
  const host = headers.find(([name]) => name === "host")?.[1] ?? "";
  const isFunction = host.includes(".lambda-url.");
  if (!(isRecoded ? isCanonicalTarget(target) : isPlainTarget(target, isFunction)))
    return "a target of more than one form";
  const kept = headers.find(([name, value]) => MAY_BE_TOKEN.test(value) && name !== "authorization");
  if (kept !== undefined) return `a caller's token in ${kept[0]}`;
  const isApplication = isFunction || service === "execute-api";
  return isRecoded ? undefined : oddHeader(headers, { host, isApplication });
}

/** What is sent has one form alone: escapes in capitals where there must be some, and each parameter once, in order. */
function isCanonicalTarget(target: string): boolean {
  const [path = "", query = "", ...rest] = target.split("?");
  const names = namesIn(query);
  return (
    rest.length === 0 &&
    /^\/(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/.test(path) &&
    !path.startsWith("//") &&
    !path.split("/").some((segment) => segment === "." || segment === "..") &&
    isCanonicalQuery(query) &&
    new Set(names).size === names.length
  );
}

/** The path is as the client wrote it: the same, however often a reader decodes it, and whatever it makes of slashes. */
function isPlainTarget(target: string, mayHoldSlashes: boolean): boolean {
  const [path = "", query = "", ...rest] = target.split("?");
  const [, ...segments] = path.split("/");
  const names = namesIn(query);
  return (
    rest.length === 0 &&
    path.startsWith("/") &&
    segments.every(
      (segment, i) =>
        isPlainSegment(segment, mayHoldSlashes) || (segment === "" && i === segments.length - 1),
    ) &&
    isCanonicalQuery(query) &&
    names.join("&") === names.toSorted().join("&")
  );
}

/** ARNs of Lambda have slashes, and stand in one segment; what is behind a function URL is the function's alone. */
function isPlainSegment(segment: string, mayHoldSlashes: boolean): boolean {
  const escapes = segment.match(/%../g) ?? [];
  const isOpen = mayHoldSlashes || /^arn(?::|%3a)/i.test(segment);
  return (
    /^(?:[A-Za-z0-9\-._~!$&'()*+,=:@]|%[0-9A-Fa-f]{2})+$/.test(segment) &&
    !/^\.\.?$/.test(segment) &&
    escapes.every((escape) => {
      const byte = Number.parseInt(escape.slice(1), 16);
      const char = String.fromCharCode(byte);
      if (isOpen && /[/\\%?#]/.test(char)) return true;
      return byte >= 0x20 && byte !== 0x7f && !/[A-Za-z0-9\-._~/\\%?#;]/.test(char);
    })
  );
}

function namesIn(query: string): readonly string[] {
  return query === "" ? [] : query.split("&").map((pair) => pair.replace(/=.*$/s, ""));
}

function isCanonicalQuery(query: string): boolean {
  return (
    /^(?:(?:[A-Za-z0-9\-._~&=]|%[0-9A-F]{2})*)$/.test(query) &&
    !namesIn(query).some((name) => /^(?:x-amz-|postern-)/i.test(name))
  );
}

/** A JSON Web Token: the callers' are, and no session token of the stand-in's is. */
const MAY_BE_TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]{20}/;

/** Marks by which AWS tells the protocols whose bodies decide. */
function marksIn(headers: Lines): number {
  return headers.filter(
    ([name, value]) =>
      name === "x-amz-target" ||
      name === "smithy-protocol" ||
      (name === "content-type" && value.startsWith("application/x-www-form-urlencoded")),
  ).length;
}

/** Of a signature, whatever is asked. */
const OF_SIGNATURE = /^(?:authorization|x-amz-(?:date|security-token|content-sha256))$/;

/** All that AWS's own services may be told. */
const TOLD_AWS =
  /^(?:host|accept|accept-encoding|connection|user-agent|content-(?:type|length|md5|disposition|language)|transfer-encoding|cache-control|expires|if-[a-z-]+|range|x-amz-target|smithy-protocol|x-amzn-query-mode|x-amz-(?:invocation-type|log-type|client-context|tenant-id|durable-execution-name))$/;

/** What chooses another target, method or self, as who folds names reads it (security rule S3.8). */
const MISLEADING =
  /^(?:cookie2?|forwarded|via|te|upgrade|expect|trailer|proxy-.*|x-(?:apigw|amz|amzn|postern|original|rewrite|forwarded|http-method|http-host)-.*|x-(?:http-method|method-override|host|real-ip|client-ip|rewrite-url|forwarded)|client-cert.*)$/;

/** The header by which Postern tells the application of `inner` who calls, and what only Postern says there. */
const TOLD_SELF = "x-user";
const SUBJECT = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

interface Recipient {
  readonly host: string;
  readonly isApplication: boolean;
}

function oddHeader(headers: Lines, { host, isApplication }: Recipient): string | undefined {
  const marks = isApplication ? 0 : marksIn(headers);
  if (marks > 1) return "the marks of two protocols";
  const odd = headers.find(([name, value]) => {
    if (OF_SIGNATURE.test(name)) return false;
    // Whatever is compressed is not looked at.
    if (name === "content-encoding") return marks > 0;
    if (!isApplication) return !TOLD_AWS.test(name);
    if (name === "x-apigw-api-id") return value !== "innerapi01" || !host.startsWith("127.0.0.1");
    const folded = name.replaceAll(/[^a-z0-9]/g, "-");
    const isSelf = folded === TOLD_SELF && host.startsWith("127.0.0.1");
    return isSelf ? name !== folded || !SUBJECT.test(value) : MISLEADING.test(folded);
  });
  return odd === undefined ? undefined : `the header ${odd[0]}`;
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
