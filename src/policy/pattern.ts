const STAR = 0x2a;
const ANY_ONE = 0x3f;

/**
 * Whether a pattern of IAM's kind matches a whole text: `*` is any run of characters, `/` and `:` among them, `?` is
 * any one. It looks back to the last star only, so its time is bounded by the product of the two lengths and in
 * practice by their sum; no text makes it explode.
 */
export function matches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const wanted = p < pattern.length ? pattern.charCodeAt(p) : -1;
    if (wanted === STAR) {
      if (p === pattern.length - 1) return true;
      star = p++;
      resume = t;
    } else if (wanted === ANY_ONE || wanted === text.charCodeAt(t)) {
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

/** Whether an action pattern of a rule means an action; IAM compares actions without regard to case. */
export function matchesAction(pattern: string, action: string): boolean {
  return matches(pattern.toLowerCase(), action.toLowerCase());
}
