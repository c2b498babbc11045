import type { RefusalAnswer, RefusalView } from "../../aws/service.ts";
import { type Headers, readHeaders } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { Pipeline } from "../pipeline.ts";
import type { Visit } from "../visit.ts";
import { type GivenCredentials, inSeconds } from "./given-credentials.ts";
import type { Page } from "./page.ts";
import { readRole, realCredentials } from "./real-credentials.ts";

/**
 * `/.postern/credentials`: what an SDK is to sign with. Its placeholders sign nothing that AWS would take: with them goes
 * the caller's own token as session token, which is what counts here.
 */
export const CREDENTIALS: Page = {
  method: "GET",
  isOn: ({ credentials }) => credentials !== undefined,
  isForBrowsers: false,
  takes: ["query"],
  word: refuseAsContainer,
  answer: containerCredentials,
};

/** Marks of a browser, of a proxy in between, and of a second credential: an SDK that asks for credentials sends none of them. */
const FOREIGN =
  /^(?:cookie2?|forwarded|origin|via|sec-fetch-.*|x-forwarded-.*|x-amz-security-token|x-postern-(?:id-)?token)$/;

/** A JSON Web Token, with or without a scheme: SDKs send what is in a token file as it stands. */
const AUTHORIZATION = /^(?:bearer +)?(?<token>[\w-]+\.[\w-]+\.[\w-]+)$/i;

/** @throws Refusal method-not-allowed, header-not-allowed, query-not-allowed, role-not-granted, and as the token's */
async function containerCredentials(stages: Pipeline, visit: Visit): Promise<GivenCredentials> {
  visit.operationName = "credentials";
  const { method, target, headers } = visit.head;
  if (method !== "GET") throw new Refusal("method-not-allowed");
  const token = tokenOf(headers);
  visit.head = { method, target, headers: readHeaders(["authorization", `Bearer ${token}`]) };
  const role = readRole(target, stages.selfService.credentials?.real === true);
  const caller = await stages.authenticate(visit.head.headers);
  visit.caller = caller;
  visit.stages.enter("answer");
  if (role !== undefined) return realCredentials(stages, visit, caller, role);
  visit.handedOut = "credentials";
  return {
    AccessKeyId: "POSTERNPLACEHOLDER00",
    SecretAccessKey: "placeholder",
    Token: token,
    Expiration: inSeconds(caller.expiresAtMs),
  };
}

function tokenOf(headers: Headers): string {
  for (const [name] of headers.entries()) {
    if (FOREIGN.test(name.replaceAll("_", "-")))
      throw new Refusal("header-not-allowed", { detail: `${name} where credentials are asked for` });
  }
  const authorization = headers.get("authorization");
  if (authorization === undefined) throw new Refusal("token-missing");
  const token = AUTHORIZATION.exec(authorization)?.groups?.["token"];
  if (token === undefined)
    throw new Refusal("token-malformed", { detail: "an Authorization that is no token" });
  return token;
}

/** As the container provider of the SDKs reads a refusal. */
function refuseAsContainer({ code, sentence, status, requestId }: RefusalView): RefusalAnswer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ Code: code, Message: sentence, requestId }),
  };
}
