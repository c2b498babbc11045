import type { Entry } from "./command.ts";

/** The commands as help lists them; each is loaded when it is called, so that none pays for another's parts. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  serve: {
    about: "run the sidecar by a configuration",
    load: async () => (await import("./serve.ts")).serve,
  },
  dev: {
    about: "run it with a stand-in AWS: no account, no network",
    load: async () => (await import("./dev.ts")).dev,
  },
  check: {
    about: "read a configuration and say all that is wrong with it, or what differs from another",
    load: async () => (await import("./check.ts")).check,
  },
  test: {
    about: "hold a configuration to cases: who may do what",
    load: async () => (await import("./test.ts")).test,
  },
  explain: {
    about: "say what would become of a request, and why",
    load: async () => (await import("./explain.ts")).explain,
  },
  suggest: {
    about: "print rules for what was seen in record mode",
    load: async () => (await import("./suggest.ts")).suggest,
  },
  token: {
    about: "print a token of a user of the stand-in AWS",
    load: async () => (await import("./token.ts")).token,
  },
  whoami: {
    about: "ask a running Postern who a token is",
    load: async () => (await import("./whoami.ts")).whoami,
  },
  presign: {
    about: "ask it for a URL by which anybody may do one thing at S3 for a while",
    load: async () => (await import("./presign.ts")).presign,
  },
  credentials: {
    about: "print credentials for SDKs to sign with, as a credential_process",
    load: async () => (await import("./credentials.ts")).credentials,
  },
  exec: {
    about: "run a command whose AWS calls go through a running Postern",
    load: async () => (await import("./exec.ts")).exec,
  },
  audit: {
    about: "tell whether a log's audit lines are all there and unchanged",
    load: async () => (await import("./audit.ts")).audit,
  },
  health: {
    about: "ask a running Postern whether it is ready",
    load: async () => (await import("./health.ts")).health,
  },
  quit: {
    about: "end a running Postern when what is in flight has ended",
    load: async () => (await import("./quit.ts")).quit,
  },
  lock: {
    about: "stop all that goes through a running Postern",
    load: async () => (await import("./lock.ts")).lock,
  },
  unlock: {
    about: "take that back",
    load: async () => (await import("./unlock.ts")).unlock,
  },
  revoke: {
    about: "have a running Postern let a user, a sign-in or a token through no more",
    load: async () => (await import("./revoke.ts")).revoke,
  },
  completion: {
    about: "print what completes these commands in bash or zsh",
    load: async () => (await import("./completion.ts")).completionOf(COMMANDS),
  },
};
