/** One request as it stood on the wire: nothing decoded, nothing merged. */
export interface LocalRequest {
  readonly method: string;
  /** The raw request target, path and query, byte for byte. */
  readonly target: string;
  /** Name, value, name, value … in order of arrival, names in their original case. */
  readonly rawHeaders: readonly string[];
  /** The body as it arrived, transfer coding removed and nothing else. */
  readonly body: AsyncIterable<Buffer>;
  /** Of a handshake: what the connection is to become. */
  readonly upgrade?: "websocket";
}

/** What the stand-in answers. */
export interface LocalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | AsyncIterable<Buffer>;
  /** Interim answers that come before this one: 102 Processing, 103 Early Hints. */
  readonly interim?: readonly (102 | 103)[];
  /** Fields behind the body, which then comes in chunks: an answer with a `content-length` has none. */
  readonly trailers?: Readonly<Record<string, string>>;
}

/**
 * A refusal as AWS words it; whoever speaks the protocol renders it (S3 XML, JSON `__type`, STS XML).
 *
 * `fields` are the extra members that some errors carry, such as S3's `BadDigest` or `RequestTimeTooSkewed`.
 */
export class LocalError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;

  constructor(code: string, message: string, status: number, fields: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}
