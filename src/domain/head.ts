/** Header lines of a request: names in lower case, values as they came, repeated names noticed. */
export interface Headers {
  readonly get: (name: string) => string | undefined;
  readonly has: (name: string) => boolean;
  /** Each name once; the values of a repeated one joined with `, ` in order of arrival (RFC 9110 section 5.3). */
  readonly entries: () => IterableIterator<[string, string]>;
  /** Names that stood on more than one line. */
  readonly repeated: readonly string[];
}

/** Method, raw target and header lines of a request, before anything is made of them. */
export interface Head {
  readonly method: string;
  /** Path and query, byte for byte as the client sent them (after the upstream's own prefix, where it has one). */
  readonly target: string;
  readonly headers: Headers;
}

/** Header lines in Node's raw form (name, value, name, value …), each name once, as an object. */
export function headerRecord(raw: readonly string[]): Record<string, string> {
  return Object.fromEntries(raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ""]] : [])));
}

/** Reads Node's `rawHeaders` (name, value, name, value …) without losing a repeated line. */
export function readHeaders(rawHeaders: readonly string[]): Headers {
  return new HeaderLines(rawHeaders);
}

/** A class, since every request has one: it shares its methods instead of making closures. */
class HeaderLines implements Headers {
  readonly repeated: string[] = [];
  readonly #lines = new Map<string, string>();

  constructor(rawHeaders: readonly string[]) {
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      const name = (rawHeaders[i] as string).toLowerCase();
      const value = rawHeaders[i + 1] as string;
      const earlier = this.#lines.get(name);
      if (earlier !== undefined) this.repeated.push(name);
      this.#lines.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
    }
  }

  get(name: string): string | undefined {
    return this.#lines.get(name);
  }

  has(name: string): boolean {
    return this.#lines.has(name);
  }

  entries(): MapIterator<[string, string]> {
    return this.#lines.entries();
  }
}
