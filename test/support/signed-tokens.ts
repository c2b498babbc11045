import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";

/** The frozen hour of the tests. */
export const NOW = Date.UTC(2026, 0, 15, 12);

export const POOL = {
  name: "staff",
  id: "us-east-1_AbCdEfGhI",
  clientIds: ["3n4b5urk1ft4fl3mg5e62d9ado"],
} as const;

export const ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";

/** One RSA key of a user pool. */
export interface PoolKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** As the pool publishes it. */
  readonly jwk: Readonly<Record<string, unknown>>;
}

export function makeKey(kid: string, modulusLength = 2048): PoolKey {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength });
  return { kid, privateKey, jwk: { kid, alg: "RS256", use: "sig", ...publicKey.export({ format: "jwk" }) } };
}

/** The key set document of these keys. */
export function keySetOf(...keys: readonly PoolKey[]): string {
  return JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
}

/** Header and payload as values, or as the very text that is to be signed. */
export function signToken(
  { kid, privateKey }: PoolKey,
  payload: unknown,
  header: unknown = { kid, alg: "RS256" },
): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
}

export function encode(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

/** What Cognito puts into an ID token of a user with groups. */
export function idClaims(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    sub: "0f3a6e7c-1111-4222-8333-444455556666",
    "cognito:groups": ["analysts"],
    "cognito:preferred_role": "arn:aws:iam::123456789012:role/analyst",
    "cognito:roles": ["arn:aws:iam::123456789012:role/analyst"],
    "cognito:username": "analyst",
    email_verified: true,
    iss: ISSUER,
    origin_jti: "aaaaaaaa-0000-4000-8000-000000000001",
    aud: POOL.clientIds[0],
    event_id: "bbbbbbbb-0000-4000-8000-000000000001",
    token_use: "id",
    auth_time: NOW / 1000 - 60,
    exp: NOW / 1000 + 3600,
    iat: NOW / 1000 - 60,
    jti: "cccccccc-0000-4000-8000-000000000001",
    email: "analyst@example.com",
    ...more,
  };
}

/** What Cognito puts into the access token of the same sign-in. */
export function accessClaims(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    sub: "0f3a6e7c-1111-4222-8333-444455556666",
    "cognito:groups": ["analysts"],
    iss: ISSUER,
    version: 2,
    client_id: POOL.clientIds[0],
    origin_jti: "aaaaaaaa-0000-4000-8000-000000000001",
    event_id: "bbbbbbbb-0000-4000-8000-000000000001",
    token_use: "access",
    scope: "aws.cognito.signin.user.admin",
    auth_time: NOW / 1000 - 60,
    exp: NOW / 1000 + 3600,
    iat: NOW / 1000 - 60,
    jti: "cccccccc-0000-4000-8000-000000000002",
    username: "analyst",
    ...more,
  };
}
