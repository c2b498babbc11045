import { describe, expect, it } from "vitest";
import { askedOfModel } from "../../../src/aws/api/asked.ts";
import { knownActionsOf } from "../../../src/aws/known-actions.ts";
import { anUpstream } from "../../support/asking.ts";
import { ARN, SHOP, shop, upstreamOf } from "./models.ts";

const actionOf = (resources: readonly string[] | undefined) => {
  const operations = { Do: { action: "shop:Do", ...(resources && { resources }) } };
  return knownActionsOf(upstreamOf({ ...SHOP, operations }, "shop"))[0];
};
const OWN = "arn:{partition}:shop:{region}:{account}:";

describe("the actions that a model's operations need", () => {
  it.each([
    [[`${OWN}shelf/{Name}`], { prefix: `${ARN}shelf/`, rest: "name" }],
    [[`${OWN}shelf/{Name|path}`], { prefix: `${ARN}shelf/`, rest: "any" }],
    [[`${OWN}shelf/{Name}:log:`], { prefix: `${ARN}shelf/`, rest: "any" }],
    [[`${OWN}all`], { prefix: `${ARN}all`, rest: "nothing" }],
    [["{Arn}"], { prefix: "arn:aws:", rest: "any" }],
    [[], { prefix: "*", rest: "nothing" }],
  ])("are on what %j can name", (resources, shape) => {
    const expected = { action: "shop:Do", asked: true, resources: [shape] };
    expect(actionOf(resources)).toMatchObject(expected);
    expect(actionOf(resources)).not.toHaveProperty("unknownResource");
  });

  it("are on nobody knows what where the table does not say, or a name may not", () => {
    expect(actionOf(undefined)).toMatchObject({ asked: true, resources: [], unknownResource: true });
    expect(actionOf([`${OWN}key/{Id|key}`])).toMatchObject({
      resources: [{ rest: "name" }],
      unknownResource: true,
    });
  });

  it("cover what the operation covers", () => {
    expect(askedOfModel(shop).find(({ action }) => action === "shop:PutItem")?.covers).toEqual([
      "shop:WriteItem",
    ]);
  });

  it("are none without a model", () => {
    expect(askedOfModel(anUpstream({ service: "shop" }))).toEqual([]);
  });
});
