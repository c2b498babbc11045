import type { Clock } from "../domain/clock.ts";
import { Refusal } from "../domain/refusal.ts";
import { watchFile, type WatchedFile } from "../files/watched.ts";
import { type KeySet, type KeyTerms, MAX_KEY_SET_BYTES, readKeySet } from "./jwks.ts";
import type { KeySource } from "./key-source.ts";

/** What {@link createFileKeys} needs. */
export interface FileKeysOptions {
  readonly path: string;
  readonly terms: KeyTerms;
  /** Takes the new keys over before {@link KeySource.current} tells of them. */
  readonly onChange: (keys: KeySet) => void;
  readonly onFailure: (error: unknown) => void;
  readonly now: Clock;
}

/** Takes the keys of an issuer from a file, which is followed; a key that it does not hold is nowhere else. */
export function createFileKeys({ path, terms, onChange, onFailure, now }: FileKeysOptions): KeySource {
  let keys: KeySet | undefined;
  let file: WatchedFile | undefined;
  let isStopped = false;
  const onText = (text: string): void => {
    const read = readKeySet(text, terms);
    onChange(read);
    keys = read;
  };
  return {
    current: () => keys,
    seek: async () => {
      if (keys === undefined) throw new Refusal("keys-unavailable", { detail: `no keys in ${path}` });
      throw new Refusal("token-signature", { detail: "signed by a key that is not in the key file" });
    },
    refresh: async () => {
      if (!isStopped) file ??= watchFile({ path, maxBytes: MAX_KEY_SET_BYTES, onText, onFailure, now });
    },
    limitWaiting: () => {}, // nobody waits for a file
    ageMs: () => file?.ageMs(),
    stop: () => {
      isStopped = true;
      file?.close();
    },
  };
}
