import { document, flag, list, mapOf, matching, object, oneOf, text } from "./shape.ts";

const apiId = matching(/^[a-z0-9]{1,64}$/, "lower-case letters and digits");
const stage = matching(/^(?:\$default|[A-Za-z0-9_-]{1,128})$/, "a stage such as prod or $default");
const name = matching(/^[A-Za-z0-9_-]{1,80}$/, "a name of letters, digits, _ and -");

/** The readers of what is in a world for APIs, functions and the smaller services. */
export const API_READERS = {
  apis: list(
    object(
      { id: apiId, name: text, stages: list(stage), authorizer: oneOf("iam", "cognito") },
      {
        scopes: list(text),
        routes: list(matching(/^[A-Z]+ \/\S*$/, "a route such as GET /orders/{id}")),
        websocket: flag,
        connections: list(text),
      },
    ),
  ),
  domains: mapOf(
    list(
      object(
        { api: apiId, stage },
        { basePath: matching(/^[\w.~-]+(?:\/[\w.~-]+)*$/, "a base path without / at either end") },
      ),
    ),
  ),
  functions: list(object({ name }, { urlId: apiId })),
  queues: list(name),
  topics: list(name),
  stateMachines: list(name),
  streams: list(name),
  iotPolicies: list(
    object(
      { name: matching(/^[\w+=,.@-]{1,128}$/, "a policy name of letters, digits and +=,.@-"), document },
      { attachedTo: list(text) },
    ),
  ),
} as const;
