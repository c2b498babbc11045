import type { IamContext } from "../iam/context.ts";
import { LocalError } from "../request.ts";
import type { LocalRequest } from "../request.ts";
import type { Session } from "../session.ts";
import type { Authorization } from "./credential.ts";
import { parseDynamoDb } from "./dynamodb-request.ts";
import type { DynamoDbCall, KeySchemaOf } from "./dynamodb-request.ts";
import type { Place } from "./dynamodb-resource.ts";
import { refuse } from "./fault.ts";
import { openPayload, readPayloadHash } from "./payload.ts";
import type { Payload } from "./payload.ts";
import { singleHeader } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";
import type { Requirement } from "./requirement.ts";
import { readDeleteObjects } from "./s3-delete-objects.ts";
import { parseS3Head } from "./s3-request.ts";
import type { S3Call } from "./s3-call.ts";
import { deleteRequirements } from "./s3-requirements.ts";
import { rulesOf } from "./service-rules.ts";
import { sha256 } from "./signing-key.ts";
import type { Verifier } from "./sigv4.ts";
import { parseSts } from "./sts-request.ts";
import type { StsCall } from "./sts-request.ts";

/** A request whose sender said who they are; the signature is still to be verified. */
export interface Identified {
  readonly request: LocalRequest;
  readonly head: RequestHead;
  readonly authorization: Authorization;
  readonly session: Session;
  /** What is true of the request whatever it asks. */
  readonly context: IamContext;
}

/** What admitting takes. */
export interface AdmitTools {
  readonly verifier: Verifier;
  readonly place: Place;
  readonly keySchemaOf: KeySchemaOf;
  /**
   * Throws `AccessDenied` for the first requirement that IAM does not allow.
   *
   * Where a resource may allow by itself what no policy of the caller does, only explicit denies and the session's own
   * policies count here.
   */
  readonly authorize: (
    identified: Identified,
    requirements: readonly Requirement[],
    resourceMayAllow?: "resource-may-allow",
  ) => void;
}

interface AdmittedBy {
  readonly session: Session;
  readonly region: string;
}

/** An S3 call; its content streams, and counts only once `body` has ended without throwing. */
export interface S3Admitted extends AdmittedBy, Payload {
  readonly service: "s3";
  readonly call: S3Call;
}

/** A DynamoDB call; `body` is the bytes that `call.input` was read from. */
export interface DynamoDbAdmitted extends AdmittedBy {
  readonly service: "dynamodb";
  readonly call: DynamoDbCall;
  readonly body: Buffer;
}

/** A signed STS call. */
export interface StsAdmitted extends AdmittedBy {
  readonly service: "sts";
  readonly call: StsCall;
  readonly body: Buffer;
}

/** The largest request that DynamoDB takes. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;
/** The largest list of a DeleteObjects call. */
const MAX_DELETE_BYTES = 2 * 1024 * 1024;

/** Operations that take content; of all others it is read, verified and dropped. */
const TAKES_CONTENT: ReadonlySet<string> = new Set(
  `PutObject UploadPart CompleteMultipartUpload CreateBucket PutObjectTagging PutObjectAcl PutBucketAcl`.split(
    " ",
  ),
);

/** Admits an S3 call: its head is decided on at once, its content verified as it streams. */
export async function admitS3(tools: AdmitTools, identified: Identified): Promise<S3Admitted> {
  const { request, head, authorization, session } = identified;
  const payloadHash = readPayloadHash(head, authorization.form);
  const verified = tools.verifier.verify(head, authorization, session, payloadHash);
  const call = parseS3Head(head);
  const payload = openPayload(head, verified, payloadHash, request.body);
  if (call.operation === "DeleteObjects") return admitDeleteObjects(tools, identified, call, payload);
  tools.authorize(identified, call.requirements);
  const admitted = { service: "s3" as const, session, region: authorization.scope.region, call };
  if (TAKES_CONTENT.has(call.operation)) return { ...admitted, ...payload };
  for await (const _ of payload.body);
  return { ...admitted, body: streamOf(), trailers: payload.trailers };
}

/**
 * DeleteObjects says in its body what it deletes.
 *
 * S3 leaves out the objects that IAM denies and deletes the others; here one denied object refuses the whole call.
 */
async function admitDeleteObjects(
  tools: AdmitTools,
  identified: Identified,
  call: S3Call,
  payload: Payload,
): Promise<S3Admitted> {
  const body = await readAll(payload.body, MAX_DELETE_BYTES, "MalformedXML");
  const requirements = deleteRequirements(call, readDeleteObjects(body));
  tools.authorize(identified, requirements);
  const { session, authorization } = identified;
  const admitted = { service: "s3" as const, session, region: authorization.scope.region };
  return { ...admitted, call: { ...call, requirements }, body: streamOf(body), trailers: payload.trailers };
}

/** Admits a DynamoDB call. */
export async function admitDynamoDb(tools: AdmitTools, identified: Identified): Promise<DynamoDbAdmitted> {
  const { head, authorization, session } = identified;
  const body = await readSigned(tools, identified);
  const target = singleHeader(head, "x-amz-target") ?? "";
  const call = parseDynamoDb(target, body, { ...tools.place, keySchemaOf: tools.keySchemaOf });
  tools.authorize(identified, call.requirements);
  return { service: "dynamodb", session, region: authorization.scope.region, call, body };
}

/** Admits a signed STS call; whether a role trusts the caller is for STS to find out. */
export async function admitSts(tools: AdmitTools, identified: Identified): Promise<StsAdmitted> {
  const { authorization, session } = identified;
  const body = await readSigned(tools, identified);
  const call = parseSts(body);
  tools.authorize(identified, call.requirements, "resource-may-allow");
  return { service: "sts", session, region: authorization.scope.region, call, body };
}

/** Only S3 takes content that nobody signed: everywhere else its hash is part of what is signed. */
async function readSigned({ verifier }: AdmitTools, identified: Identified): Promise<Buffer> {
  const { request, head, authorization, session } = identified;
  const body = await readAll(request.body, MAX_BUFFERED_BYTES, "RequestEntityTooLarge");
  const payloadHash = sha256(body);
  const claimed = singleHeader(head, "x-amz-content-sha256");
  if (claimed !== undefined && claimed !== payloadHash) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    throw refuse("wrong-signature", rulesOf(authorization.scope.service).dialect, { message });
  }
  verifier.verify(head, authorization, session, payloadHash);
  return body;
}

async function readAll(source: AsyncIterable<Buffer>, maxBytes: number, tooLarge: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of source) {
    length += piece.length;
    if (length > maxBytes) throw new LocalError(tooLarge, "The request is too large.", 400);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

// oxlint-disable-next-line require-yield -- without arguments there is nothing to yield
async function* streamOf(...pieces: readonly Buffer[]): AsyncGenerator<Buffer, void> {
  yield* pieces;
}
