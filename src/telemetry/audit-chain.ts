import { hash, randomBytes } from "node:crypto";

/** Ties lines to one another, in the order in which they are given. */
export type AuditChain = (json: string) => string;

/**
 * Makes a chain. Each line gets its number `seq`, from 1; `chainStart`, which names the chain; and last of all `chain`,
 * which only this line has after those before it. The first comes after `chainStart`.
 *
 * @param chainStart 32 hex digits, at random
 */
export function createAuditChain(chainStart = randomBytes(16).toString("hex")): AuditChain {
  let seq = 0;
  let chain = chainStart;
  return (json) => {
    seq++;
    const text = `${json.slice(0, -1)},"seq":${seq},"chainStart":"${chainStart}"}`;
    chain = linkOf(chain, text);
    return `${text.slice(0, -1)},"chain":"${chain}"}`;
  };
}

/**
 * The `chain` of a line: SHA-256 in hex over that of the line before and its own JSON, as it stands but for its `chain`.
 *
 * @param json ends in `}`
 */
export function linkOf(before: string, json: string): string {
  return hash("sha256", before + json, "hex");
}
