/** Signatures of JSON Web Tokens that are accepted anywhere (RFC 7518 section 3.1): those that STS takes too. */
export const ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"] as const;

/** One of them. */
export type Algorithm = (typeof ALGORITHMS)[number];

/** The curve that each elliptic algorithm is bound to (RFC 7518 section 3.4). */
const CURVES: Readonly<Record<string, string>> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };

/** Tells a known algorithm from `none`, secrets and whatever else a header may name. */
export function isAlgorithm(value: unknown): value is Algorithm {
  return ALGORITHMS.some((algorithm) => algorithm === value);
}

/** Whether a key of this type, and on this curve where it is on one, is made for an algorithm. */
export function fitsKey(algorithm: Algorithm, kty: unknown, curve: unknown): boolean {
  return kty === "EC"
    ? CURVES[algorithm] === curve && curve !== undefined
    : kty === "RSA" && algorithm.startsWith("RS");
}
