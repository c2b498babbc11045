import type { Reply } from "../outbound/call.ts";

/** An error of one of AWS's JSON APIs. */
export interface JsonError {
  /** Such as `NotAuthorizedException`; undefined where the answer is not AWS's own. */
  readonly code: string | undefined;
  /** AWS's own words, which may quote what was sent; empty where there are none. */
  readonly message: string;
}

/** Reads an error answer: its name stands in the body or in a header, with more or less around it. */
export function readJsonError({ body, headers }: Reply): JsonError {
  const { __type: type, message, Message } = membersOf(body);
  const words = message ?? Message;
  return {
    code: codeIn(type ?? headers["x-amzn-errortype"]),
    message: typeof words === "string" ? words : "",
  };
}

/** `NotAuthorizedException` out of `com.example#NotAuthorizedException:` and the like. */
function codeIn(named: unknown): string | undefined {
  return typeof named === "string"
    ? /^(?:[^#]*#)?(?<code>\w{1,100})(?::|$)/.exec(named)?.groups?.["code"]
    : undefined;
}

interface Members {
  readonly __type?: unknown;
  readonly message?: unknown;
  readonly Message?: unknown;
}

function membersOf(body: string): Members {
  try {
    return (JSON.parse(body) as Members | null) ?? {};
  } catch {
    return {}; // a gateway's page in place of AWS's JSON
  }
}
