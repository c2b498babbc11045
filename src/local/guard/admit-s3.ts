import type { LocalError } from "../request.ts";
import { authorize, readAll } from "./admit.ts";
import type { AdmitTools, Identified, S3Admitted } from "./admit.ts";
import { openPayload, readPayloadHash } from "./payload.ts";
import type { Payload } from "./payload.ts";
import type { S3Call } from "./s3-call.ts";
import { DECIDING_DOCUMENTS } from "./s3-deciding-documents.ts";
import { readDeleteObjects } from "./s3-delete-objects.ts";
import { parseS3Head } from "./s3-request.ts";
import { deleteRequirements } from "./s3-requirements.ts";
import { checkS3Region } from "./wrong-region.ts";

/** The largest document that is read whole: a CompleteMultipartUpload of ten thousand parts has its place in it. */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
/** The largest one that is decided on. */
const MAX_DECIDING_BYTES = 2 * 1024 * 1024;

/** Operations whose content is an object's, as long as it may be. */
const STREAMED: ReadonlySet<string> = new Set(["PutObject", "UploadPart"]);

/**
 * Admits an S3 call: its head is decided on at once, the content of objects verified as it streams.
 *
 * All other content is read and verified here, whether S3 looks at it or not.
 *
 * What the stand-in's S3 does not do is admitted like the rest; it is for S3 to say so.
 */
export async function admitS3(tools: AdmitTools, identified: Identified): Promise<S3Admitted> {
  const { request, head, authorization, session } = identified;
  const payloadHash = readPayloadHash(head, authorization.form);
  const verified = tools.verifier.verify(head, authorization, session, payloadHash);
  const call = parseS3Head(head, { ...tools.place, region: authorization.scope.region });
  checkS3Region(call, { authorization, method: head.method }, tools.regions);
  const payload = openPayload(head, verified, payloadHash, request.body);
  if (call.operation === "DeleteObjects") return admitDeleteObjects(tools, identified, call, payload);
  const decide = DECIDING_DOCUMENTS.get(call.operation);
  if (decide !== undefined) {
    const document = await readAll(payload.body, MAX_DECIDING_BYTES, "MalformedXML");
    const requirements = decide(call, document);
    authorize(tools, identified, requirements);
    return admitted(identified, { ...call, requirements }, { ...payload, body: streamOf(document) });
  }
  authorize(tools, identified, call.requirements);
  if (STREAMED.has(call.operation)) return admitted(identified, call, payload);
  const body = await readAll(payload.body, MAX_DOCUMENT_BYTES, "MaxMessageLengthExceeded");
  return admitted(identified, call, { ...payload, body: streamOf(body) });
}

/** DeleteObjects says in its body what it deletes; objects that IAM refuses are left out, and the others go. */
async function admitDeleteObjects(
  tools: AdmitTools,
  identified: Identified,
  call: S3Call,
  payload: Payload,
): Promise<S3Admitted> {
  const body = await readAll(payload.body, MAX_DECIDING_BYTES, "MalformedXML");
  const ofEach = readDeleteObjects(body).map((object) => deleteRequirements(call, object));
  const requirements = ofEach.flat();
  tools.observe(identified, requirements);
  const refused = new Map<number, LocalError>();
  for (const [position, own] of ofEach.entries()) {
    const refusal = tools.refusalOf(identified, own);
    if (refusal !== undefined) refused.set(position, refusal);
  }
  return admitted(identified, { ...call, requirements, refused }, { ...payload, body: streamOf(body) });
}

function admitted({ session, authorization }: Identified, call: S3Call, payload: Payload): S3Admitted {
  return { service: "s3", session, region: authorization.scope.region, call, ...payload };
}

// oxlint-disable-next-line require-await -- content is asynchronous wherever it comes from
async function* streamOf(...pieces: readonly Buffer[]): AsyncGenerator<Buffer, void> {
  yield* pieces.filter(({ length }) => length > 0);
}
