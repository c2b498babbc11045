import { randomUUID } from "node:crypto";
import { chmodSync, lstatSync, renameSync, unlinkSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { dirname } from "node:path";
import { checkSocketFolder, makeSocketFolder } from "./socket-folder.ts";

/** Where a server listens: at a host and a port, of which 0 is any that is free, or at a unix socket. */
export type Spot =
  | { readonly host: string; readonly port: number }
  | {
      readonly socket: string;
      /** Who may write to it may connect. */
      readonly mode: number;
    };

/**
 * Listens. Rejects where the address cannot be had, or is not safe.
 *
 * @returns the port; 0 where it is a unix socket
 */
export async function listenOn(server: Server, spot: Spot): Promise<number> {
  if ("socket" in spot) return atSocket(server, spot);
  await listening(server, () => server.listen(spot.port, spot.host));
  return (server.address() as AddressInfo).port;
}

/**
 * Looks whether somebody could listen there, for who will only do it later. A socket's folder is made; a port is taken for a moment, in which whoever
 * connects is turned away. Rejects as {@link listenOn} does.
 */
export async function checkSpot(spot: Spot): Promise<void> {
  if ("socket" in spot) {
    makeSocketFolder(dirname(spot.socket));
    checkSocketFolder(dirname(spot.socket));
    await staleAt(spot.socket);
    return;
  }
  const server = createServer((socket) => socket.destroy());
  await listenOn(server, spot);
  await new Promise((resolve) => server.close(resolve));
}

async function atSocket(
  server: Server,
  { socket, mode }: Extract<Spot, { readonly socket: string }>,
): Promise<0> {
  makeSocketFolder(dirname(socket));
  checkSocketFolder(dirname(socket));
  const stale = await staleAt(socket);
  // Beside it, and put in its place when it is ready: nobody finds a socket that is not of its mode.
  const made = `${socket}.${randomUUID().slice(0, 8)}`;
  await listening(server, () => withUmask(mode, () => server.listen(made)));
  chmodSync(made, mode);
  if (fileAt(socket) !== stale) {
    server.close();
    throw new Error(`another process listens on ${socket}`);
  }
  renameSync(made, socket);
  const own = fileAt(socket);
  server.once("close", () => {
    // Another process may have put its own there, when this one took nobody any more.
    if (fileAt(socket) === own) unlinkSync(socket);
  });
  return 0;
}

/** Which file is there; undefined where none is. */
function fileAt(path: string): bigint | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
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
 * What a process that was killed has left behind: a socket on which nobody listens, and nothing else.
 *
 * @returns undefined where nothing is there
 * @throws Error where something else is there
 */
async function staleAt(path: string): Promise<bigint | undefined> {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isSocket()) throw new Error(`${path} is there already, and is no socket`);
  if (await isListenedOn(path)) throw new Error(`another process listens on ${path}`);
  return found.ino;
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
