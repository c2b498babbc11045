import { Refusal } from "../domain/refusal.ts";
import type { SigningCredentials } from "../signing/signing-key.ts";
import { isPrintable } from "./answered-credentials.ts";
import type { Ambient } from "./assume-role.ts";

/** A provider of the AWS SDK: it keeps what it finds, and renews it before it ends. */
type Provider = () => Promise<SigningCredentials>;

/** What {@link createAmbient} needs. */
export interface AmbientOptions {
  /** Of the STS that the chain itself asks, where it gives a token of the workload for a role. */
  readonly region: string;
  /** Loads the provider chain. Default: that of the AWS SDK, an optional dependency. */
  readonly load?: (region: string) => Promise<Provider>;
  /** How long a caller waits for the chain, which asks files, processes and the network. Default 5 s. */
  readonly timeoutMs?: number;
}

/**
 * Makes the ambient identity: what the AWS SDK's default provider chain finds (environment, profile, container, web
 * identity token of a pod, instance). The SDK is loaded when it is first asked, keeps the credentials and renews them.
 *
 * Its errors are told by name alone: their messages may quote a profile's command or its output.
 */
export function createAmbient({ region, load = loadChain, timeoutMs = 5000 }: AmbientOptions): Ambient {
  let chain: Promise<Provider> | undefined;

  const find = async (): Promise<SigningCredentials> => {
    chain ??= load(region).catch(() => {
      chain = undefined;
      throw unavailable("@aws-sdk/credential-provider-node cannot be loaded; is it installed?");
    });
    const provide = await chain;
    return requireUsable(await provide());
  };
  return async () => {
    try {
      return await within(timeoutMs, find());
    } catch (error) {
      throw error instanceof Refusal ? error : unavailable(`the provider chain found none: ${nameOf(error)}`);
    }
  };
}

async function loadChain(region: string): Promise<Provider> {
  const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
  return defaultProvider({ clientConfig: { region } });
}

function requireUsable(found: SigningCredentials): SigningCredentials {
  const { accessKeyId, secretAccessKey, sessionToken = "" } = found;
  const hasToken = sessionToken !== ""; // an IAM user has none
  if (!isPrintable(accessKeyId) || !isPrintable(secretAccessKey) || (hasToken && !isPrintable(sessionToken)))
    throw unavailable("the provider chain found some that cannot be used");
  return found;
}

/** Waits no longer than this, though the chain itself goes on. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unavailable("the provider chain takes too long")), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error && /^\w{1,64}$/.test(error.name) ? error.name : "no error of a known name";
}

function unavailable(why: string): Refusal {
  return new Refusal("credentials-unavailable", { detail: `Postern's own credentials: ${why}` });
}
