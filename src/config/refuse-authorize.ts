import { type Address, isLoopback } from "./address.ts";
import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import type { Config } from "./schema.ts";

type Authorize = NonNullable<Config["authorize"]>;

/**
 * Finds listeners for an outer proxy on which others could ask: who is answered gets a caller's signature to send as
 * they like, and on loopback that is everybody on the machine, and whoever makes one of them send a request.
 */
export function refuseAuthorize(draft: Draft): readonly Found[] {
  const { authorize } = draft;
  if (authorize === undefined) return [];
  const { address } = authorize;
  const inPlace = "socket" in address ? atSocket(authorize) : atPort(authorize, address);
  return [...inPlace, ...oddHeaders(authorize)];
}

/** Its mode says who may ask. */
const FOR_OTHERS = 0o007;

function atSocket({ mode = 0, secret, tls }: Authorize): readonly Found[] {
  if ((mode & FOR_OTHERS) === 0 || secret !== undefined || tls?.clientCaFile !== undefined) return [];
  const message = 'everybody on the machine could ask; leave others out, as in "0660", or set a secret';
  return [{ path: ["authorize", "mode"], message }];
}

function atPort({ secret, tls }: Authorize, { host, port }: Address): readonly Found[] {
  const found: Found[] = [];
  if (secret === undefined && tls?.clientCaFile === undefined) {
    const message =
      "whoever reaches this address could ask, and on loopback that is everybody on the machine; take a unix: socket, or set a secret or tls.clientCaFile";
    found.push({ path: ["authorize", "address"], message });
  }
  if (tls === undefined && !isLoopback(host)) {
    const message =
      "tokens and signatures would cross the network unencrypted; listen on loopback or with tls";
    found.push({ path: ["authorize", "address"], message });
  }
  if (port === 0) {
    const message = "0 is any port that is free, and the outer proxy has to know which; name one";
    found.push({ path: ["authorize", "address"], message });
  }
  return found;
}

/** A header that says two things says neither. */
function oddHeaders(authorize: Authorize): readonly Found[] {
  const names = new Map<string, string>();
  return (["methodHeader", "uriHeader", "hostHeader", "lengthHeader"] as const).flatMap((key) => {
    const name = authorize[key];
    if (name === undefined) return [];
    const other = names.get(name);
    names.set(name, key);
    const message = `${other} is ${name} already; each says one thing`;
    return other === undefined ? [] : [{ path: ["authorize", key], message }];
  });
}
