import { Refusal } from "../../domain/refusal.ts";
import { membersOf, parseStrictXml } from "../strict-xml.ts";

/** What a request to restore may say of the copy that is made for a while (API reference, RestoreRequest). */
const MEMBERS = ["Days", "Description", "GlacierJobParameters", "Tier"];
/** Members of a select on an archived object, whose result is written wherever the body says. */
const ELSEWHERE = ["Type", "SelectParameters", "OutputLocation"];

/**
 * Reads the body of RestoreObject, and refuses what does more than to restore.
 *
 * @param text empty where everything is left to S3
 * @throws Refusal body-malformed, operation-unknown
 */
export function checkRestoreObject(text: string): void {
  if (text === "") return;
  const members = membersOf(parseStrictXml(text, "RestoreRequest"), [...MEMBERS, ...ELSEWHERE]);
  if (ELSEWHERE.some((name) => members.has(name))) {
    throw new Refusal("operation-unknown", {
      detail: "S3 RestoreObject with a result that is written elsewhere",
    });
  }
}
