import { timingSafeEqual } from "node:crypto";
import type { Session, Sessions } from "../session.ts";
import type { Authorization } from "./credential.ts";
import { checkFreshness, checkScope } from "./freshness.ts";
import { canonicalRequest } from "./canonical.ts";
import { refuse } from "./fault.ts";
import type { RequestHead } from "./request-head.ts";
import { rulesOf } from "./service-rules.ts";
import type { ServiceRules } from "./service-rules.ts";
import { createSigningKeys, scopeText, sha256, sign } from "./signing-key.ts";

/** What a verifier needs of its world. */
export interface VerifierOptions {
  readonly sessions: Pick<Sessions, "find">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The only region that a scope may name; any, when left out. S3 looks at the bucket first. */
  readonly region?: string;
  /** Which secret a session is held to; its own by default. Only tests say otherwise. */
  readonly secretOf?: (session: Session) => string;
  /** The rules of a service; AWS's by default. Only tests say otherwise. */
  readonly rulesOf?: (service: string) => ServiceRules;
}

/** A request whose head is proven to come from the holder of a session. */
export interface Verified {
  readonly session: Session;
  readonly authorization: Authorization;
  /** What the signatures of aws-chunked content are made with. */
  readonly signingKey: Buffer;
}

/** Verifies in two steps, so that a hopeless request is refused before its body is read. */
export interface Verifier {
  /**
   * Checks everything but the signature itself.
   *
   * @throws LocalError in the dialect of the service.
   */
  readonly identify: (head: RequestHead, authorization: Authorization) => Session;
  /**
   * Checks the signature; `payloadHash` is what the canonical request ends with.
   *
   * @throws LocalError in the dialect of the service.
   */
  readonly verify: (
    head: RequestHead,
    authorization: Authorization,
    session: Session,
    payloadHash: string,
  ) => Verified;
}

/** Makes a verifier of Signature Version 4, strict where AWS is. */
export function createVerifier(options: VerifierOptions): Verifier {
  const signingKeys = createSigningKeys();
  const secretOf = options.secretOf ?? ((session: Session) => session.secretAccessKey);
  const rulesFor = options.rulesOf ?? rulesOf;
  return {
    identify: (head, authorization) => {
      const rules = rulesFor(authorization.scope.service);
      checkScope(authorization, rules, rules.dialect === "s3" ? undefined : options.region);
      const session = findSession(authorization, rules, options);
      checkFreshness(authorization, rules, options.now());
      checkSignedHeaders(head, authorization, rules);
      return session;
    },
    verify: (head, authorization, session, payloadHash) => {
      const { scope } = authorization;
      const rules = rulesFor(scope.service);
      const canonical = canonicalRequest(head, authorization, payloadHash, rules);
      const stringToSign = [
        "AWS4-HMAC-SHA256",
        authorization.timestamp,
        scopeText(scope),
        sha256(canonical),
      ].join("\n");
      const signingKey = signingKeys(secretOf(session), scope);
      if (!sameText(sign(signingKey, stringToSign), authorization.signature)) {
        const fields = {
          AWSAccessKeyId: authorization.accessKeyId,
          StringToSign: stringToSign,
          SignatureProvided: authorization.signature,
          CanonicalRequest: canonical,
        };
        throw refuse("wrong-signature", rules.dialect, { fields: rules.dialect === "s3" ? fields : {} });
      }
      return { session, authorization, signingKey };
    },
  };
}

function findSession(authorization: Authorization, rules: ServiceRules, options: VerifierOptions): Session {
  const { accessKeyId, token = "" } = authorization;
  const session = options.sessions.find(accessKeyId);
  if (session === undefined) {
    throw refuse(
      "unknown-key",
      rules.dialect,
      rules.dialect === "s3" ? { fields: { AWSAccessKeyId: accessKeyId } } : {},
    );
  }
  if (!sameText(session.sessionToken, token)) {
    // A temporary key without its token is no key at all.
    throw refuse(token === "" ? "unknown-key" : "wrong-token", rules.dialect);
  }
  if (options.now() >= session.expiresAtMs) throw refuse("expired-token", rules.dialect);
  return session;
}

/** `host` and every `x-amz-*` header must be signed, and nothing may be said to be signed in two spellings. */
function checkSignedHeaders(head: RequestHead, authorization: Authorization, rules: ServiceRules): void {
  const signed = new Set(authorization.signedHeaders);
  const unsigned = [...head.headers.keys()].filter(
    (name) => mustBeSigned(name, authorization, rules) && !signed.has(name),
  );
  if (!signed.has("host")) unsigned.unshift("host");
  const repeated = ["host", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"].find(
    (name) => (head.headers.get(name)?.length ?? 0) > 1,
  );
  if (unsigned.length === 0 && repeated === undefined && signed.size === authorization.signedHeaders.length)
    return;
  if (unsigned.length === 0) {
    const message = `Header or signed header given more than once${repeated === undefined ? "" : `: ${repeated}`}.`;
    throw refuse("malformed-authorization", rules.dialect, { message });
  }
  const fields = { HeadersNotSigned: unsigned.join(", ") };
  if (rules.dialect === "s3") throw refuse("unsigned-headers", "s3", { fields });
  const message = `'${unsigned[0]}' must be a 'SignedHeader' in the AWS Authorization.`;
  throw refuse("unsigned-headers", rules.dialect, { message });
}

function mustBeSigned(
  name: string,
  { form }: Authorization,
  { dialect, tokenAfterSigning }: ServiceRules,
): boolean {
  if (name === "content-md5") return dialect === "s3" && form === "header";
  if (!name.startsWith("x-amz-")) return false;
  if (name === "x-amz-security-token") return !tokenAfterSigning;
  // S3 takes this one unsigned: its value is part of the canonical request anyway.
  return !(name === "x-amz-content-sha256" && dialect === "s3");
}

function sameText(expected: string, given: string): boolean {
  const a = Buffer.from(expected, "utf8");
  const b = Buffer.from(given, "utf8");
  return a.length === b.length && timingSafeEqual(a, b);
}
