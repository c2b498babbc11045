import type { Application } from "./signed-request.ts";

/** Visible ASCII without `\`, which browsers read as `/`. */
const PLAIN = /^[!-[\]-~]+$/;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
/** With a host of its own; `https:x` and `https:///x` have other readings. */
const ABSOLUTE = /^https?:\/\/[^/]/i;
/** Postern's own pages, which are no application's. */
const RESERVED = "/.postern/";

/**
 * What a client is told where an application refers to a path of its own: the path by which the client has it. A reference
 * is taken apart once, and what crosses is built anew from it, so that it never leads to another host, nor beside the
 * application.
 *
 * @param reference an absolute URL of the application's own host, by http or https, or what is relative to the path asked
 * @param path the path that was sent, with its query
 * @returns undefined where the reference leads elsewhere, or can be read in two ways
 */
export function toClientPath(
  reference: string,
  { host, basePath, mount }: Application,
  path: string,
): string | undefined {
  const there = resolved(reference, new URL(`https://${host}${path}`));
  if (there === undefined) return undefined;
  const { pathname, search, hash } = there;
  const isWithin = pathname === basePath || pathname.startsWith(`${basePath}/`);
  const own = mount + pathname.slice(basePath.length) || "/";
  if (!isWithin || own.startsWith("//") || own.startsWith(RESERVED)) return undefined;
  return own + search + hash;
}

function resolved(reference: string, here: URL): URL | undefined {
  if (!PLAIN.test(reference) || reference.startsWith("//")) return undefined;
  if (SCHEME.test(reference) && !ABSOLUTE.test(reference)) return undefined;
  if (!URL.canParse(reference, here.href)) return undefined;
  const there = new URL(reference, here);
  const isOwn = there.host === here.host && there.username === "" && there.password === "";
  return isOwn ? there : undefined;
}
