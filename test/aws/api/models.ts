import type { ApiModel } from "../../../src/aws/api/model.ts";
import { apiOf } from "../../../src/aws/api/api.ts";
import type { Upstream } from "../../../src/aws/service.ts";
import { anUpstream } from "../../support/asking.ts";

export const ARN = "arn:aws:shop:us-east-1:123456789012:";
const OWN = "arn:{partition}:shop:{region}:{account}:";

/** A service that speaks everything. */
export const SHOP: ApiModel = {
  endpointPrefix: "shop",
  actionPrefix: "shop",
  protocols: ["json", "query", "rest-json", "rpc-v2-cbor"],
  target: "Shop_20260101",
  jsonVersion: "1.1",
  apiVersion: "2026-01-01",
  operations: {
    PutItem: {
      action: "shop:PutItem",
      covers: ["shop:WriteItem"],
      route: "PUT /shelves/{Shelf}/items/{Item}",
      resources: [`${OWN}shelf/{Shelf}`],
    },
    GetReport: {
      action: "shop:GetReport",
      route: "GET /shelves/{Shelf}/items/report",
      headers: ["x-amz-report-type", "x-amzn-report-trace"],
      resources: [`${OWN}shelf/{Shelf}`],
    },
    ListItems: { action: "shop:ListItems", route: "GET /shelves/{Shelf}/items", resources: [] },
    ListSold: { action: "shop:ListSold", route: "GET /shelves/{Shelf}/items?state=Sold", resources: [] },
    Move: { action: "shop:Move", route: "POST /moves", resources: [`${OWN}shelf/{From.Name}`, "{To}"] },
    Say: { action: "shop:Say", route: "POST /topics/{topic+}", resources: [`${OWN}topic/{topic|text}`] },
    Tag: { action: "shop:Tag", route: "POST /tags/{Resource}", resources: ["{Resource}"] },
    Untag: { action: "shop:Untag", route: "DELETE /tags", resources: ["{?Resource}"] },
    Guess: { action: "shop:Guess", route: "POST /guesses/{Name}" },
    SyncMove: { action: "shop:Move", hostPrefix: "sync-", resources: [] },
  },
};

export const shop = anUpstream({ service: "shop", model: SHOP });
export const json = apiOf("json");
export const query = apiOf("query");
export const rest = apiOf("rest-json");
export const cbor = apiOf("rpc-v2-cbor");

/** The upstream of another model. */
export function upstreamOf(model: ApiModel, service: string, changes: Partial<Upstream> = {}): Upstream {
  return anUpstream({ service, model, ...changes });
}
