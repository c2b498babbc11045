import { hash } from "node:crypto";

const MAX_LENGTH = 64;
const MIN_LENGTH = 2;
/** What STS takes neither in a RoleSessionName nor in a SourceIdentity. */
const OUTSIDE = /[^\w+=,.@-]/gu;
const DIGITS = 16;
/** How a name ends that is not the value itself. No value that ends so is taken as it is, or it could pass for another. */
const MARKED = new RegExp(`-[0-9a-f]{${DIGITS}}$`);

/** Whose name it is. */
export interface Named {
  /** The configured name of the user pool or other issuer. */
  readonly issuer: string;
  /** What tells the caller apart within its issuer: a text of its claims or, where that cannot be made, its subject. */
  readonly value: string | { readonly subject: string };
  /** Whether somebody else could have the same text, so that the name is marked in any case. */
  readonly shared: boolean;
}

/**
 * A `RoleSessionName` or `SourceIdentity` that STS takes: the text itself where it is one, and otherwise as much of it
 * as there is room for, with a mark made from issuer and value. No two values get the same name.
 *
 * STS API reference, AssumeRole: 2 to 64 of `[\w+=,.@-]`.
 */
export function sessionName(text: string, { issuer, value, shared }: Named): string {
  const clean = text.replace(OUTSIDE, "_");
  const fits = clean.length >= MIN_LENGTH && clean.length <= MAX_LENGTH && !MARKED.test(clean);
  if (fits && clean === text && !shared) return text;
  const mark = hash("sha256", JSON.stringify([issuer, value]), "hex").slice(0, DIGITS);
  return `${clean.slice(0, MAX_LENGTH - DIGITS - 1)}-${mark}`;
}
