/**
 * Makes something of a caller once as long as no other comes between: a batch asks a thousand times for the same one, and
 * whoever has thousands of claims shall not be read as often.
 *
 * @param keyOf what tells one caller from the next and is kept until then: claims, and never a token
 */
export function keepLast<C, T>(make: (of: C) => T, keyOf: (of: C) => object): (of: C) => T {
  let last: { readonly key: object; readonly made: T } | undefined;
  return (of) => {
    const key = keyOf(of);
    if (last?.key !== key) last = { key, made: make(of) };
    return last.made;
  };
}
