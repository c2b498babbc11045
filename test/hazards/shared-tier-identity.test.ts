import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Broker } from "../../src/credentials/broker.ts";
import { type CachedBroker, cached, type Lookup } from "../../src/credentials/cached.ts";
import { createSeal, parseKeyFile } from "../../src/credentials/seal.ts";
import { shared } from "../../src/credentials/shared.ts";
import { createSharedStore } from "../../src/credentials/shared-store.ts";
import type { Permit } from "../../src/domain/decision.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { ADMIN, ANALYST, callerOf, permitOf } from "../support/callers.ts";
import { createMemoryStore, type MemoryStore } from "../support/memory-store.ts";
import { NOW } from "../support/signed-tokens.ts";

/** Who asks for what, and through which of two sidecars. */
interface Ask {
  readonly process: 0 | 1;
  readonly person: "anna" | "bert";
  readonly token: 0 | 1;
  readonly role: string;
  readonly session: "" | "narrow" | "wide";
}

type Turn =
  | ({ readonly kind: "ask" } & Ask)
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "settle" }
  | { readonly kind: "shuffle"; readonly seed: number };

const asks = fc.record({
  kind: fc.constant("ask" as const),
  process: fc.constantFrom(0 as const, 1 as const),
  person: fc.constantFrom("anna" as const, "bert" as const),
  token: fc.constantFrom(0 as const, 1 as const),
  role: fc.constantFrom(ANALYST, ADMIN, "pool"),
  session: fc.constantFrom("" as const, "narrow" as const, "wide" as const),
});
const waits = fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(1_500_000) });
/** Somebody who can write to the store puts every value where another was. */
const shuffles = fc.record({ kind: fc.constant("shuffle" as const), seed: fc.nat(10) });
/** Everything under way comes to its end. */
const settlings = fc.constant({ kind: "settle" as const });
const turns = fc.array<Turn>(
  fc.oneof(
    { weight: 12, arbitrary: asks },
    { weight: 1, arbitrary: waits },
    { weight: 3, arbitrary: settlings },
    { weight: 1, arbitrary: shuffles },
  ),
  { minLength: 10, maxLength: 80 },
);

const nameOf = ({ person, role, session }: Record<"person" | "role" | "session", string>) =>
  `${person} as ${role} in ${session}`;

function permitFor({ role, session: digest }: Ask): Permit {
  const session = {
    name: "x",
    sourceIdentity: undefined,
    tags: [],
    policy: undefined,
    durationSeconds: 3600,
    digest,
  };
  return { ...permitOf(role), session: digest === "" ? undefined : session };
}

function sealOfTest() {
  const parsed = parseKeyFile(`k:${Buffer.alloc(32, 1).toString("base64")}`);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return createSeal({ keys: parsed.keys, deployment: "postern" });
}

function shuffle({ values }: MemoryStore, seed: number): void {
  const [names, all] = [[...values.keys()], [...values.values()]];
  for (const [i, name] of names.entries()) values.set(name, all[(i + seed) % all.length]!);
}

type InAnyOrder = <A extends unknown[], T>(work: (...args: A) => Promise<T>) => (...args: A) => Promise<T>;

/** Two sidecars, their exchanges and the store between them, all of which answer in any order. */
function createWorld(inAnyOrder: InAnyOrder, isShared: boolean) {
  const world = { nowMs: NOW, exchanges: 0, lookups: [] as Lookup[] };
  const store = createMemoryStore(() => world.nowMs);
  const parts = { now: () => world.nowMs, onLookup: (lookup: Lookup) => world.lookups.push(lookup) };
  const exchange: Broker = inAnyOrder(async ({ role, session }, { subject }) => {
    const number = ++world.exchanges;
    if (number % 7 === 0) throw new Refusal("credentials-refused");
    if (number % 5 === 0) throw new Refusal("credentials-unavailable");
    const whose = nameOf({ person: subject, role, session: session?.digest ?? "" });
    const expiresAtMs = world.nowMs + 3_600_000;
    return { accessKeyId: `${whose} #${number}`, secretAccessKey: whose, sessionToken: whose, expiresAtMs };
  });
  const distant = {
    ...store,
    get: inAnyOrder(store.get),
    set: inAnyOrder(store.set),
    lock: inAnyOrder(store.lock),
  };
  const start = (): CachedBroker => {
    const tier = {
      ...parts,
      store: createSharedStore(distant, { ...parts, onTrouble: () => {} }),
      seal: sealOfTest(),
      settingsDigest: "",
      onTamper: () => {},
      pause: inAnyOrder(async (ms: number) => (world.nowMs += ms)),
    };
    return cached(isShared ? shared(exchange, tier) : exchange, { ...parts, maxCallers: 3 });
  };
  return Object.assign(world, { store, processes: [start(), start()] as const });
}

type World = ReturnType<typeof createWorld>;

/** Asks, and holds the answer to whose it should be. */
async function askAndCheck({ processes }: World, ask: Ask): Promise<void> {
  const { process, person, token } = ask;
  const caller = callerOf({
    digest: person,
    subject: person,
    token: `token ${token} of ${person}`,
    expiresAtMs: NOW + 1e9,
  });
  try {
    const { accessKeyId, secretAccessKey } = await processes[process].obtain(permitFor(ask), caller);
    expect(secretAccessKey).toBe(nameOf(ask));
    expect(accessKeyId.startsWith(`${nameOf(ask)} #`)).toBe(true);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

async function play(sequence: readonly Turn[], scheduler: fc.Scheduler, isShared: boolean): Promise<World> {
  const world = createWorld((work) => scheduler.scheduleFunction(work), isShared);
  const answers: Promise<void>[] = [];
  for (const turn of sequence) {
    if (turn.kind === "wait") world.nowMs += turn.ms;
    else if (turn.kind === "settle") await scheduler.waitIdle();
    else if (turn.kind === "shuffle") shuffle(world.store, turn.seed);
    else answers.push(askAndCheck(world, turn));
    if (scheduler.count() > 0 && answers.length % 3 === 0) await scheduler.waitOne();
  }
  await scheduler.waitFor(Promise.all(answers));
  for (const { close } of world.processes) close();
  return world;
}

describe("S2.5 two callers, two tokens each, three roles, three sessions, two sidecars that remember three", () => {
  it.each([
    ["each for itself", false],
    ["with a store between them whose values somebody shuffles", true],
  ])(
    "nobody ever receives what was got for another: %s",
    async (_how, isShared) => {
      const seen = { exchanges: 0, lookups: new Set<Lookup>() };
      await fc.assert(
        fc.asyncProperty(turns, fc.scheduler(), async (sequence, scheduler) => {
          const { exchanges, lookups } = await play(sequence, scheduler, isShared);
          seen.exchanges += exchanges;
          for (const lookup of lookups) seen.lookups.add(lookup);
        }),
        { numRuns: 150 },
      );
      expect(seen.exchanges).toBeGreaterThan(150);
      expect(seen.lookups.has("hit")).toBe(true);
      expect(seen.lookups.has("shared_hit")).toBe(isShared);
    },
    60_000,
  );
});
