import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";

/** The frozen hour of the tests. */
export const NOW = Date.UTC(2026, 0, 15, 12);

/** A user pool as the configuration gives it, with every default filled in. */
export const POOL = {
  name: "staff",
  id: "us-east-1_AbCdEfGhI",
  clientIds: ["3n4b5urk1ft4fl3mg5e62d9ado"],
  tokenUse: ["id"],
  requiredScopes: [],
  resources: [],
  regions: [],
} as const;

export const ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";

/** Another OpenID Connect provider. */
export const GOOGLE = {
  name: "google",
  issuer: "https://accounts.google.com",
  audience: ["web.apps.example", "phone.apps.example"],
  jwksUri: "https://keys.google.example/certs",
  loginKey: "accounts.google.com",
  algorithms: ["RS256"],
} as const;

/** One key of an issuer. */
export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  /** As the issuer publishes it. */
  readonly jwk: Readonly<Record<string, unknown>>;
}

export function makeKey(kid: string, modulusLength = 2048, alg = "RS256"): IssuerKey {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength });
  return { kid, alg, privateKey, jwk: { kid, alg, use: "sig", ...publicKey.export({ format: "jwk" }) } };
}

const CURVES: Readonly<Record<string, string>> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };

export function makeEllipticKey(kid: string, alg = "ES256"): IssuerKey {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: CURVES[alg] ?? "" });
  return { kid, alg, privateKey, jwk: { kid, alg, use: "sig", ...publicKey.export({ format: "jwk" }) } };
}

/** The key set document of these keys. */
export function keySetOf(...keys: readonly Pick<IssuerKey, "jwk">[]): string {
  return JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
}

/** Header and payload as values, or as the very text that is to be signed. */
export function signToken(
  { kid, alg, privateKey }: IssuerKey,
  payload: unknown,
  header: unknown = { kid, alg },
): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" } as const;
  return `${input}.${sign(`sha${alg.slice(2)}`, Buffer.from(input), key).toString("base64url")}`;
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

/** What Cognito puts into the access token of an app client that signs in as itself (client credentials). */
export function machineClaims(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { username: _username, origin_jti: _origin, "cognito:groups": _groups, ...claims } = accessClaims();
  return { ...claims, sub: POOL.clientIds[0], scope: "orders/read orders/write", ...more };
}

/** What an OpenID Connect provider puts into an ID token. */
export function googleClaims(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    iss: GOOGLE.issuer,
    sub: "110169484474386276334",
    aud: GOOGLE.audience[0],
    exp: NOW / 1000 + 3600,
    iat: NOW / 1000 - 60,
    jti: "dddddddd-0000-4000-8000-000000000001",
    email: "anna@example.com",
    groups: ["admins"],
    "cognito:groups": ["admins"],
    "cognito:roles": ["arn:aws:iam::123456789012:role/admin"],
    ...more,
  };
}
