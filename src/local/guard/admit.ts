import type { IamContext } from "../iam/context.ts";
import { LocalError } from "../request.ts";
import type { LocalRequest } from "../request.ts";
import type { Session } from "../session.ts";
import type { World } from "../world.ts";
import type { Addressee } from "./addressee.ts";
import type { Authorization } from "./credential.ts";
import { parseDynamoDb } from "./dynamodb-request.ts";
import type { DynamoDbCall } from "./dynamodb-request.ts";
import { refuse } from "./fault.ts";
import type { KeySchemaOf } from "./key-schema.ts";
import type { Payload } from "./payload.ts";
import { singleHeader } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";
import type { Requirement } from "./requirement.ts";
import type { S3Place } from "./s3-place.ts";
import { rulesOf } from "./service-rules.ts";
import { sha256 } from "./signing-key.ts";
import type { Verifier } from "./sigv4.ts";
import { parseSts } from "./sts-request.ts";
import type { StsCall } from "./sts-request.ts";
import type { S3Call } from "./s3-call.ts";
import type { S3Regions } from "./wrong-region.ts";

/** A request whose sender said who they are; the signature is still to be verified. */
export interface Identified {
  readonly request: LocalRequest;
  readonly head: RequestHead;
  readonly authorization: Authorization;
  readonly session: Session;
  /** What is true of the request whatever it asks. */
  readonly context: IamContext;
  /** Whom its host names, where that is an API or a function. */
  readonly addressee: Addressee | undefined;
}

/** What admitting takes. */
export interface AdmitTools {
  readonly verifier: Verifier;
  readonly world: World;
  readonly place: S3Place;
  readonly regions: S3Regions;
  readonly keySchemaOf: KeySchemaOf;
  /** Tells whoever watches what a verified request needs. */
  readonly observe: (identified: Identified, requirements: readonly Requirement[]) => void;
  /**
   * The `AccessDenied` of the first requirement that IAM does not allow; undefined when it allows them all.
   *
   * Where a resource may allow by itself what no policy of the caller does, only explicit denies and the session's own
   * policies count here.
   */
  readonly refusalOf: (
    identified: Identified,
    requirements: readonly Requirement[],
    resourceMayAllow?: "resource-may-allow",
  ) => LocalError | undefined;
}

/** Who calls, and in which region. */
export interface AdmittedBy {
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

const MIB = 1024 * 1024;
/** The largest request that DynamoDB takes, and here every service that is not listed. */
const MAX_BUFFERED_BYTES = 16 * MIB;
/** By signing name: API Gateway's quota on payloads, Lambda's on invocations. */
const MAX_BYTES: Readonly<Record<string, number>> = { "execute-api": 10 * MIB, lambda: 6 * MIB };

/** Admits a DynamoDB call. */
export async function admitDynamoDb(tools: AdmitTools, identified: Identified): Promise<DynamoDbAdmitted> {
  const { head, authorization, session } = identified;
  const body = await readSigned(tools, identified);
  const target = singleHeader(head, "x-amz-target") ?? "";
  const call = parseDynamoDb(target, body, { ...tools.place, keySchemaOf: tools.keySchemaOf });
  authorize(tools, identified, call.requirements);
  return { service: "dynamodb", session, region: authorization.scope.region, call, body };
}

/** Admits a signed STS call; whether a role trusts the caller is for STS to find out. */
export async function admitSts(tools: AdmitTools, identified: Identified): Promise<StsAdmitted> {
  const { authorization, session } = identified;
  const body = await readSigned(tools, identified);
  const call = parseSts(body);
  authorize(tools, identified, call.requirements, "resource-may-allow");
  return { service: "sts", session, region: authorization.scope.region, call, body };
}

/**
 * Tells what a call needs, and refuses it where IAM does not allow all of it.
 *
 * @throws LocalError `AccessDenied` in the words of the service.
 */
export function authorize(
  { observe, refusalOf }: Pick<AdmitTools, "observe" | "refusalOf">,
  identified: Identified,
  requirements: readonly Requirement[],
  resourceMayAllow?: "resource-may-allow",
): void {
  observe(identified, requirements);
  const refusal = refusalOf(identified, requirements, resourceMayAllow);
  if (refusal !== undefined) throw refusal;
}

/**
 * Reads a body whole.
 *
 * @param status Of the refusal; default 400.
 * @throws LocalError of the code `tooLarge`.
 */
export async function readAll(
  source: AsyncIterable<Buffer>,
  maxBytes: number,
  tooLarge: string,
  status = 400,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of source) {
    length += piece.length;
    if (length > maxBytes) throw new LocalError(tooLarge, "The request is too large.", status);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/**
 * Reads a body whole and verifies it with the head.
 *
 * Only S3 takes content that nobody signed: everywhere else its hash is part of what is signed.
 *
 * @throws LocalError in the dialect of the service.
 */
export async function readSigned({ verifier }: AdmitTools, identified: Identified): Promise<Buffer> {
  const { request, head, authorization, session } = identified;
  const maxBytes = MAX_BYTES[authorization.scope.service];
  const body =
    maxBytes === undefined
      ? await readAll(request.body, MAX_BUFFERED_BYTES, "RequestEntityTooLarge")
      : await readAll(request.body, maxBytes, "RequestTooLargeException", 413);
  const payloadHash = sha256(body);
  const claimed = singleHeader(head, "x-amz-content-sha256");
  if (claimed !== undefined && claimed !== payloadHash) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    throw refuse("wrong-signature", rulesOf(authorization.scope.service).dialect, { message });
  }
  verifier.verify(head, authorization, session, payloadHash);
  return body;
}
