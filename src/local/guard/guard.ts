import type { IamContext } from "../iam/context.ts";
import { LocalError } from "../request.ts";
import type { LocalRequest } from "../request.ts";
import type { Session, Sessions } from "../session.ts";
import type { World } from "../world.ts";
import { admitDynamoDb, admitS3, admitSts } from "./admit.ts";
import type { AdmitTools, DynamoDbAdmitted, Identified, S3Admitted, StsAdmitted } from "./admit.ts";
import { readAuthorization } from "./authorization.ts";
import type { Authorization } from "./credential.ts";
import type { KeySchemaOf } from "./dynamodb-request.ts";
import { accessDenied, createPermissions, sessionContext } from "./permissions.ts";
import { readHead, singleHeader } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";
import { rulesOf } from "./service-rules.ts";
import { createVerifier } from "./sigv4.ts";

/** What a guard needs. */
export interface GuardOptions {
  readonly world: World;
  readonly sessions: Pick<Sessions, "find">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly keySchemaOf: KeySchemaOf;
  /** Told what each verified request needs, allowed or not. */
  readonly observe?: (seen: readonly Seen[]) => void;
  /** Which secret a session is held to; its own by default. A test that says otherwise proves that it is looked at. */
  readonly secretOf?: (session: Session) => string;
}

/** A requirement as it was read from signed bytes. */
export interface Seen {
  /** The signing name. */
  readonly service: string;
  readonly action: string;
  readonly resource: string;
}

/** What only the connection knows of a request. */
export interface Connection {
  readonly sourceIp?: string;
  /** Over TLS; false by default. */
  readonly secure?: boolean;
}

/** A request that is authentic and allowed; its body is as authentic as far as it was read. */
export type Admitted = S3Admitted | DynamoDbAdmitted | StsAdmitted;

/**
 * Lets a request through or says why not.
 *
 * @throws LocalError in the dialect of the service.
 */
export type Guard = (request: LocalRequest, connection?: Connection) => Promise<Admitted>;

/** Makes the gate of the stand-in: signature, session, content and IAM, as strict as AWS. */
export function createGuard(options: GuardOptions): Guard {
  const { world, sessions, now, keySchemaOf, secretOf } = options;
  const verifier = createVerifier({
    sessions,
    now,
    region: world.region,
    ...(secretOf === undefined ? {} : { secretOf }),
  });
  const place = { account: world.account, region: world.region };
  const tools: AdmitTools = { verifier, place, keySchemaOf, authorize: createAuthorizer(options) };
  return async (request, connection = {}) => {
    const head = readHead(request);
    const authorization = readAuthorization(head);
    const session = verifier.identify(head, authorization);
    const context = requestContext(head, { authorization, session, connection, nowMs: now() });
    return admit(tools, { request, head, authorization, session, context });
  };
}

function admit(tools: AdmitTools, identified: Identified): Promise<Admitted> {
  const { service } = identified.authorization.scope;
  switch (service) {
    case "s3":
      return admitS3(tools, identified);
    case "dynamodb":
      return admitDynamoDb(tools, identified);
    case "sts":
      return admitSts(tools, identified);
    default:
      throw new LocalError("UnknownOperationException", `The stand-in has no service ${service}.`, 404);
  }
}

function createAuthorizer({ world, observe }: GuardOptions): AdmitTools["authorize"] {
  const permissions = createPermissions(world);
  return ({ session, context, authorization }, requirements, resourceMayAllow) => {
    const { service } = authorization.scope;
    observe?.(requirements.map(({ action, resource }) => ({ service, action, resource })));
    for (const requirement of requirements) {
      const verdict = permissions(session, requirement, context);
      const isLeft =
        resourceMayAllow !== undefined && verdict.decision === "implicit-deny" && verdict.withinSession;
      if (verdict.decision !== "allow" && !isLeft) {
        throw accessDenied(session, requirement, verdict, rulesOf(service).dialect);
      }
    }
  };
}

function requestContext(
  head: RequestHead,
  facts: {
    readonly authorization: Authorization;
    readonly session: Session;
    readonly connection: Connection;
    readonly nowMs: number;
  },
): IamContext {
  const { authorization, session, connection, nowMs } = facts;
  const given: Readonly<Record<string, string | undefined>> = {
    "aws:SourceIp": connection.sourceIp,
    "aws:UserAgent": singleHeader(head, "user-agent"),
    "aws:Referer": singleHeader(head, "referer"),
  };
  return {
    ...sessionContext(session, nowMs),
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as IamContext),
    "aws:RequestedRegion": authorization.scope.region,
    "aws:SecureTransport": String(connection.secure === true),
    "s3:authType": authorization.form === "header" ? "REST-HEADER" : "REST-QUERY-STRING",
  };
}
