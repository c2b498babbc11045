import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";

/** A key of the key file. */
export interface SealKey {
  readonly id: string;
  readonly secret: KeyObject;
}

/** One of the places in a store where the credentials of one key may stand. No value opens in another place. */
export interface Place {
  /** In the store: a keyed hash, which tells nothing of what stands there. */
  readonly name: string;
  readonly seal: (text: string) => string;
  /** The text; undefined where the value was not sealed for this very place. */
  readonly open: (sealed: string) => string | undefined;
}

/**
 * The places of a credential key, one for each key of the file, in its order. What is new is put in the first; what is
 * looked for may stand in any, so that keys can be changed: add the new one last everywhere, put it first everywhere,
 * and take the old one out when nothing lives that it sealed.
 */
export type Seal = (credentialKey: string) => readonly [Place, ...Place[]];

/** What {@link createSeal} needs. */
export interface SealOptions {
  readonly keys: readonly [SealKey, ...SealKey[]];
  /** Sidecars of one deployment share; what another's sealed does not open. */
  readonly deployment: string;
}

const KEY_LINE = /^(?<id>[\w-]{1,64}):(?<base64>[A-Za-z0-9+/]{43}=)$/;
const KEY_BYTES = 32;

/** Each costs a look-up. */
const MAX_KEYS = 4;

/**
 * Reads a key file: one key a line, `<key id>:<base64 of 32 bytes>`. Empty lines, and those that begin with `#`, say
 * nothing. What is wrong is told by the line's number, and never by what stands in it.
 */
export function parseKeyFile(
  text: string,
): { readonly keys: readonly [SealKey, ...SealKey[]] } | { readonly problem: string } {
  const keys: SealKey[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const key = readKey(line);
    if (key === undefined) return { problem: `line ${i + 1} is not <key id>:<base64 of 32 bytes>` };
    const twin = keys.find(({ id, secret }) => id === key.id || secret.equals(key.secret));
    if (twin !== undefined) return { problem: `line ${i + 1} has the id or the key of a line above` };
    keys.push(key);
  }
  const [first, ...others] = keys;
  if (first === undefined) return { problem: "it holds no key" };
  if (keys.length > MAX_KEYS) return { problem: `it holds more than ${MAX_KEYS} keys` };
  return { keys: [first, ...others] };
}

function readKey(line: string): SealKey | undefined {
  const { id, base64 } = KEY_LINE.exec(line)?.groups ?? {};
  if (id === undefined || base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, "base64");
  // The last digit has two bits to spare: of four ways to write a key one is the key's own.
  return bytes.length === KEY_BYTES && bytes.toString("base64") === base64
    ? { id, secret: createSecretKey(bytes) }
    : undefined;
}

/** Of the format of values and of the names of places. */
const VERSION = "v1";

/** Makes the seal: AES-256-GCM with a random nonce (NIST SP 800-38D section 8.2.2: at most 2³² values by one key). */
export function createSeal({ keys: [first, ...others], deployment }: SealOptions): Seal {
  const placesBy = ({ id, secret }: SealKey) => {
    const sealing = derive(secret, "seal values");
    const naming = derive(secret, "name places");
    return (credentialKey: string): Place => {
      const bound = JSON.stringify([VERSION, id, deployment, credentialKey]);
      return {
        name: `postern:${createHmac("sha256", naming).update(bound).digest("base64url")}`,
        seal: (text) => sealText(text, sealing, bound),
        open: (sealed) => openText(sealed, sealing, bound),
      };
    };
  };
  const firstPlace = placesBy(first);
  const otherPlaces = others.map(placesBy);
  return (credentialKey) => [firstPlace(credentialKey), ...otherPlaces.map((place) => place(credentialKey))];
}

/** One key for each purpose (HKDF-SHA-256, RFC 5869). */
function derive(secret: KeyObject, purpose: string): KeyObject {
  const info = `postern ${VERSION} shared credentials: ${purpose}`;
  return createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", info, KEY_BYTES)));
}

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function sealText(text: string, key: KeyObject, bound: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(bound));
  const parts = [nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(parts).toString("base64");
}

function openText(sealed: string, key: KeyObject, bound: string): string | undefined {
  const bytes = Buffer.from(sealed, "base64");
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(bound))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}
