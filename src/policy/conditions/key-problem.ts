import { nearest } from "../../domain/nearest.ts";
import { claimOf, KEY_NAMES, readKey, TAG_KEY } from "./keys.ts";
import { matches } from "../pattern.ts";

const STORED = "is known to AWS alone, which holds what is asked for";
const SESSION = "is about the role session, which is there only after the decision";
const CONNECTION = "is about the request that Postern sends, and would say nothing of the caller's";
const ANYTHING = "is whatever the client writes";

/** Keys that IAM knows and Postern cannot: patterns in lower case, and why not. */
const UNKNOWABLE: readonly (readonly [pattern: string, why: string])[] = [
  ["s3:existing*tag*", STORED],
  ["s3:buckettag/*", STORED],
  ["s3:resourceaccount", STORED],
  ["s3:dataaccesspoint*", STORED],
  ["s3:accesspoint*", STORED],
  ["s3:accessgrants*", STORED],
  ["s3:object-lock-remaining-retention-days", STORED],
  ["aws:resource*", STORED],
  ["*:resourcetag/*", STORED],
  ["dynamodb:firstpartitionkeyvalues", STORED],
  ["aws:principal*", SESSION],
  ["aws:userid", SESSION],
  ["aws:username", SESSION],
  ["aws:federatedprovider", SESSION],
  ["aws:tokenissuetime", SESSION],
  ["aws:multifactorauth*", SESSION],
  ["aws:assumedroot", SESSION],
  ["aws:sourceidentity", SESSION],
  ["aws:rolesessionname", SESSION],
  ["cognito-identity.amazonaws.com:*", SESSION],
  ["cognito-idp.*", SESSION],
  ["sts:*", SESSION],
  ["aws:sourcevp*", CONNECTION],
  ["aws:vpc*", CONNECTION],
  ["aws:via*", CONNECTION],
  ["aws:called*", CONNECTION],
  ["aws:sourceaccount", CONNECTION],
  ["aws:sourcearn", CONNECTION],
  ["aws:sourceorg*", CONNECTION],
  ["aws:securetransport", CONNECTION],
  ["ec2:*", CONNECTION],
  ["s3:authtype", CONNECTION],
  ["s3:signature*", CONNECTION],
  ["s3:tlsversion", CONNECTION],
  ["s3:x-amz-content-sha256", CONNECTION],
  ["aws:useragent", ANYTHING],
  ["aws:referer", ANYTHING],
];

/** Of Cognito's own claims, written without `claim:`. */
const BARE_CLAIM = /^(?:cognito|custom|dev):[^\s${}"]+$/;

/** Why a rule cannot use a key, and what to write in its place; undefined where it can. */
export function keyProblem(written: string): string | undefined {
  const claim = claimOf(written);
  if (claim !== undefined) return claimProblem(written, claim);
  if (readKey(written) !== undefined) return undefined;
  const lower = written.toLowerCase();
  if (lower.startsWith(TAG_KEY.toLowerCase()) && lower.length > TAG_KEY.length) {
    return `${written} names a tag in other letters than ASCII, which no request tells for certain`;
  }
  const why = UNKNOWABLE.find(([pattern]) => matches(pattern, lower))?.[1];
  if (why === ANYTHING) return `${written} ${why}: nothing can rest on it; leave it out`;
  if (why !== undefined) return `${written} ${why}: write it in the IAM policy of the role`;
  if (BARE_CLAIM.test(written)) return `no condition key is named "${written}": write claim:${written}`;
  const meant = nearest(written, [...KEY_NAMES, TAG_KEY, "claim:"]);
  const instead = meant === undefined ? "" : `; is it ${whole(meant)}?`;
  return `no condition key is named "${written}"${instead}`;
}

function claimProblem(written: string, claim: string): string | undefined {
  if (claim === "") return "claim: wants the name of a claim, such as claim:sub";
  if (readKey(written) === undefined) return `"${claim}" cannot be the name of a claim`;
  // An attribute may well be named `path`; nothing else that ends so is a claim of Cognito's.
  if (!claim.endsWith(":path") || claim === "custom:path") return undefined;
  return `:path belongs to \${${written}} in a value; the key is ${written.slice(0, -":path".length)}`;
}

/** A beginning, with what ends it. */
function whole(name: string): string {
  return /[/:]$/.test(name) ? `${name}NAME` : name;
}
