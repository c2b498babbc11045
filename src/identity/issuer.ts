import type { Clock } from "../domain/clock.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Outbound } from "../outbound/call.ts";
import type { Algorithm } from "./algorithm.ts";
import { createFileKeys } from "./file-keys.ts";
import { type KeySet, type KeyTerms, readKeySet, USER_POOL_KEYS } from "./jwks.ts";
import { createKeySource, type KeySource } from "./key-source.ts";
import { createOidcVerifier, type OidcIssuer } from "./oidc.ts";
import type { ProvenToken, TokenPlace } from "./proven-token.ts";
import type { UnverifiedToken } from "./unverified.ts";
import { createUserPoolVerifier, issuersOf, type UserPool } from "./user-pool.ts";

/** An issuer whose tokens are accepted, with the keys that prove them. */
export interface Issuer {
  /** The configured name. */
  readonly name: string;
  readonly kind: "user pool" | "issuer";
  /** Every form of `iss` that is this issuer's, with the keys that prove its tokens: a replica may have keys of its own. */
  readonly keys: ReadonlyMap<string, KeySource>;
  readonly algorithms: readonly Algorithm[];
  /**
   * Proves all of a token but its times.
   *
   * @throws Refusal token-malformed, token-signature, token-issuer, token-use, token-client, token-scope
   */
  readonly verify: (token: UnverifiedToken, place: TokenPlace) => ProvenToken;
}

/** The key sources of an issuer, each once: one source proves more than one form of `iss`. */
export function keySourcesOf({ keys }: Pick<Issuer, "keys">): readonly KeySource[] {
  return [...new Set(keys.values())];
}

/** Ends what keeps the keys of an issuer new. */
export function stopIssuer(issuer: Issuer): void {
  for (const source of keySourcesOf(issuer)) source.stop();
}

/** What an issuer is made with. */
export interface IssuerParts {
  /** Scheme, host and port that serve the key sets of a region's user pools. */
  readonly originOf: (region: string) => string;
  readonly outbound: Outbound;
  /** Between two fetches of a key set. Default one hour. */
  readonly intervalMs?: number | undefined;
  /** Told of each time that keys could not be had. */
  readonly onFailure: (error: unknown) => void;
  readonly now: Clock;
}

/** Makes a user pool an issuer, with its keys fetched from the addresses that its configured id gives; no token is asked. */
export function createUserPoolIssuer(pool: UserPool, parts: IssuerParts): Issuer {
  const { useKeys, verify } = createUserPoolVerifier(pool);
  const sourceOf = (url: string, forms: readonly string[]) =>
    createSource({ url, file: pool.jwksFile, terms: USER_POOL_KEYS }, parts, (keys) => {
      for (const iss of forms) useKeys(iss, keys);
    });
  const keysUrl = (region: string) => `${parts.originOf(region)}/${pool.id}/.well-known/jwks.json`;
  return {
    name: pool.name,
    kind: "user pool",
    keys: new Map(
      [...issuersOf(pool)].flatMap(([region, forms]) => {
        const source = sourceOf(keysUrl(region), forms);
        return forms.map((iss) => [iss, source] as const);
      }),
    ),
    algorithms: USER_POOL_KEYS.algorithms,
    verify: ({ text }, place) => verify(text, place),
  };
}

/** Makes another OpenID Connect provider an issuer, with its keys from where the configuration says. */
export function createOidcIssuer(settings: OidcIssuer, parts: IssuerParts): Issuer {
  const { name, issuer, algorithms, jwksUri: url, jwksFile: file } = settings;
  const { useKeys, verify } = createOidcVerifier(settings);
  const terms = { algorithms, isExplicit: false };
  const source = createSource({ url, file, terms }, parts, (keys) => useKeys(issuer, keys));
  return { name, kind: "issuer", keys: new Map([[issuer, source]]), algorithms, verify };
}

interface KeyPlace {
  readonly url: string | undefined;
  /** Goes before the URL. */
  readonly file: string | undefined;
  readonly terms: KeyTerms;
}

function createSource(
  { url, file, terms }: KeyPlace,
  { outbound, intervalMs, onFailure, now }: IssuerParts,
  onChange: (keys: KeySet) => void,
): KeySource {
  if (file !== undefined) return createFileKeys({ path: file, terms, onChange, onFailure, now });
  if (url === undefined) throw new Error("an issuer has neither jwksUri nor jwksFile");
  const fetch = async (): Promise<KeySet> => {
    const { status, body } = await outbound({ url, method: "GET", headers: { accept: "application/json" } });
    if (status !== 200) throw new Refusal("keys-unavailable", { detail: `the key set answered ${status}` });
    return readKeySet(body, terms);
  };
  return createKeySource({ fetch, onChange, onFailure, now, intervalMs });
}
