import type { Clock } from "../../domain/clock.ts";
import type { TunnelEnd } from "../../domain/tunnel-end.ts";
import type { TunnelRecorder } from "../../telemetry/tunnel-outcome.ts";
import type { OnTunnelEnd, Tunnel } from "../../upstream/tunnel.ts";
import type { Visit } from "../visit.ts";
import { endAt, type Lifetime, type Limit } from "./lifetime.ts";
import type { Opening } from "./opening.ts";
import type { Seat } from "./seats.ts";
import { tunnelOutcome } from "./tunnel-records.ts";
import type { Tunnels } from "./tunnels.ts";

/** What every tunnel of a data face needs. */
export interface TunnelFace {
  readonly pipeline: () => Opening["pipeline"];
  readonly tunnels: Tunnels;
  readonly recorder: TunnelRecorder;
  readonly now: Clock;
  /** Told when the connection of the visit speaks another protocol than HTTP. */
  readonly release: () => void;
  readonly seat: Seat;
}

/** A tunnel's life, from its opening to its record. */
export interface TunnelLife {
  /** @param review as {@link Tunnels} has it */
  readonly begin: (tunnel: Tunnel, review: () => TunnelEnd | undefined) => void;
  readonly end: OnTunnelEnd;
  /** Epoch milliseconds: the credentials that it was opened with end then. */
  readonly endWithCredentials: (atMs: number) => void;
}

/** Makes the life of a tunnel that may be opened: it ends with the caller's token, its credentials, or its time. */
export function createTunnelLife(
  face: TunnelFace,
  visit: Visit,
  { caller, rules, since }: Opening,
): TunnelLife {
  const { tunnels, recorder, now, release, seat } = face;
  const limits: Limit[] = [
    { atMs: caller.expiresAtMs, why: "token" },
    { atMs: now() + rules.lifetimeMs, why: "lifetime" },
  ];
  let lifetime: Lifetime | undefined;
  let leave = nothing;
  return {
    begin: (tunnel, review) => {
      visit.end({ upgraded: true });
      release();
      recorder.opened(visit.known().upstream);
      const ending = endAt(limits, now, (why) => tunnel.end(why));
      lifetime = ending;
      const remove = tunnels.add({ tunnel, review, since });
      leave = () => {
        ending.callOff();
        remove();
      };
    },
    end: (report) => {
      leave();
      seat.leave();
      recorder.ended(tunnelOutcome(visit, report));
    },
    endWithCredentials: (atMs) => {
      const limit = { atMs, why: "credentials" } as const;
      if (lifetime === undefined) limits.push(limit);
      else lifetime.add(limit);
    },
  };
}

/** What is to be done where a tunnel never opened. */
function nothing(): void {}
