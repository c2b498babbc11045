const STAR = 0x2a;
const ANY_ONE = 0x3f;

/** No character code: nothing in the text is a wildcard. */
const NONE = -1;

/**
 * Whether a pattern of IAM's kind matches a whole text: `*` is any run of characters, `/` and `:` among them, `?` is
 * any one. It is for texts of actions, which are short: its time is bounded by the product of the two lengths. What
 * callers write, such as keys, is held against a pattern that is made ready (`compilePattern`).
 */
export function matches(pattern: string, text: string): boolean {
  return walk(pattern, text, NONE);
}

/** Whether there is a text that both patterns match. */
export function meets(one: string, other: string): boolean {
  if (!other.includes("*")) return walk(one, other, ANY_ONE);
  if (!one.includes("*")) return walk(other, one, ANY_ONE);
  // With a star in both, each can take in the other's middle: they differ at most in what must stand at the two ends.
  const head = Math.min(one.indexOf("*"), other.indexOf("*"));
  const tail = Math.min(one.length - one.lastIndexOf("*"), other.length - other.lastIndexOf("*")) - 1;
  return (
    walk(one.slice(0, head), other.slice(0, head), ANY_ONE) &&
    walk(one.slice(one.length - tail), other.slice(other.length - tail), ANY_ONE)
  );
}

/** Matches, where a character of the text may be one that equals every other. */
function walk(pattern: string, text: string, wild: number): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const wanted = p < pattern.length ? pattern.charCodeAt(p) : -1;
    const found = text.charCodeAt(t);
    if (wanted === STAR) {
      if (p === pattern.length - 1) return true;
      star = p++;
      resume = t;
    } else if (wanted === ANY_ONE || wanted === found || (found === wild && wanted !== -1)) {
      p++;
      t++;
    } else if (star !== -1) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.length && pattern.charCodeAt(p) === STAR) p++;
  return p === pattern.length;
}

/**
 * Actions that hand out credentials, in lower case. A wildcard never means them: only a rule that names one literally
 * allows it.
 */
const CREDENTIAL_GIVING: readonly string[] = [
  "s3:createsession",
  "s3:getdataaccess",
  "s3express:createsession",
  "sts:*",
  "cognito-identity:get*",
  "iam:createaccesskey",
  "iam:createservicespecificcredential",
  "rolesanywhere:createsession",
  "ssm:getaccesstoken",
  "postern:*",
  "*:assume*role*",
  "*:get*credentials*",
  "*:getauthorizationtoken",
  "*:getfederationtoken",
  "*:getservicebearertoken",
];

/** Whether an action gives its caller credentials, so that only its literal name allows it. */
export function givesCredentials(action: string): boolean {
  const lower = action.toLowerCase();
  return lower !== "sts:getcalleridentity" && CREDENTIAL_GIVING.some((pattern) => matches(pattern, lower));
}

/** Whether there is an action that both action patterns mean. */
export function meetsAction(one: string, other: string): boolean {
  return meets(one.toLowerCase(), other.toLowerCase());
}

/** Whether an action pattern of a rule means an action; IAM compares actions without regard to case. */
export function matchesAction(pattern: string, action: string): boolean {
  return matches(pattern.toLowerCase(), action.toLowerCase());
}
