/**
 * Whether a `Set-Cookie` sets, or may seem to set, the cookie in which Postern takes tokens: whoever sets that chooses who
 * the browser is.
 *
 * Not only by its name: a cookie without one is sent back as its value alone (RFC 6265bis section 5.8.3), and some read a
 * comma as the end of a cookie.
 *
 * @param name of Postern's cookie; undefined where there is none
 */
export function setsOwnCookie(setCookie: string, name: string | undefined): boolean {
  if (name === undefined) return false;
  const [pair = ""] = setCookie.split(";", 1);
  return pair.split(",").some((part) => {
    const [set = ""] = part.replace(/^[\s=]+/, "").split("=", 1);
    return set.trim().toLowerCase() === name.toLowerCase();
  });
}
