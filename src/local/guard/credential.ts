import type { LocalError } from "../request.ts";

/** What a signature is good for: `date/region/service/aws4_request`. */
export interface CredentialScope {
  /** `20261121`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** What a request says of its own signature, nothing of it proven. */
export interface Authorization {
  readonly form: "header" | "query";
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** As listed. */
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits, if the client means well. */
  readonly signature: string;
  /** `20261121T080228Z`. */
  readonly timestamp: string;
  /** Presigned requests only; seconds. */
  readonly expiresSeconds?: number | undefined;
  readonly token?: string | undefined;
}

/**
 * Reads `Credential=AKID/date/region/service/aws4_request`.
 *
 * @throws LocalError when it is not that.
 */
export function readCredential(
  credential: string,
  malformed: (message: string) => LocalError,
): Pick<Authorization, "accessKeyId" | "scope"> {
  const [accessKeyId = "", date = "", region = "", service = "", terminator, ...rest] = credential.split("/");
  const complete = accessKeyId !== "" && region !== "" && service !== "" && rest.length === 0;
  if (!complete || !/^\d{8}$/.test(date) || terminator !== "aws4_request") {
    const expected = '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"';
    throw malformed(`the Credential is mal-formed; expecting ${expected}.`);
  }
  return { accessKeyId, scope: { date, region, service } };
}

/** Reads `SignedHeaders=a;b;c`. */
export function readSignedHeaders(list: string): readonly string[] {
  return list.split(";").filter((name) => name !== "");
}
