/**
 * Makes something of a caller, or of a caller's claims, once as long as no other comes between: a batch asks a thousand
 * times for the same one, and whoever has thousands of claims shall not be read as often. Nobody's token is kept by it.
 */
export function keepLast<K extends object, T>(make: (of: K) => T): (of: K) => T {
  let last: { readonly of: WeakRef<K>; readonly made: T } | undefined;
  return (of) => {
    if (last?.of.deref() !== of) last = { of: new WeakRef(of), made: make(of) };
    return last.made;
  };
}
