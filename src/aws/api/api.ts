import type { Service } from "../service.ts";
import { faultOfCbor, faultOfJson, faultOfQuery } from "../signature-fault.ts";
import { recogniseCbor } from "./cbor.ts";
import { refuseAsSns, refuseInCbor, refuseInJson, refuseInRestJson, refuseInXml } from "./errors.ts";
import { recogniseJson } from "./json.ts";
import type { Protocol } from "./model.ts";
import { recogniseQuery } from "./query.ts";
import { recogniseRestJson } from "./rest-json.ts";

type Spoken = Pick<Service, "recognise" | "refuse" | "faultOf">;

const SPOKEN: Readonly<Record<Protocol, Spoken>> = {
  json: { recognise: recogniseJson, refuse: refuseInJson, faultOf: faultOfJson },
  query: { recognise: recogniseQuery, refuse: refuseInXml, faultOf: faultOfQuery },
  "rest-json": { recognise: recogniseRestJson, refuse: refuseInRestJson, faultOf: faultOfJson },
  "rpc-v2-cbor": { recognise: recogniseCbor, refuse: refuseInCbor, faultOf: faultOfCbor },
};

/** A table does not say what may be done twice; and none of these services sends requests elsewhere. */
const serviceOf = (spoken: Spoken): Service => ({
  ...spoken,
  redirectOf: () => undefined,
  speaker: "aws",
  repeats: "idempotent",
});

const SERVICES: Readonly<Record<Protocol, Service>> = {
  json: serviceOf(SPOKEN.json),
  query: serviceOf(SPOKEN.query),
  "rest-json": serviceOf(SPOKEN["rest-json"]),
  "rpc-v2-cbor": serviceOf(SPOKEN["rpc-v2-cbor"]),
};

const SNS: Service = { ...SERVICES.query, refuse: refuseAsSns };

/**
 * The service that speaks a protocol: what it can do says the model of its upstream.
 *
 * @param name signing name, where the service has words of its own
 */
export function apiOf(protocol: Protocol, name = ""): Service {
  return name === "sns" && protocol === "query" ? SNS : SERVICES[protocol];
}
