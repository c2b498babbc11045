import { isObject, type JsonObject, own, parseStrictJson } from "../aws/strict-json.ts";
import { matchesAction } from "../policy/pattern.ts";
import { bindingOf, type IotBinding, isBoundByCondition, listOf } from "./iot-policy-binding.ts";

/** What is to be said of an IoT policy that each identity gets. */
export interface IotPolicyFitness {
  /** Why it must not be attached to each identity that comes; undefined where it may. */
  readonly problem: string | undefined;
  /**
   * Whether it gives by `${iot:ClientId}`, and does not itself say which client id is whose. The client chooses that id, and
   * `client/${iot:ClientId}` allows each, so that `iot:Connect` has to be bound elsewhere: in the IAM policy of the role. False
   * where there is a problem.
   */
  readonly bindsClientIdOnly: boolean;
}

/**
 * Judges whether an IoT policy may be attached to each identity that comes.
 *
 * A policy that is the same for all gives each of them what the others have. So everything that it allows has to name a policy
 * variable, in the resource itself or in a condition of its statement; or it is a single name, which was written out on
 * purpose. Resources that name `${iot:ClientId}` are those of the identity only where its client id is. A condition says
 * whose connection it is, and not what it may do there. What cannot be read is not attached.
 *
 * @param document JSON, as AWS IoT keeps it
 */
export function judgeIotPolicy(document: string): IotPolicyFitness {
  let statements: readonly unknown[];
  try {
    statements = listOf(own(parseStrictJson(document), "Statement"));
  } catch {
    return unfit("its document cannot be read");
  }
  if (statements.length === 0) return unfit("it has no statement");
  const grants: Grant[] = [];
  for (const [index, statement] of statements.entries()) {
    const granted = grantsOf(statement);
    if (typeof granted === "string") return unfit(`statement ${index + 1} ${granted}`);
    grants.push(...granted);
  }
  // What is denied binds nothing that is allowed.
  return grants.every(({ binding }) => binding === "name")
    ? unfit("nothing in it is bound to the identity")
    : { problem: undefined, bindsClientIdOnly: leavesClientId(grants) };
}

function unfit(problem: string): IotPolicyFitness {
  return { problem, bindsClientIdOnly: false };
}

/** One thing that a policy allows. */
interface Grant {
  readonly binding: IotBinding;
  /** Whether it is to connect, as some client. */
  readonly connects: boolean;
}

/** What a statement allows, or what is wrong with it. */
function grantsOf(statement: unknown): readonly Grant[] | string {
  if (!isObject(statement)) return "cannot be read";
  const effect = own(statement, "Effect");
  if (effect === "Deny") return [];
  if (effect !== "Allow") return "neither allows nor denies";
  const mayConnect = allowsConnect(statement);
  if (isBoundByCondition(own(statement, "Condition"))) return [{ binding: "identity", connects: mayConnect }];
  const resources = listOf(own(statement, "Resource"));
  if (resources.length === 0) return "allows all but some resources";
  const grants: Grant[] = [];
  for (const resource of resources) {
    const binding = bindingOf(resource);
    if (binding === undefined)
      return "allows what is not bound to the identity by a policy variable, such as ${iot:ClientId}";
    grants.push({ binding, connects: mayConnect && !OF_NO_CLIENT.test(String(resource)) });
  }
  return grants;
}

/** The ARN of something else than a client, which nobody connects as. */
const OF_NO_CLIENT = /^arn:[^:]*:iot:[^:]*:[^:]*:(?!client\/)[a-z]+\//;

function isConnect(action: unknown): boolean {
  return typeof action === "string" && matchesAction(action, "iot:Connect");
}

function allowsConnect(statement: JsonObject): boolean {
  const others = own(statement, "NotAction");
  return others === undefined
    ? listOf(own(statement, "Action")).some(isConnect)
    : !listOf(others).some(isConnect);
}

/** Whether something goes by the client id, and that is not bound wherever connecting is allowed. */
function leavesClientId(grants: readonly Grant[]): boolean {
  const connecting = grants.filter(({ connects }) => connects);
  const isBound = connecting.length > 0 && connecting.every(({ binding }) => binding !== "client");
  return !isBound && grants.some(({ binding }) => binding === "client");
}
