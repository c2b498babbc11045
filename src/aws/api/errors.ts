import { encode } from "cborg";
import { exceptionFor } from "../exceptions.ts";
import type { RefusalAnswer, RefusalView } from "../service.ts";

const CORAL = "com.amazon.coral.service#";

/** What AWS calls what went wrong at its own side (Common errors). */
const FAILED = "InternalFailure";

const nameOf = ({ code, status }: RefusalView): string => exceptionFor(code, status, FAILED);

/** Services with one path say 400 for whatever the client could mend, but 413 for a body that is too large. */
const rpcStatus = ({ status }: RefusalView): number => (status >= 500 || status === 413 ? status : 400);

/** AWS says 403 of missing and of bad credentials. */
const webStatus = ({ status }: RefusalView): number => (status === 401 ? 403 : status);

/**
 * In AWS JSON: the type in body and header. There is no `x-amzn-query-error`, which would have to be another for each
 * service: without it clients that know it take the type.
 */
export function refuseInJson(view: RefusalView): RefusalAnswer {
  const name = nameOf(view);
  return {
    status: rpcStatus(view),
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amzn-errortype": name,
      "x-amzn-requestid": view.requestId,
    },
    body: JSON.stringify({ __type: CORAL + name, message: view.sentence }),
  };
}

/** In rest-json: the type in the header alone. */
export function refuseInRestJson(view: RefusalView): RefusalAnswer {
  return {
    status: webStatus(view),
    headers: {
      "content-type": "application/json",
      "x-amzn-errortype": nameOf(view),
      "x-amzn-requestid": view.requestId,
    },
    body: JSON.stringify({ message: view.sentence }),
  };
}

/** In Smithy RPC v2 CBOR: the type in the body alone. */
export function refuseInCbor(view: RefusalView): RefusalAnswer {
  return {
    status: rpcStatus(view),
    headers: {
      "content-type": "application/cbor",
      "smithy-protocol": "rpc-v2-cbor",
      "x-amzn-requestid": view.requestId,
    },
    body: encode({ __type: CORAL + nameOf(view), message: view.sentence }),
  };
}

/** Where the query protocol has other codes than the names of exceptions without their ends. */
const QUERY_CODES: Readonly<Partial<Record<string, string>>> = {
  SerializationException: "MalformedInput",
  UnknownOperationException: "InvalidAction",
  UnrecognizedClientException: "InvalidClientTokenId",
  ValidationException: "ValidationError",
};

/** In the query protocol: XML. */
export function refuseInXml(view: RefusalView): RefusalAnswer {
  return inXml(view, QUERY_CODES);
}

/** Amazon SNS has another word for what is not allowed (API reference, Publish, errors). */
const SNS_CODES: typeof QUERY_CODES = { ...QUERY_CODES, AccessDeniedException: "AuthorizationError" };

/** As {@link refuseInXml}, in the words of SNS. */
export function refuseAsSns(view: RefusalView): RefusalAnswer {
  return inXml(view, SNS_CODES);
}

function inXml(view: RefusalView, codes: typeof QUERY_CODES): RefusalAnswer {
  const name = nameOf(view);
  const code = codes[name] ?? name.replace(/Exception$/, "");
  const type = view.status >= 500 ? "Receiver" : "Sender";
  return {
    status: webStatus(view),
    headers: { "content-type": "text/xml", "x-amzn-requestid": view.requestId },
    body:
      `<ErrorResponse><Error><Type>${type}</Type><Code>${code}</Code>` +
      `<Message>${escapeXml(view.sentence)}</Message></Error>` +
      `<RequestId>${escapeXml(view.requestId)}</RequestId></ErrorResponse>`,
  };
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
