import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cached } from "../../src/credentials/cached.ts";
import type { Credentials } from "../../src/domain/credentials.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { ADMIN, ANALYST, callerOf, permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";

/** What an exchange was made for, and how it ended. */
interface Exchanged {
  readonly who: string;
  readonly token: string;
  readonly tokenEndsAtMs: number;
  readonly credentials: Credentials;
}

type Step =
  | { readonly kind: "ask"; readonly person: number; readonly token: number; readonly role: number }
  | { readonly kind: "end"; readonly how: "give" | "deny" | "fail"; readonly lifeMs: number }
  | { readonly kind: "wait"; readonly ms: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("ask" as const),
        person: fc.nat(2),
        token: fc.nat(2),
        role: fc.nat(2),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("end" as const),
        how: fc.constantFrom("give" as const, "give" as const, "deny" as const, "fail" as const),
        lifeMs: fc.integer({ min: 1, max: 3_600_000 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(2_000_000) }) },
  ),
  { maxLength: 80 },
);

const ROLES = [ANALYST, ADMIN, "pool"];
const nameOf = (person: number, role: number) => `${person} as ${ROLES[role]}`;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Plays the steps against a broker whose exchanges end when the steps say so, and checks what comes of each. */
async function play(sequence: readonly Step[], maxCallers: number): Promise<void> {
  let nowMs = NOW;
  const exchanged = new Map<string, Exchanged>();
  const underWay: { readonly who: string; readonly end: (step: Step & { kind: "end" }) => void }[] = [];
  const waiting = new Set<Promise<unknown>>();
  const broker = cached(
    ({ role }, { subject, login, expiresAtMs }) =>
      new Promise<Credentials>((resolve, reject) => {
        const who = `${subject} as ${role}`;
        // Never two exchanges at once for one caller in one role.
        expect(underWay.map((one) => one.who)).not.toContain(who);
        underWay.push({
          who,
          end: ({ how, lifeMs }) => {
            if (how === "deny") return reject(new Refusal("credentials-refused"));
            if (how === "fail") return reject(new Refusal("credentials-unavailable"));
            const credentials = {
              accessKeyId: `key ${exchanged.size}`,
              secretAccessKey: "s",
              sessionToken: "t",
              expiresAtMs: nowMs + lifeMs,
            };
            exchanged.set(credentials.accessKeyId, {
              who,
              token: login?.token ?? "",
              tokenEndsAtMs: expiresAtMs,
              credentials,
            });
            return resolve(credentials);
          },
        });
      }),
    { now: () => nowMs, onLookup: () => {}, maxCallers },
  );

  const ask = ({ person, token, role }: Step & { kind: "ask" }): void => {
    const who = nameOf(person, role);
    const caller = callerOf({
      subject: String(person),
      digest: String(person),
      token: `token ${token} of ${person}`,
      expiresAtMs: NOW + (token + 1) * 3_000_000,
    });
    if (caller.expiresAtMs <= nowMs) return;
    const answer = broker.obtain(permitOf(ROLES[role]), caller);
    if (!(answer instanceof Promise)) {
      const made = exchanged.get(answer.accessKeyId);
      expect(made?.who).toBe(who);
      // What is at hand has ended neither itself nor with the token it was got with.
      expect(nowMs).toBeLessThan(Math.min(answer.expiresAtMs, made?.tokenEndsAtMs ?? 0));
      return;
    }
    const checked = answer.then(
      (credentials) => expect(exchanged.get(credentials.accessKeyId)?.who).toBe(who),
      (error: unknown) => expect(error).toBeInstanceOf(Refusal),
    );
    waiting.add(checked.finally(() => waiting.delete(checked)));
  };

  for (const step of sequence) {
    if (step.kind === "ask") ask(step);
    else if (step.kind === "wait") nowMs += step.ms;
    else underWay.shift()?.end(step);
    await settled();
  }
  for (let one = underWay.shift(); one !== undefined; one = underWay.shift()) {
    one.end({ kind: "end", how: "give", lifeMs: 1000 });
    await settled();
  }
  await Promise.all(waiting);
}

describe("the cache of credentials", () => {
  it("S2.5 gives nobody what was got for another person or role, or for a token that has ended", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 10 }), (sequence, maxCallers) =>
        play(sequence, maxCallers),
      ),
      { numRuns: 300 },
    );
  });
});
