import { Complaint } from "./complaint.ts";

/** What OpenSSL and Node call a certificate whose authority is not known, or that is another's. */
const NOT_TRUSTED =
  /^(?:UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|CERT_|ERR_TLS_CERT_ALTNAME_INVALID$)/;
/** A server that wants a certificate says so, or closes at once. */
const ASKED = /CERTIFICATE_REQUIRED|ALERT_(?:BAD|UNKNOWN|HANDSHAKE)|UNKNOWN_CA/;

/** Why an operator's face gave no answer, in a line that says what to do. */
export function whyNoAnswer(name: string, error: unknown, timeoutMs: number): Complaint {
  if (error instanceof Error && /^(?:Timeout|Abort)Error$/.test(error.name))
    return new Complaint(`no answer from ${name} in ${timeoutMs / 1000} s`);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (NOT_TRUSTED.test(code))
    return new Complaint(`the certificate at ${name} is not trusted (${code}); name its authority with --ca`);
  if (ASKED.test(code))
    return new Complaint(`${name} lets nobody in without a client certificate it knows: --cert and --key`);
  if (code === "EACCES") return new Complaint(`this user may not use ${name}`);
  return new Complaint(
    `nothing answers at ${name}${code === "" || code === "ECONNREFUSED" ? "" : ` (${code})`}`,
  );
}

/** What an operator's face says no with, in a line that says what to do. */
export function whyRefused(
  name: string,
  status: number,
  json: Readonly<Record<string, unknown>> | undefined,
  what = "Postern does not do it",
): Complaint {
  const { message, reason } = json ?? {};
  // A reason goes with what the data listener refuses.
  if (typeof message !== "string" || reason !== undefined)
    return new Complaint(`what answers at ${name} is not Postern's operator listener`);
  if (status === 401)
    return new Complaint(`${name} asks for the operators' token, by the option of its file`);
  return new Complaint(`${what}: ${message}`);
}
