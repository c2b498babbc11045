import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import type { Server } from "node:http";
import { connect } from "node:net";

/** Where an outer proxy asks. */
export type OuterAddress =
  | { readonly host: string; readonly port: number }
  | {
      readonly socket: string;
      /** Who may write to it may ask. */
      readonly mode: number;
    };

/** Listens. Rejects where the address cannot be had. */
export async function listenOn(server: Server, address: OuterAddress): Promise<void> {
  if (!("socket" in address)) return listening(server, () => server.listen(address.port, address.host));
  await removeStale(address.socket);
  await listening(server, () => withUmask(address.mode, () => server.listen(address.socket)));
  chmodSync(address.socket, address.mode);
}

function listening(server: Server, listen: () => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      resolve();
    });
    listen();
  });
}

/** A socket is there for everybody whom its folder lets in until its mode is set: it is made with no more than that. */
function withUmask(mode: number, make: () => void): void {
  const before = process.umask(0o777 & ~mode);
  try {
    make();
  } finally {
    process.umask(before);
  }
}

/**
 * Removes what a process that was killed has left behind: a socket on which nobody listens, and nothing else.
 *
 * @throws Error where something else is there
 */
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} is there already, and is no socket`);
  if (await isListenedOn(path)) throw new Error(`another process listens on ${path}`);
  unlinkSync(path);
}

function isListenedOn(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => {
      if ("code" in error && error.code === "ECONNREFUSED") resolve(false);
      else reject(error);
    });
  });
}
