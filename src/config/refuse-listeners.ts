import { type Address, isLoopback } from "./address.ts";
import type { Draft } from "./draft.ts";
import type { ListenAddress } from "./listening.ts";
import type { Found } from "./problem.ts";

/** Finds listeners that stand in each other's way, and a data face on which tokens could be read by others. */
export function refuseListeners(draft: Draft): readonly Found[] {
  return [...inTheClear(draft), ...oddModes(draft), ...taken(draft)];
}

function inTheClear({ listen }: Draft): readonly Found[] {
  if (listen === undefined) return [];
  const { address, tls, plaintext } = listen;
  if (tls !== undefined) {
    const message = "with tls nothing is plaintext; leave one of the two out";
    return plaintext ? [{ path: ["listen", "plaintext"], message }] : [];
  }
  const message =
    "tokens would cross the network unencrypted; listen on loopback or with tls, or write plaintext: true";
  return plaintext || isOnMachine(address) ? [] : [{ path: ["listen", "address"], message }];
}

/** Whether nobody can connect but from this machine. */
export function isOnMachine(address: ListenAddress): boolean {
  return "socket" in address || isLoopback(address.host);
}

function oddModes({ listen, operator, authorize }: Draft): readonly Found[] {
  return Object.entries({ listen, operator, authorize }).flatMap(([face, settings]) => {
    if (settings?.mode === undefined || "socket" in settings.address) return [];
    const message = "a mode is that of a unix: socket, and this is a port; leave it out";
    return [{ path: [face, "mode"], message }];
  });
}

/** No two listeners share an address. Above all nobody else listens where the data face does: what asks there is anybody. */
function taken({ listen, probes, operator, authorize }: Draft): readonly Found[] {
  const faces = Object.entries({ listen, probes, operator, authorize }).flatMap(([face, settings]) =>
    settings === undefined ? [] : [[face, settings.address] as const],
  );
  return faces.flatMap(([face, address], i) => {
    const other = faces.slice(0, i).find(([, one]) => isSame(one, address));
    if (other === undefined) return [];
    const remedy = "socket" in address ? "another socket" : "another port";
    return [{ path: [face, "address"], message: `${other[0]} listens there already; take ${remedy}` }];
  });
}

/** All addresses of the machine, any of its own among them. */
const ANY: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

function isSame(one: ListenAddress, other: ListenAddress): boolean {
  if ("socket" in one) return "socket" in other && one.socket === other.socket;
  return !("socket" in other) && isSamePort(one, other);
}

function isSamePort(one: Address, other: Address): boolean {
  // Port 0 is any that is free.
  if (one.port !== other.port || one.port === 0) return false;
  const [mine, theirs] = [one.host.toLowerCase(), other.host.toLowerCase()];
  if (mine === theirs || ANY.has(mine) || ANY.has(theirs)) return true;
  // By its name loopback is 127.0.0.1 or ::1.
  const isNamed = mine === "localhost" || theirs === "localhost";
  return isNamed && isLoopback(mine) && isLoopback(theirs);
}
