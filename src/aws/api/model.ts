/** How a service is spoken to, where it has no module of its own (Smithy, AWS protocols). */
export type Protocol = "json" | "query" | "rest-json" | "rpc-v2-cbor";

/** The names, for configuration. */
export const PROTOCOLS: readonly Protocol[] = ["json", "query", "rest-json", "rpc-v2-cbor"];

/** One operation of a service. */
export interface ApiOperation {
  /** The IAM action, such as `sqs:SendMessage`. */
  readonly action: string;
  /** Actions with the same effect: a deny that names one of these counts too. */
  readonly covers?: readonly string[];
  /**
   * Of rest-json: method and path, such as `POST /2015-03-31/functions/{FunctionName}/invocations`. `{Name}` is one segment,
   * `{Name+}` all that follow. What the query must say stands behind a `?`, as in `GET /layers?find=LayerVersion`.
   */
  readonly route?: string;
  /** What goes before the host of AWS's own endpoint, such as `sync-` (Smithy, endpoint trait). */
  readonly hostPrefix?: string;
  /** Of rest-json: names in lower case of its headers `x-amz-` and `x-amzn-` that cross. Others are refused. */
  readonly headers?: readonly string[];
  /**
   * What it touches: ARNs with members of the request in braces, `arn:{partition}:sns:{region}:{account}:{Name}`, where
   * `partition`, `region` and `account` are the upstream's. Those whose members are all there are required, each of
   * them; where there is none, or the list is left out, what the operation touches is unknown. An empty list says that
   * IAM knows no resource for it.
   *
   * - `{A.B}` is a member within a member; `{A[]}` each entry of a list, `{A[].B}` a member of each: one ARN for each entry.
   *   A template has one list at most.
   * - `{Name=default}` is what holds where the request does not say.
   * - `{Name|kind}` and `{Name=default|kind}` are names of a certain kind (`name-kinds.ts`); others have letters, digits and
   *   `_.@-`. Where a name may
   *   stand an ARN may stand too, and means the same resource, which must be one that the template could name.
   * - A text of nothing but `{Name}` is that member's own ARN, of this service, region and account.
   * - Of rest-json: a member is a label of the route where that has it, `{?Name}` of the query, and otherwise of the body,
   *   which is then read as JSON.
   */
  readonly resources?: readonly string[];
  /**
   * Templates like those of `resources`, in whose text `*` and `?` may stand: all that it may touch besides, where the
   * request does not tell exactly (`Requirement.mayReach`), as `…:parameter{Path}/*`. They allow nothing; a deny that could
   * mean any of it counts, for each of `resources`.
   */
  readonly mayReach?: readonly string[];
}

/** A service as Postern reads it: what can be named from here can be decided, and nothing else. */
export interface ApiModel {
  /** What its host begins with, such as `sqs`. */
  readonly endpointPrefix: string;
  /** What the actions begin with. */
  readonly actionPrefix: string;
  /** Those that it speaks, the usual one first. */
  readonly protocols: readonly Protocol[];
  /** Of json and rpc-v2-cbor: what stands before the operation's name, such as `AmazonSQS`. */
  readonly target?: string;
  /** Of json: of its content type. Default `1.1`. */
  readonly jsonVersion?: "1.0" | "1.1";
  /** Of query: the `Version` of every request, such as `2010-03-31`. */
  readonly apiVersion?: string;
  readonly operations: Readonly<Record<string, ApiOperation>>;
}
