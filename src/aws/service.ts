import type { Head } from "../domain/head.ts";
import type { Operation } from "../domain/operation.ts";
import type { RefusalCode } from "../domain/refusal.ts";
import type { ApiModel } from "./api/model.ts";

/** What a table's items are found by (DynamoDB developer guide, core components). */
export interface TableKeys {
  /** Name of the attribute. */
  readonly partitionKey: string;
  /** Secondary index → name of its partition key. */
  readonly indexes: ReadonlyMap<string, string>;
}

/** How requests to an S3 endpoint name what they are about. */
export interface Addressing {
  /** Where the bucket stands in what is sent: first in the path, or before the host (S3 User Guide, virtual hosting). */
  readonly style: "path" | "virtual-hosted";
  /** The one bucket that the endpoint itself stands for, as that of an access point does; it is not named again then. */
  readonly bucket: string | undefined;
  /** ARN of the access point that the endpoint is: who reaches the bucket through it needs to be allowed both. */
  readonly accessPoint: string | undefined;
}

/** The API that an upstream of API Gateway is. */
export interface ApiPlace {
  /** Ten letters and digits: the third part of its ARNs' resource. */
  readonly id: string;
  /** The stage of its ARNs; `$default` where an HTTP API has no other. */
  readonly stage: string;
  /**
   * What leads to another stage or API when it stands behind the base path: segments with `/` between them, in lower
   * case. At AWS's own hosts these are the other stages where `stage` is `$default`, at a custom domain other mappings.
   */
  readonly otherStages: ReadonlySet<string>;
  /** What every path begins with, without a `/` at its end: the stage, the base path of a custom domain, or nothing. */
  readonly basePath: string;
  /** Whether `x-apigw-api-id` says which API is meant, as at the host of a VPC endpoint. */
  readonly sendsId: boolean;
}

/** What a service needs to know of the upstream that a request is for. */
export interface Upstream {
  /** The configured name. */
  readonly name: string;
  /** Signing name: the `service` of the configuration. */
  readonly service: string;
  /** What the actions of its operations begin with, such as `cloudwatch` where the signing name is `monitoring`. */
  readonly actionPrefix: string;
  readonly region: string;
  /** `aws`, `aws-cn`, `aws-us-gov` …: the second part of the ARNs of this region. */
  readonly partition: string;
  /** Twelve digits: the account whose ARNs the requests mean where they do not spell one out. */
  readonly account: string | undefined;
  /** Whether S3 is told to refuse buckets of any account but `account`. */
  readonly expectBucketOwner: boolean;
  /** Whether it is called at AWS's own regional endpoint, where an API may have a host of its own beside it. */
  readonly isRegional: boolean;
  /** Of S3. */
  readonly addressing: Addressing;
  /** Of DynamoDB: the key schemas that the configuration tells, by table. Of other tables no leading key is known. */
  readonly tables: ReadonlyMap<string, TableKeys>;
  /** Of API Gateway. */
  readonly api: ApiPlace | undefined;
  /** Of a Lambda function URL: the function's name, with `:` and a qualifier where it is that of an alias. */
  readonly functionName: string | undefined;
  /** Of a service that has no module of its own: its operations. */
  readonly model: ApiModel | undefined;
  /**
   * Whether a body must be read to be hashed: everywhere but at S3, and there too where anybody on the way could change
   * what the signature does not cover (plain HTTP to another machine).
   */
  readonly hashesBodies: boolean;
  /** Upper bound in bytes of a body that must be read before it can be decided. */
  readonly maxBodyBytes: number;
  /** Header names, lower-case, that the operator lets through besides those Postern knows. */
  readonly allowHeaders: ReadonlySet<string>;
  /** Query names that the operator lets through besides those Postern knows. */
  readonly allowQuery: ReadonlySet<string>;
}

/** An operation that only its body can name: it is read once the caller is known, and then decided. */
export interface BodyDecided {
  readonly needsBody: true;
  /** The API operation, such as `DeleteObjects`: known from the head. */
  readonly name: string;
  /**
   * Reads the whole body and says what is asked.
   *
   * @throws Refusal body-malformed, operation-unknown, header-not-allowed
   */
  readonly read: (body: Buffer) => Operation;
}

/** A refusal as a service words it, so that an SDK raises its usual typed error. */
export interface RefusalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What a refusal is rendered from: nothing in it is secret. */
export interface RefusalView {
  readonly code: RefusalCode;
  readonly sentence: string;
  readonly status: number;
  readonly requestId: string;
}

/** An answer of AWS that may be about the signature or the region, small enough to be looked at before it is passed on. */
export interface ErrorAnswer {
  /** Of the request: an answer to HEAD has no body. */
  readonly method: string;
  readonly status: number;
  /** The value of a header that stands once, by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly body: string;
  /** The body as it came, for a protocol that is no text. */
  readonly bytes?: Uint8Array;
}

/**
 * What an error answer says of the signature:
 *
 * - `credentials`: AWS no longer takes the credentials it was made with;
 * - `unsaid`: that may be so, or the request is bad otherwise: an answer to HEAD has no words;
 * - `clock`: its time is too far from AWS's;
 * - `signature`: it is not the one that AWS made, for whatever cause. Such an answer repeats what was signed, the session
 *   token among it.
 */
export type SignatureFault = "credentials" | "unsaid" | "clock" | "signature";

/** How a service is spoken to by WebSocket (RFC 6455). */
export interface WebSocketPort {
  /**
   * Reads the head of the request that opens a connection.
   *
   * @throws Refusal target-malformed, target-ambiguous, upstream-unknown, operation-unknown, query-not-allowed,
   * header-not-allowed
   */
  readonly open: (head: Head, upstream: Upstream) => Operation;
  /**
   * What goes over it: `raw` is the application's affair, and to open the connection is all that is decided. Of `mqtt` each
   * packet is decided by itself, and to open the connection asks for nothing yet.
   */
  readonly carries: "raw" | "mqtt";
}

/** The port that every AWS service implements: one file a service, one line in the table of `services.ts`. */
export interface Service {
  /**
   * Reads the head of a request.
   *
   * @throws Refusal target-malformed, target-ambiguous, operation-unknown, query-not-allowed, header-not-allowed,
   * length-required, body-malformed
   */
  readonly recognise: (head: Head, upstream: Upstream) => Operation | BodyDecided;
  readonly refuse: (view: RefusalView) => RefusalAnswer;
  /**
   * Reads an error answer. Only AWS's own word counts, and what was refused for it was not done: a service whose answers
   * somebody else may write says nothing.
   */
  readonly faultOf: (answer: ErrorAnswer) => SignatureFault | undefined;
  /**
   * What an answer says of where the request belongs: a region's name, or `unknown` for a redirect that names none. Such
   * an answer is not passed on. A service whose answers somebody else may write says nothing.
   */
  readonly redirectOf: (answer: ErrorAnswer) => string | undefined;
  /**
   * Who speaks at the other end: AWS itself, or an application behind API Gateway or Lambda, whose headers go both ways,
   * and whose cookies and redirects to itself reach the client.
   */
  readonly speaker: "aws" | "application";
  /** Whether what AWS refused for its signature alone may be sent again whatever it asks, or only by an idempotent method. */
  readonly repeats: "always" | "idempotent";
  /** Undefined where the service takes no WebSocket. */
  readonly webSocket?: WebSocketPort;
}

/** Whether an operation waits for its body. */
export function needsBody(found: Operation | BodyDecided): found is BodyDecided {
  return "needsBody" in found;
}
