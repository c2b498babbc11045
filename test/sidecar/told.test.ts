import { expect, it } from "vitest";
import { Refusal } from "../../src/domain/refusal.ts";
import { told } from "../../src/sidecar/told.ts";

it.each<readonly [string, unknown, string]>([
  [
    "a refusal with what is known besides",
    new Refusal("keys-unavailable", { detail: "the key set answered 403" }),
    "keys-unavailable: the key set answered 403",
  ],
  [
    "an error by the code at the bottom of it",
    new Error("outward call: unreachable", {
      cause: new Error("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) }),
    }),
    "outward call: unreachable: ECONNREFUSED",
  ],
  [
    "a cause by its name, and not by a message that may quote what was read",
    new Refusal("keys-unavailable", { cause: new SyntaxError('Unexpected token "secret"') }),
    "keys-unavailable: SyntaxError",
  ],
  ["what is no error", "gone", "gone"],
])("tells %s", (_what, error, line) => expect(told(error)).toBe(line));
