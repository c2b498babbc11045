import type { IotAdmitted } from "../guard/admit-api.ts";
import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import type { IotPolicy, World } from "../world.ts";
import type { IotPolicies } from "./policies.ts";

/**
 * Does what AWS IoT's control plane was allowed to do.
 *
 * Source: AWS IoT API reference.
 *
 * @throws LocalError `ResourceNotFoundException` 404.
 */
export type ControlPlane = (admitted: Pick<IotAdmitted, "call">) => LocalAnswer;

/** Makes the control plane of a world's policies; each has one version. */
export function createControlPlane({ region, account }: World, policies: IotPolicies): ControlPlane {
  const arnOf = (name: string): string => `arn:aws:iot:${region}:${account}:policy/${name}`;
  const existing = (name: string): IotPolicy => {
    const policy = policies.find(name);
    if (policy !== undefined) return policy;
    throw new LocalError("ResourceNotFoundException", `Policy not found : ${name}`, 404);
  };
  return ({ call: { operation, policyName, target } }) => {
    if (operation === "ListAttachedPolicies") {
      const names = policies.attachedTo(target);
      return json({ policies: names.map((name) => ({ policyName: name, policyArn: arnOf(name) })) });
    }
    const { name, document } = existing(policyName);
    if (operation === "GetPolicy") {
      const policyDocument = JSON.stringify(document);
      return json({ policyName: name, policyArn: arnOf(name), policyDocument, defaultVersionId: "1" });
    }
    if (operation === "AttachPolicy") policies.attach(name, target);
    else policies.detach(name, target);
    return { status: 200, headers: {} };
  };
}

function json(content: unknown): LocalAnswer {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(content) };
}
