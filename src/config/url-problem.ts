import { hostOf, isLoopback, urlProblem } from "./address.ts";

/** What is wrong with the address of a key set; undefined where nothing is. */
export function jwksUriProblem(text: string): string | undefined {
  return urlProblem(text, {
    what: "a jwksUri",
    example: "https://issuer.example.com/.well-known/jwks.json",
  });
}

/** What is wrong with the address to which spans are posted; undefined where nothing is. */
export function tracesUrlProblem(text: string): string | undefined {
  return urlProblem(text, { what: "an endpoint", example: "http://127.0.0.1:4318/v1/traces" });
}

/**
 * What is wrong with an issuer. It is a name that is compared with `iss` as it is written, and not called, so it is
 * https: always (OpenID Connect Core 1.0 section 2).
 */
export function issuerProblem(text: string): string | undefined {
  const problem = urlProblem(text, { what: "an issuer", example: "https://accounts.google.com" });
  if (problem !== undefined) return problem;
  if (!text.startsWith("https://")) return "an issuer is written like https://accounts.google.com";
  return USER_POOL.test(text) ? "this is a Cognito user pool; it stands under userPools" : undefined;
}

/** The issuers of user pools, in every partition: what their tokens mean is checked as a pool's. */
const USER_POOL = /^https:\/\/(?:issuer-)?cognito-idp\.[^/]+\/[^/]+_[^/]+$/;

/** What is wrong with the address of the shared tier: `rediss:`, or `redis:` on loopback, and a database by number. */
export function redisProblem(text: string): string | undefined {
  const { tls, rest } = /^redis(?<tls>s?):\/\/(?<rest>.*)$/s.exec(text)?.groups ?? {};
  if (rest === undefined) return `it is not a URL such as ${REDIS}`;
  // Only of http does a URL parser see that the host 2852039166 is 169.254.169.254.
  const asHttp = `http${tls}://${rest}`;
  const problem = urlProblem(asHttp, { what: "it", example: REDIS, scheme: "redis" });
  if (problem !== undefined) return problem;
  return /^\/\d{0,5}$/.test(new URL(asHttp).pathname)
    ? undefined
    : "its path is the number of a database, as /0";
}

const REDIS = "rediss://cache.example.com:6379/0";

/**
 * What is wrong with an origin that may use a cookie: a page that anybody on the way could have written is nobody's own.
 */
export function originProblem(text: string): string | undefined {
  const problem = originFormProblem(text);
  return problem ?? (isOpenOrigin(text) ? "http: is for loopback names only; use https:" : undefined);
}

/**
 * What is wrong with an origin as it is written. It is compared with the header by equality, so it stands as a browser
 * serialises it (RFC 6454 section 6.2).
 */
export function originFormProblem(text: string): string | undefined {
  if (text === "*" || text === "null") return "an origin is one site; * and null are everybody's";
  if (text.includes("*")) return "origins are compared as they are, without patterns; write each one out";
  if (!/^https?:\/\/[!-~]+$/i.test(text) || !URL.canParse(text)) return ORIGIN;
  const { origin } = new URL(text);
  return origin === text ? undefined : `a browser writes this origin as ${origin}`;
}

const ORIGIN = "an origin is written like https://app.example.com";

/** Whether the pages of an origin come over a network without TLS. */
export function isOpenOrigin(origin: string): boolean {
  const host = hostOf(origin);
  return origin.startsWith("http:") && !isLoopback(host) && !host.endsWith(".localhost");
}
