import { createHash } from "node:crypto";
import { refuse } from "./fault.ts";
import { sha256, sign } from "./signing-key.ts";

/** What the chunk signatures of a request are made from; each signs over the one before it. */
export interface ChunkSeed {
  readonly signingKey: Buffer;
  /** `20261121T080228Z`. */
  readonly timestamp: string;
  /** `20261121/us-east-1/s3/aws4_request`. */
  readonly scope: string;
  /** The signature of the request's head. */
  readonly signature: string;
}

/** The signatures of a content's chunks, in order; where nothing is signed, everything verifies. */
export interface ChunkChain {
  readonly signed: boolean;
  /** Takes the bytes of the next chunk, then its signature. */
  readonly beginChunk: () => {
    readonly update: (bytes: Buffer) => void;
    readonly verify: (signature: string) => void;
  };
  readonly verifyTrailers: (trailers: ReadonlyMap<string, string>, signature: string) => void;
}

const EMPTY_SHA256 = sha256("");
const NOTHING = { update: () => undefined, verify: () => undefined };
const UNSIGNED: ChunkChain = { signed: false, beginChunk: () => NOTHING, verifyTrailers: () => undefined };

/**
 * Makes the chain that begins with a seed; its methods throw `SignatureDoesNotMatch`.
 *
 * Source: Amazon S3 API Reference, "Signature calculations for the Authorization header: Transferring payload in
 * multiple chunks", and the same "with trailing headers".
 */
export function createChunkChain(seed: ChunkSeed | undefined): ChunkChain {
  if (seed === undefined) return UNSIGNED;
  const { signingKey, timestamp, scope } = seed;
  let previous = seed.signature;

  function verify(algorithm: string, lines: readonly string[], given: string): void {
    const stringToSign = [algorithm, timestamp, scope, previous, ...lines].join("\n");
    const expected = sign(signingKey, stringToSign);
    if (expected !== given) {
      throw refuse("wrong-signature", "s3", {
        fields: { StringToSign: stringToSign, SignatureProvided: given },
      });
    }
    previous = expected;
  }

  return {
    signed: true,
    beginChunk: () => {
      const hash = createHash("sha256");
      return {
        update: (bytes) => void hash.update(bytes),
        verify: (signature) =>
          verify("AWS4-HMAC-SHA256-PAYLOAD", [EMPTY_SHA256, hash.digest("hex")], signature),
      };
    },
    verifyTrailers: (trailers, signature) => {
      const text = [...trailers].map(([name, value]) => `${name}:${value}\n`).join("");
      verify("AWS4-HMAC-SHA256-TRAILER", [sha256(text)], signature);
    },
  };
}
