import { isIP } from "node:net";
import type { Redis, RedisOptions } from "ioredis";
import { OutboundError } from "../outbound/call.ts";
import type { Store } from "./shared-store.ts";

/** What {@link createRedisStore} needs. */
export interface RedisStoreOptions {
  /** `rediss://HOST:PORT/DATABASE`, or `redis:`; port 6379 and database 0 where it names none. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM: the authorities that the server's certificate is held against. Default: those of Node. */
  readonly ca?: string | undefined;
  /** How long a command may take, the first with the connection. Default 250 ms. */
  readonly commandTimeoutMs?: number;
}

/** Deletes a lock if it is still the owner's: one that ended by itself may be another's by now. */
const UNLOCK = 'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0';

/**
 * Makes a store of a Redis (one primary; no cluster), by ioredis, an optional dependency. Nothing is loaded and no
 * connection is made before the first question. A lost connection is made again for as long as it takes; who asks
 * meanwhile is told at once.
 *
 * It needs leave for GET, GETRANGE, SET, DEL and EVAL. There is no secret in what it rejects with.
 */
export function createRedisStore(options: RedisStoreOptions): Store {
  const { commandTimeoutMs = 250 } = options;
  let opening: Promise<Connection> | undefined;
  let isClosed = false;

  const run = async <T>(command: (client: Redis) => Promise<T>, limitMs = commandTimeoutMs): Promise<T> => {
    if (isClosed) throw new Error("the shared tier: it is closed");
    opening ??= open(options);
    const { client, tried, trouble } = await opening;
    const answer = tried.then(() => command(client));
    return inTime(answer, limitMs).catch((error: unknown) => {
      throw new Error(`the shared tier: ${nameOf(error)}${trouble() ?? ""}`);
    });
  };

  return {
    connect: () =>
      run(async (client) => void (await read(client, "postern:")), CONNECT_MS + commandTimeoutMs),
    get: (name) => run((client) => read(client, name)),
    set: (name, value, ttlMs) => run(async (client) => void (await client.set(name, value, "PX", ttlMs))),
    remove: (name) => run(async (client) => void (await client.del(name))),
    lock: (name, owner, ttlMs) =>
      run(async (client) => (await client.set(name, owner, "PX", ttlMs, "NX")) === "OK"),
    unlock: (name, owner) => run(async (client) => void (await client.eval(UNLOCK, 1, name, owner))),
    close: () => {
      isClosed = true;
      void opening?.then(
        ({ client }) => client.disconnect(),
        () => undefined,
      );
    },
  };
}

/**
 * Much more than credentials take. Whoever can write there could put values in their place that are larger than this
 * process's memory, and what is cut does not open.
 */
const MAX_VALUE = 64 * 1024;

/** An empty text is no value: GETRANGE says the same of a name under which nothing stands. */
async function read(client: Redis, name: string): Promise<string | undefined> {
  return (await client.getrange(name, 0, MAX_VALUE - 1)) || undefined;
}

interface Connection {
  readonly client: Redis;
  /** Ends when the first attempt to connect does, well or not. */
  readonly tried: Promise<unknown>;
  /** Why there is no connection, while there is none. */
  readonly trouble: () => string | undefined;
}

async function open(options: RedisStoreOptions): Promise<Connection> {
  const { Redis } = await import("ioredis").catch(() => {
    throw new Error("the shared tier: ioredis cannot be loaded; is it installed?");
  });
  const client = new Redis({ ...addressOf(options), ...BEHAVIOUR });
  let trouble: string | undefined;
  client.on("ready", () => (trouble = undefined));
  client.on("error", (error) => (trouble = ` (${nameOf(error)})`));
  return { client, tried: client.connect().catch(() => {}), trouble: () => trouble };
}

/**
 * Settles as an answer does, if it comes in time. What came while this process was busy with something else is there,
 * and only not read yet: a timer that rings late leaves it one more turn.
 */
function inTime<T>(answer: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new OutboundError("timeout"));
    const timer = setTimeout(() => setImmediate(giveUp), limitMs).unref();
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

const CONNECT_MS = 2000;
const LONGEST_PAUSE_MS = 2000;

const BEHAVIOUR = {
  lazyConnect: true,
  connectTimeout: CONNECT_MS,
  // A connection on which no answer comes for so long is dead, though nobody said so.
  socketTimeout: 5000,
  // Who asks is not kept waiting, and what was asked is not asked again when nobody waits any more.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 1,
  retryStrategy: (times) => Math.min(50 * 2 ** times, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2),
  // The primary may be another by now.
  reconnectOnError: ({ message }) => message.startsWith("READONLY"),
  // INFO, CLIENT and HELLO ask for more leave, and tell nothing that is needed here.
  enableReadyCheck: false,
  disableClientInfo: true,
  protocol: 2 as const,
} satisfies RedisOptions;

function addressOf({ url, username, password, ca }: RedisStoreOptions): Omit<RedisOptions, "replyMapping"> {
  const { protocol, hostname, port, pathname } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const names = isIP(host) === 0 ? { servername: host } : {};
  return {
    host,
    port: port === "" ? 6379 : Number(port),
    db: Number(pathname.slice(1)),
    username,
    password,
    tls: protocol === "rediss:" ? { ...names, ...(ca !== undefined && { ca }) } : undefined,
  };
}

/** Names an error without quoting it: what Redis says of a command may repeat what stood in it. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "no error of a known name";
  if (error instanceof OutboundError) return "it does not answer in time";
  if ("code" in error && typeof error.code === "string") return error.code;
  const [first = ""] = error.message.split(" ");
  return /^[A-Z]{2,32}$/.test(first) ? first : (WORDS.get(error.message) ?? error.name);
}

/** Messages of ioredis. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["Stream isn't writeable and enableOfflineQueue options is false", "it is not connected"],
  ["Connection is closed.", "it is not connected"],
]);
