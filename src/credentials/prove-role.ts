import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import { Refusal } from "../domain/refusal.ts";
import { isPrintable, unusable } from "./answered-credentials.ts";
import type { Broker } from "./broker.ts";
import { grants } from "./role-arn.ts";
import { readStsText } from "./sts-answer.ts";
import type { AskSts } from "./sts-question.ts";

/** Asks STS whose credentials these are: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
export type ProveRole = (credentials: Credentials, caller: Caller) => Promise<string>;

/** Makes the proof: GetCallerIdentity (AWS STS API, 2011-06-15), signed with the credentials in question. */
export function createProveRole(askSts: AskSts): ProveRole {
  return (credentials, caller) =>
    askSts({
      action: "GetCallerIdentity",
      parameters: [],
      caller,
      signedBy: credentials,
      read: (result) => {
        const arn = readStsText(result, "Arn");
        if (!isPrintable(arn)) throw unusable("GetCallerIdentity named nobody");
        return arn;
      },
    });
}

/**
 * Lets no credentials through but those that STS says hold the permitted role, under the permitted session's name:
 * neither the identity pool nor a broken answer can put another role in its place. The role is told with them.
 */
export function proven(broker: Broker, proveRole: ProveRole): Broker {
  return async (permit, caller) => {
    const credentials = await broker(permit, caller);
    const assumedRoleArn = await proveRole(credentials, caller);
    if (!grants(assumedRoleArn, permit)) {
      const { role, session } = permit;
      const wanted = session === undefined ? role : `${role} as ${session.name}`;
      throw new Refusal("role-mismatch", { detail: `${assumedRoleArn} is not ${wanted}` });
    }
    return { ...credentials, assumedRoleArn };
  };
}
