/** The claims of a token, as its payload spells them. */
export type Claims = Readonly<Record<string, unknown>>;

/** A claim that must be one text; undefined when absent or of another kind. */
export function textClaim(claims: Claims, name: string): string | undefined {
  const value = claims[name];
  return typeof value === "string" ? value : undefined;
}

/**
 * The app that a token was issued for: `azp` where there is one, else the only `aud`.
 *
 * Source: CDG, "validating an OpenID Connect token"; OpenID Connect Core 2.
 */
export function audienceOf(claims: Claims): string | undefined {
  const audiences = claimTexts(claims, "aud");
  return textClaim(claims, "azp") ?? (audiences.length === 1 ? audiences[0] : undefined);
}

/** A claim that must be a number, such as `exp`; undefined when absent or of another kind. */
export function numberClaim(claims: Claims, name: string): number | undefined {
  const value = claims[name];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The texts of a claim: the elements of a list, the one of a plain value, none when it is absent or an object. */
export function claimTexts(claims: Claims, name: string): readonly string[] {
  const value = claims[name];
  return (Array.isArray(value) ? value : [value]).flatMap((each: unknown) => {
    if (typeof each === "string") return [each];
    return typeof each === "number" || typeof each === "boolean" ? [String(each)] : [];
  });
}

/**
 * The members of a claim that is a list or, as version 1 pre-token Lambdas write it, one comma-separated text.
 *
 * Only for claims whose members hold no comma, such as role ARNs.
 */
export function claimList(claims: Claims, name: string): readonly string[] {
  return claimTexts(claims, name)
    .flatMap((each) => each.split(","))
    .map((each) => each.trim())
    .filter((each) => each !== "");
}
