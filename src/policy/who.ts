import { type Caller, claimStrings } from "../domain/caller.ts";
import type { WhoDocument } from "./document.ts";

type Test = (caller: Caller) => boolean;

/** Makes the test of whom a rule is about; without a `who` it is about everybody. */
export function compileWho(who: WhoDocument = {}): Test {
  const tests: Test[] = [];
  const { authenticated, issuers, groups, claims = {} } = who;
  if (authenticated === true) tests.push((caller) => caller.kind === "user");
  if (issuers !== undefined) {
    const wanted = new Set(issuers);
    tests.push((caller) => wanted.has(caller.issuer));
  }
  if (groups !== undefined) {
    const wanted = new Set(groups);
    tests.push((caller) => caller.groups.some((group) => wanted.has(group)));
  }
  for (const [claim, values] of Object.entries(claims)) {
    const wanted = new Set(typeof values === "string" ? [values] : values);
    tests.push((caller) => claimStrings(caller.claims[claim]).some((value) => wanted.has(value)));
  }
  return (caller) => tests.every((test) => test(caller));
}
