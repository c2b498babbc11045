import { getOrAdd } from "../domain/get-or-add.ts";
import type { KnownAction, ResourceShape } from "../domain/known-action.ts";
import {
  DYNAMODB_ACTIONS,
  EXECUTE_API_ACTIONS,
  IOT_DATA_ACTIONS,
  LAMBDA_ACTIONS,
  S3_ACTIONS,
} from "./action-names.ts";
import { ACTION_SIBLINGS } from "./action-siblings.ts";
import { askedOfModel } from "./api/asked.ts";
import type { Asked } from "./asked.ts";
import { askedOfDynamoDb } from "./dynamodb/asked.ts";
import { askedOfExecuteApi } from "./execute-api/asked.ts";
import { askedOfMqtt } from "./iot/asked.ts";
import { askedOfLambdaUrl } from "./lambda-url/asked.ts";
import { askedOfS3 } from "./s3/asked.ts";
import type { Upstream } from "./service.ts";

interface ServiceActions {
  readonly asked: (upstream: Upstream) => readonly Asked[];
  readonly names: readonly string[];
}

/** A line for each service of `services.ts` that has a module of its own. */
const ACTIONS: Readonly<Record<string, ServiceActions>> = {
  s3: { asked: askedOfS3, names: S3_ACTIONS },
  dynamodb: { asked: askedOfDynamoDb, names: DYNAMODB_ACTIONS },
  "execute-api": { asked: askedOfExecuteApi, names: EXECUTE_API_ACTIONS },
  iotdevicegateway: { asked: askedOfMqtt, names: IOT_DATA_ACTIONS },
};

/** Of the URL of a function, which shares its signing name with Lambda's own API. */
const OF_FUNCTION_URL: ServiceActions = { asked: askedOfLambdaUrl, names: LAMBDA_ACTIONS };

/**
 * Every IAM action of an upstream's service, each once: first those that its requests can need, as the tables of
 * operations say, then the others that IAM knows. Empty for a service that Postern does not read.
 *
 * @throws Refusal internal: an upstream without the account that its ARNs need
 */
export function knownActionsOf(upstream: Upstream): readonly KnownAction[] {
  const service = actionsOf(upstream);
  if (service === undefined) return [];
  const ways = waysByAction(service.asked(upstream));
  const actions = new Set([...ways.keys(), ...service.names]);
  return Array.from(actions, (action) => knownAction(action, ways));
}

/** The ways in which requests need each action, by its name. */
type Ways = ReadonlyMap<string, readonly Asked[]>;

function waysByAction(asked: readonly Asked[]): Ways {
  const ways = new Map<string, Asked[]>();
  for (const one of asked) getOrAdd(ways, one.action, (): Asked[] => []).push(one);
  return ways;
}

function actionsOf({ service, functionName, model }: Upstream): ServiceActions | undefined {
  if (functionName !== undefined) return OF_FUNCTION_URL;
  if (model !== undefined) return { asked: askedOfModel, names: service === "lambda" ? LAMBDA_ACTIONS : [] };
  return Object.entries(ACTIONS).find(([name]) => name === service)?.[1];
}

function knownAction(action: string, all: Ways): KnownAction {
  const ways = all.get(action) ?? [];
  const known = ways.filter(({ unknownResource }) => unknownResource !== true);
  return {
    action,
    asked: ways.length > 0,
    resources: shapesOf(known),
    ...(known.length < ways.length && { unknownResource: true }),
    siblings: siblingsOf(action, all),
  };
}

function shapesOf(asked: readonly Asked[]): readonly ResourceShape[] {
  const shapes = asked.map(({ resource }) => [`${resource.prefix} ${resource.rest}`, resource] as const);
  return [...new Map(shapes).values()];
}

/** Without those that a deny of the action holds anyway, since every request for them covers it. */
function siblingsOf(action: string, all: Ways): readonly string[] {
  return (ACTION_SIBLINGS.get(action) ?? []).filter((sibling) => {
    const ways = all.get(sibling) ?? [];
    return ways.length === 0 || !ways.every(({ covers }) => covers.includes(action));
  });
}
