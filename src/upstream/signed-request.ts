import type { Readable } from "node:stream";
import type { ErrorAnswer } from "../aws/service.ts";
import type { Refusal } from "../domain/refusal.ts";

/** A signed request, ready for the wire. */
export interface SignedRequest {
  readonly method: string;
  /** What goes before the host of the origin, such as `reports.`. */
  readonly hostPrefix?: string | undefined;
  /** Path and query. */
  readonly path: string;
  /** Name, value, name, value … */
  readonly headers: string[];
  readonly body: Buffer | Readable | null;
  /** Headers of Postern's own for the answer: name, value … */
  readonly answerHeaders: readonly string[];
  /** Lower-case names of which AWS's own lines do not cross. */
  readonly replacedHeaders?: ReadonlySet<string>;
  /** Whether Postern answers CORS: then no `Access-Control-…` of the upstream's own crosses. */
  readonly answersCors?: boolean;
  /** The application that answers; undefined where AWS itself does. */
  readonly application?: Application | undefined;
  /**
   * What may not be repeated to the client: the session token, or the access token that an application gets. Looked for in
   * every answer of an application, and in those of AWS that are looked at.
   */
  readonly sessionToken?: string;
  /** Looks at an error answer before the client sees it, and says whether to keep it from the client. */
  readonly withhold?: (answer: ErrorAnswer) => boolean;
}

/** An application behind API Gateway or Lambda, which may set cookies and redirect to itself. */
export interface Application {
  /** The `Host` by which it knows itself. */
  readonly host: string;
  /** What all its paths begin with, without a `/` at the end. */
  readonly basePath: string;
  /** What the client has in place of that, without a `/` at the end. */
  readonly mount: string;
  /** Name of the cookie in which Postern takes tokens; undefined where it takes none. */
  readonly ownCookie: string | undefined;
}

/** How a forwarded request ended. */
export interface Forwarded {
  /** Status that AWS answered; undefined where it did not. */
  readonly status: number | undefined;
  /** Of the answer's body. */
  readonly bytes: number;
  /** Until the first byte of the answer. */
  readonly waitedMs: number;
  /** When that was, as `performance.now()` has it; undefined where there was none. */
  readonly headMs: number | undefined;
  /**
   * What went wrong after the answer had begun: the client left, or AWS broke off. Either way the client does not see
   * a whole answer.
   */
  readonly broken: "client" | "upstream" | undefined;
}

/** What AWS calls a request, as CloudTrail and AWS's support do; undefined where it did not say, or in odd characters. */
export interface AwsIds {
  /** `x-amz-request-id`, or `x-amzn-requestid`. */
  readonly requestId: string | undefined;
  /** `x-amz-id-2`, of S3. */
  readonly extendedRequestId: string | undefined;
}

/** Told once, of an end, of the refusal to answer with, or of an answer that was withheld. Must not throw: nobody is left to catch it. */
export type OnForwarded = (end: Forwarded | Refusal | "withheld", ids: AwsIds) => void;
