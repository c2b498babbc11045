import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import { receiveDocument } from "./receive.ts";
import { invalidRequest, malformedXml } from "./refusals.ts";
import type { S3Context, S3Operation, S3Payload, S3Request } from "./request.ts";
import type { Bucket, ObjectDescription, ObjectLock } from "./store.ts";
import { readXml, textOf, xmlAnswer } from "./xml.ts";

const MODES = ["GOVERNANCE", "COMPLIANCE"];

/** GetObjectRetention. */
export const getObjectRetention: S3Operation = (context, request) => {
  const { mode, retainUntil } = lockOf(context, request);
  if (mode === undefined || retainUntil === undefined) throw noLock();
  return xmlAnswer([
    "Retention",
    [
      ["Mode", mode],
      ["RetainUntilDate", retainUntil],
    ],
  ]);
};

/** PutObjectRetention; like everything here it is kept and told, and keeps nobody from anything. */
export async function putObjectRetention(
  context: S3Context,
  request: S3Request,
  payload: S3Payload,
): Promise<LocalAnswer> {
  const root = readXml(await receiveDocument(request, payload, "nothing"), "Retention");
  const lock = retentionOf(textOf(root, "Mode"), textOf(root, "RetainUntilDate"));
  if (lock === undefined) throw malformedXml();
  return change(context, request, lock);
}

/** GetObjectLegalHold. */
export const getObjectLegalHold: S3Operation = (context, request) => {
  const { legalHold } = lockOf(context, request);
  if (legalHold === undefined) throw noLock();
  return xmlAnswer(["LegalHold", [["Status", legalHold]]]);
};

/** PutObjectLegalHold. */
export async function putObjectLegalHold(
  context: S3Context,
  request: S3Request,
  payload: S3Payload,
): Promise<LocalAnswer> {
  const root = readXml(await receiveDocument(request, payload, "nothing"), "LegalHold");
  const legalHold = holdOf(textOf(root, "Status"));
  if (legalHold === undefined) throw malformedXml();
  return change(context, request, { legalHold });
}

/**
 * What the headers of a write say of the lock of the object to be.
 *
 * @throws LocalError InvalidRequest when the bucket has no locks, InvalidArgument
 */
export function readLockHeaders(headers: ReadonlyMap<string, string>, bucket: Bucket): ObjectLock {
  if (![...headers.keys()].some((name) => name.startsWith("x-amz-object-lock-"))) return {};
  refuseWithoutLocks(bucket);
  const mode = headers.get("x-amz-object-lock-mode");
  const until = headers.get("x-amz-object-lock-retain-until-date");
  const hold = headers.get("x-amz-object-lock-legal-hold");
  const retention = mode === undefined && until === undefined ? {} : retentionOf(mode, until);
  const legalHold = holdOf(hold);
  if (retention === undefined || (hold !== undefined && legalHold === undefined)) {
    const message = "The object lock headers are not valid, or one of them is missing";
    throw new LocalError("InvalidArgument", message, 400);
  }
  return { ...retention, ...(legalHold !== undefined && { legalHold }) };
}

/** The headers by which an object tells its lock. */
export function lockHeaders({ lock = {} }: ObjectDescription): Record<string, string> {
  const { mode, retainUntil, legalHold } = lock;
  return {
    ...(mode !== undefined && { "x-amz-object-lock-mode": mode }),
    ...(retainUntil !== undefined && { "x-amz-object-lock-retain-until-date": retainUntil }),
    ...(legalHold !== undefined && { "x-amz-object-lock-legal-hold": legalHold }),
  };
}

function lockOf({ store }: S3Context, request: S3Request): ObjectLock {
  const bucket = store.bucket(request.bucket);
  const { description } = bucket.object(request.key ?? "");
  refuseWithoutLocks(bucket);
  return description.lock ?? {};
}

function change(context: S3Context, request: S3Request, lock: ObjectLock): LocalAnswer {
  const before = lockOf(context, request);
  context.store.bucket(request.bucket).describe(request.key ?? "", { lock: { ...before, ...lock } });
  return { status: 200, headers: {} };
}

function refuseWithoutLocks({ settings }: Bucket): void {
  if (!settings.has("ObjectLockConfiguration"))
    throw invalidRequest("Bucket is missing Object Lock Configuration");
}

function retentionOf(mode: string | undefined, until: string | undefined): ObjectLock | undefined {
  const end = Date.parse(until ?? "");
  if (mode === undefined || !MODES.includes(mode) || Number.isNaN(end)) return undefined;
  return { mode, retainUntil: new Date(end).toISOString() };
}

function holdOf(status: string | undefined): "ON" | "OFF" | undefined {
  return status === "ON" || status === "OFF" ? status : undefined;
}

function noLock(): LocalError {
  const message = "The specified object does not have a ObjectLock configuration";
  return new LocalError("NoSuchObjectLockConfiguration", message, 404);
}
