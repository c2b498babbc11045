import { isWebSocketUrl } from "./address.ts";
import { asMap, type Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import type { Config } from "./schema.ts";

/** Finds what is said of WebSockets where none are taken, and what AWS IoT Core needs and what is nothing to it. */
export function refuseWebSockets({ upstreams, aws }: Draft): readonly Found[] {
  return upstreams.flatMap(({ key, raw, fit }) => {
    if (fit === undefined) return [];
    const written = asMap(raw);
    const found = [
      ...oddScheme(fit, written["endpoint"]),
      ...oddSettings(fit),
      ...(fit.service === IOT ? [...nowhere(fit, aws), ...ofHttp(written)] : oddIotPolicy(fit)),
    ];
    return found.map((one) => ({ ...one, path: ["upstreams", key, ...one.path] }));
  });
}

type Settings = Config["upstreams"][string];

const IOT = "iotdevicegateway";

/** HTTP has a scheme of its own, and by that of WebSockets somebody means that these are taken. */
function oddScheme({ service, websocket }: Settings, endpoint: unknown): Found[] {
  if (typeof endpoint !== "string" || !isWebSocketUrl(endpoint) || service === IOT) return [];
  if (service === "execute-api" && websocket !== undefined) return [];
  const remedy = service === "execute-api" ? ", or websocket: {} where it is a WebSocket API" : "";
  return [{ path: ["endpoint"], message: `no WebSockets are taken here; write https:${remedy}` }];
}

function oddSettings({ service, websocket }: Settings): Found[] {
  if (websocket === undefined) return [];
  const path = ["websocket"];
  if (service !== IOT && service !== "execute-api")
    return [{ path, message: `WebSockets are API Gateway's and ${IOT}'s, and this is ${service}` }];
  if (!websocket.queryToken || websocket.origins.length > 0) return [];
  return [{ path: [...path, "queryToken"], message: NO_PAGES }];
}

const NO_PAGES = "only pages bring a token in the query: name them in websocket.origins, or leave it out";

function nowhere({ endpoint }: Settings, aws: Draft["aws"]): Found[] {
  const isThere = endpoint !== undefined || aws === undefined || aws.endpoint !== undefined;
  return isThere ? [] : [{ path: [], message: NO_HOST }];
}

const NO_HOST =
  "each account has a host of its own, as aws iot describe-endpoint --endpoint-type iot:Data-ATS tells: write endpoint: wss://PREFIX-ats.iot.REGION.amazonaws.com";

/** What is of requests and answers, of which there are none but the handshake. */
function ofHttp(written: Readonly<Record<string, unknown>>): Found[] {
  return (["cors", "maxBody", "allowHeaders", "allowQuery"] as const)
    .filter((key) => written[key] !== undefined)
    .map((key) => ({ path: [key], message: key === "cors" ? NO_CORS : NO_HTTP }));
}

const NO_CORS = "a WebSocket needs no CORS: name the pages that may open one in websocket.origins";
const NO_HTTP = "it is of HTTP requests, and this upstream takes WebSockets alone; leave it out";

function oddIotPolicy({ service, iotPolicy }: Settings): Found[] {
  if (iotPolicy === undefined) return [];
  return [{ path: ["iotPolicy"], message: `an IoT policy is for ${IOT}, and this is ${service}` }];
}
