import type { RefusalCode } from "./refusal.ts";

/** What helps against each refusal, in a sentence or two for whoever runs Postern. */
export const REMEDIES: Readonly<Record<RefusalCode, string>> = {
  "token-missing": "The client sends a token, or identity.guests and a rule for guests let it in without.",
  "two-tokens": "Send one token, in one place.",
  "token-malformed": "What stands in the token's place is no JWT: look at how the client sends it.",
  "token-signature": "The token is of another issuer, or its key is gone: sign in again.",
  "token-expired": "Sign in again, or renew the token. If it is new, compare the clocks.",
  "token-not-yet-valid": "Compare this machine's clock with the issuer's.",
  "token-issuer": "Sign in at a configured user pool or issuer, or add this one under identity.",
  "token-client": "Add the app client's id to the user pool's clientIds, if its tokens are meant for this.",
  "token-use": "Send the other kind of token, or list this one in the user pool's tokenUse.",
  "token-scope": "Ask for the scopes of requiredScopes when signing in.",
  "token-revoked": "It stands in the denylist. Where that is over, take the entry out; else sign in anew.",
  "id-token-required":
    "This source shows AWS an ID token: send it as the token, or in X-Postern-Id-Token beside the access token. A machine has none, and needs a source that assumes roles.",
  "id-token-mismatch": "Send both tokens of one sign-in.",
  "origin-not-allowed": "List the page's origin where it may call, or send the token in a header.",
  "keys-unavailable": "Look whether Postern reaches the issuer; the log says what went wrong.",
  "target-malformed": "The client writes the path or query in a way that nothing can be sure of: encode it.",
  "target-ambiguous": "Send the request in one clear form: no header or target that reads in two ways.",
  "presigned-not-accepted": "Have Postern make the URL, where selfService.presign is configured.",
  "presign-refused":
    "Only some reads and writes of S3 can be presigned, and by rules that do not depend on when.",
  "authorize-refused": "An outer proxy can sign only what is decided without a body.",
  "upstream-unknown": "The first segment of the path names the upstream, unless an SDK signed the request.",
  "region-not-configured": "Add the region to the upstream's regions, if the bucket is meant.",
  "region-learned": "Nothing: the client sends it again, and then it goes to the right region.",
  "redirect-not-followed": "Ask for what the redirect names, or set the upstream's endpoint to it.",
  "signature-refused": "Compare the clock with AWS's, and the upstream's service and region with what it is.",
  "answer-withheld": "The upstream repeats what it is sent: it must not echo credentials.",
  "upgrade-required": "Open a WebSocket, in version 13.",
  "upgrade-not-accepted": "Set websocket on the upstream, if it is to take such connections.",
  "operation-unknown": "What Postern does not know it cannot decide, so no rule can allow it.",
  "method-not-allowed": "Use a method that this path takes.",
  "header-not-allowed": "Leave the header out, or list it in the upstream's allowHeaders.",
  "query-not-allowed": "Leave the parameter out, or list it in the upstream's allowQuery.",
  "denied-by-rule": "No allow helps while it matches: a deny always wins.",
  "denied-no-rule":
    "To allow it, write an allow for this caller. The IAM policy of its role must allow it too.",
  "roles-disagree": "Allow all that it needs in rules of one role.",
  "claim-unusable":
    "A rule would allow it, and a claim that it needs is missing or has signs that are not taken.",
  "role-not-granted": "X-Postern-Role may name a role of the token, and only where the rule says role: pool.",
  "role-mismatch": "The identity pool chooses another role than the rule names: make them agree.",
  "credentials-refused":
    "Look at the role's trust policy and at the identity pool: AWS does not give this caller the role.",
  "credentials-unavailable": "Look whether Postern reaches the identity pool and STS.",
  "credentials-throttled":
    "It passes. If not, raise credentials.rates as far as the quotas of the account go.",
  "length-required": "The client states Content-Length.",
  "body-too-large": "Send less at a time, or raise the upstream's maxBody.",
  "body-malformed": "The client's body is not what the service takes; the log has where.",
  "payload-mismatch":
    "The body ended before its length, or went on after it: look at the client or what is between.",
  overloaded: "Raise limits if there is room; else send less, or run more of them.",
  locked: "Unlock it when what it was locked for is over.",
  "upstream-unreachable": "Look whether this machine reaches the upstream's endpoint.",
  "upstream-timeout": "The upstream is slow: look there, or raise timeouts.upstreamHeaders.",
  internal: "This is a fault of Postern's: the log has a line of that request.",
};
