import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { decodeBody } from "../aws/body.ts";
import { type JsonObject, parseStrictJson } from "../aws/strict-json.ts";
import { Refusal } from "../domain/refusal.ts";
import { checkMembers, odd, textIn } from "./asked-request.ts";
import { purposeProblem } from "./purpose.ts";

/** What an operator may do to a sidecar that runs. */
export interface Control {
  /** Ends it as SIGTERM does. */
  readonly quit: () => void;
  /** Refuses everything from now on, ends tunnels, forgets credentials and is not ready. */
  readonly lock: () => void;
  /** Takes that back. False where the lock file is still there, which holds. */
  readonly unlock: () => boolean;
  /**
   * Writes an entry to the denylist, in whose form it is. When it resolves nobody is let through any more whom it means.
   *
   * @throws CannotDo
   */
  readonly revoke: (entry: string) => Promise<void>;
}

/** What an operator wants and cannot have, in words that say what to do. */
export class CannotDo extends Error {
  /** 400 where it was asked for wrongly, 409 where things are not so that it could be done. */
  readonly status: 400 | 409;

  constructor(status: CannotDo["status"], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "CannotDo";
    this.status = status;
  }
}

/** Longer than any entry of a denylist with a comment. */
const MAX_BYTES = 8 * 1024;

/** Makes the answer of a page, of what was sent to it. */
type Act = (c: Context, asked: JsonObject) => Response | Promise<Response>;

/**
 * Adds what changes the sidecar. Each takes a POST with JSON and `X-Postern-Admin: 1`:
 *
 * - `/quitquitquit`, `{}`: ends it as SIGTERM does;
 * - `/lock` and `/unlock`, `{}`;
 * - `/revoke`, `{"entry": "sub:staff/…"}`: a line of the denylist.
 */
export function addControl(app: Hono, control: Control): void {
  const limit = bodyLimit({
    maxSize: MAX_BYTES,
    onError: (c) => c.json({ message: "What is sent here has at most 8 KiB." }, 413),
  });
  for (const [path, { members, act }] of Object.entries(actsOf(control))) {
    app.post(
      path,
      async (c, next) => purposeProblem(c) ?? next(),
      limit,
      async (c) => {
        try {
          return await act(c, read(Buffer.from(await c.req.arrayBuffer()), members));
        } catch (error) {
          if (error instanceof Refusal) return c.json({ message: `${error.detail ?? error.message}.` }, 400);
          if (error instanceof CannotDo) return c.json({ message: `${error.message}.` }, error.status);
          throw error;
        }
      },
    );
    app.all(path, (c) => c.json({ message: "Method not allowed." }, 405, { allow: "POST" }));
  }
}

/** @throws Refusal body-malformed */
function read(bytes: Buffer, members: readonly string[]): JsonObject {
  const asked = parseStrictJson(decodeBody(bytes));
  if (members.length === 0 && Object.keys(asked).length > 0) throw odd("what is sent is an empty object: {}");
  checkMembers(asked, members, "what is sent");
  return asked;
}

interface Page {
  readonly members: readonly string[];
  readonly act: Act;
}

function actsOf({ quit, lock, unlock, revoke }: Control): Readonly<Record<string, Page>> {
  return {
    "/quitquitquit": {
      members: [],
      act: (c) => {
        afterAnswer(c, quit);
        return c.json({ message: "Postern ends when what is in flight has ended." }, 202);
      },
    },
    "/lock": {
      members: [],
      act: (c) => {
        lock();
        return c.json({ locked: true, message: "Postern is locked: nothing goes through it." });
      },
    },
    "/unlock": {
      members: [],
      act: (c) =>
        unlock()
          ? c.json({ locked: false, message: "Postern is unlocked." })
          : c.json({ locked: true, message: "The lock file is still there, and holds: remove it." }, 409),
    },
    "/revoke": {
      members: ["entry"],
      act: async (c, asked) => {
        const entry = textIn(asked, "entry", "what is sent");
        await revoke(entry);
        return c.json({ entry, message: "It is revoked: nothing that it means is accepted any more." });
      },
    },
  };
}

/** The end closes the connection on which it was asked for. */
function afterAnswer(c: Context, go: () => void): void {
  const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
  c.header("connection", "close");
  if (outgoing === undefined) go();
  else outgoing.once("close", go);
}
