import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:iot:{region}:{account}:";

/**
 * AWS IoT Core, data plane (API reference, 2015-05-28; Service Authorization Reference, AWS IoT; developer guide,
 * AWS IoT Core policy actions).
 */
export const IOTDATA: ApiModel = {
  endpointPrefix: "data-ats.iot",
  actionPrefix: "iot",
  protocols: ["rest-json"],
  operations: operations(
    "iot",
    [
      // A topic has slashes, which clients send as `%2F` or as they are.
      [
        [`${ARN}{topic|topic}`],
        `
          GetRetainedMessage GET /retainedMessage/{topic+}
          Publish POST /topics/{topic+}`,
      ],
      // A named shadow is a resource of its own.
      [
        [`${ARN}thing/{thingName}`, `${ARN}thing/{thingName}/{?name}`],
        `
          DeleteThingShadow DELETE /things/{thingName}/shadow
          GetThingShadow GET /things/{thingName}/shadow
          UpdateThingShadow POST /things/{thingName}/shadow`,
      ],
      [
        [`${ARN}thing/{thingName}`],
        "ListNamedShadowsForThing GET /api/things/shadow/ListNamedShadowsForThing/{thingName}",
      ],
      [[`${ARN}client/{clientId|text}`], "DeleteConnection DELETE /connections/{clientId}"],
      [NO_RESOURCE, "ListRetainedMessages GET /retainedMessage"],
    ],
    {
      Publish: {
        // With `?retain=true` it is that too.
        covers: ["RetainPublish"],
        headers: [
          "x-amz-mqtt5-correlation-data",
          "x-amz-mqtt5-payload-format-indicator",
          "x-amz-mqtt5-user-properties",
        ],
      },
    },
  ),
};
