import type { Environment } from "../config/load.ts";
import { misuse } from "./complaint.ts";

/** The ports that `dev` and the commands which talk to it use, by the environment variables that move them. */
export const DEFAULT_PORTS = {
  POSTERN_PORT: "4480",
  POSTERN_PROBES_PORT: "4481",
  POSTERN_OPERATOR_PORT: "4482",
  POSTERN_LOCAL_PORT: "4483",
} as const;

/** Environment variable → port, in digits. */
export type DevPorts = Readonly<Record<keyof typeof DEFAULT_PORTS, string>>;

/** Reads where the ports are moved to. An empty variable moves nothing. */
export function portsOf(env: Environment): DevPorts {
  const port = (name: keyof DevPorts): string => {
    const text = env[name] || DEFAULT_PORTS[name];
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
      throw misuse(`${name} is a port, from 0 to 65535, and not "${text}"`);
    return text;
  };
  return {
    POSTERN_PORT: port("POSTERN_PORT"),
    POSTERN_PROBES_PORT: port("POSTERN_PROBES_PORT"),
    POSTERN_OPERATOR_PORT: port("POSTERN_OPERATOR_PORT"),
    POSTERN_LOCAL_PORT: port("POSTERN_LOCAL_PORT"),
  };
}
