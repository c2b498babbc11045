import { membersOf, parseStrictXml, textOf, type XmlMembers } from "../aws/strict-xml.ts";
import type { Credentials } from "../domain/credentials.ts";
import { unusable, usableCredentials } from "./answered-credentials.ts";

/** An error of STS, as far as it can be read. */
export interface StsError {
  /** Such as `AccessDenied`. */
  readonly code: string | undefined;
  readonly message: string;
}

type XmlElement = ReturnType<typeof parseStrictXml>;

/**
 * The members of the result of an action, out of the body of a 200 (query protocol: `<ActionResponse><ActionResult>`).
 *
 * @throws Refusal credentials-unavailable
 */
export function readStsResult(action: string, body: string): XmlMembers {
  return certainly(action, () => {
    const result = onlyOne(childrenOf(parseStrictXml(body, `${action}Response`)), `${action}Result`);
    return result === undefined ? undefined : childrenOf(result);
  });
}

/**
 * The text of a member that stands exactly once.
 *
 * @throws Refusal credentials-unavailable
 */
export function readStsText(members: XmlMembers, name: string): string {
  return certainly(name, () => (onlyOne(members, name) === undefined ? undefined : textOf(members, name)));
}

/**
 * The credentials of a result: one element of them, each member once, an end that is an RFC 3339 time.
 *
 * @throws Refusal credentials-unavailable
 */
export function readStsCredentials(result: XmlMembers, nowMs: number): Credentials {
  const members = certainly("Credentials", () => {
    const element = onlyOne(result, "Credentials");
    return element === undefined ? undefined : childrenOf(element);
  });
  return usableCredentials(
    {
      accessKeyId: readStsText(members, "AccessKeyId"),
      secretAccessKey: readStsText(members, "SecretAccessKey"),
      sessionToken: readStsText(members, "SessionToken"),
      expiresAtMs: epochMsOf(readStsText(members, "Expiration")),
    },
    nowMs,
  );
}

/** Reads an error answer; a page that is not AWS's has no code. */
export function readStsError(body: string): StsError {
  try {
    const error = onlyOne(childrenOf(parseStrictXml(body, "ErrorResponse")), "Error");
    const members = error === undefined ? new Map() : childrenOf(error);
    const code = onlyOne(members, "Code")?.text ?? "";
    return {
      code: ERROR_CODE.test(code) ? code : undefined,
      message: onlyOne(members, "Message")?.text ?? "",
    };
  } catch {
    return { code: undefined, message: "" };
  }
}

const ERROR_CODE = /^[\w.]{1,100}$/;

/** Whatever the children are called: AWS adds new ones, and only those that are asked for by name must stand once. */
function childrenOf(element: XmlElement): XmlMembers {
  const names = element.children.flatMap((child) => ("name" in child ? [child.name] : []));
  return membersOf(element, [], names);
}

function onlyOne(members: XmlMembers, name: string): XmlElement | undefined {
  const [element, second] = members.get(name) ?? [];
  return second === undefined ? element : undefined;
}

/** What the parser would say of an answer quotes it, and the answer holds a secret. */
function certainly<T>(what: string, read: () => T | undefined): T {
  let found: T | undefined;
  try {
    found = read();
  } catch {
    found = undefined;
  }
  if (found === undefined) throw unusable(`no ${what} that can be read for certain`);
  return found;
}

const RFC3339 = /^(?<local>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** NaN where the text is no RFC 3339 time, or names a day that the month has not. */
function epochMsOf(text: string): number {
  const local = RFC3339.exec(text)?.groups?.["local"];
  const day = Date.parse(`${local}Z`);
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 19) !== local) return Number.NaN;
  return Date.parse(text);
}
