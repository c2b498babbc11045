import { LocalError } from "../request.ts";

/** The bucket that a call names does not exist. */
export function noSuchBucket(name: string): LocalError {
  return new LocalError("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName: name });
}

/** The object that a call names does not exist. */
export function noSuchKey(key: string): LocalError {
  return new LocalError("NoSuchKey", "The specified key does not exist.", 404, { Key: key });
}

/** The multipart upload that a call names never was, or is over. */
export function noSuchUpload(uploadId: string): LocalError {
  const message =
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
  return new LocalError("NoSuchUpload", message, 404, { UploadId: uploadId });
}

/** A parameter has a value that S3 does not take. */
export function invalidArgument(message: string, name: string, value: string): LocalError {
  return new LocalError("InvalidArgument", message, 400, { ArgumentName: name, ArgumentValue: value });
}

/** The call contradicts itself or lacks a part. */
export function invalidRequest(message: string): LocalError {
  return new LocalError("InvalidRequest", message, 400);
}

/** A conditional header did not hold; `condition` is the header's name. */
export function preconditionFailed(condition: string): LocalError {
  const message = "At least one of the pre-conditions you specified did not hold";
  return new LocalError("PreconditionFailed", message, 412, { Condition: condition });
}

/** The XML of a call is not what its operation takes. */
export function malformedXml(): LocalError {
  const message = "The XML you provided was not well-formed or did not validate against our published schema";
  return new LocalError("MalformedXML", message, 400);
}

/** AWS does this, the stand-in does not. */
export function notImplemented(what: string): LocalError {
  return new LocalError("NotImplemented", `${what} is not implemented by the stand-in`, 501);
}
