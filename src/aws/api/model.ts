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
  /** Of rest-json: method and path, such as `POST /2015-03-31/functions/{FunctionName}/invocations`. */
  readonly route?: string;
  /**
   * What it touches: ARNs with members of the request in braces, `arn:{partition}:sns:{region}:{account}:{TopicName}`.
   * A text of nothing but one member is that member's own ARN. Those whose members are all there are required, each of
   * them; where there is none, or the list is left out, what the operation touches is unknown. An empty list says that
   * IAM knows no resource for it.
   */
  readonly resources?: readonly string[];
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
