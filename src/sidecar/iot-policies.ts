import type { Config } from "../config/schema.ts";
import { createIotPolicies, type IotPolicies } from "../credentials/iot-policies.ts";
import { createIotPolicyCalls } from "../credentials/iot-policy-calls.ts";
import { createIotPolicy, type IotPolicy } from "../credentials/iot-policy.ts";
import { createIotStandings, type IotStandings } from "../credentials/iot-standings.ts";
import type { Live } from "../proxy/live.ts";
import type { Registrar } from "../proxy/visit.ts";
import { ambientOf, exchangeOf } from "./exchanges.ts";
import type { Lasting } from "./lasting.ts";
import type { Parts } from "./parts.ts";
import type { Surroundings } from "./surroundings.ts";
import { told } from "./told.ts";

/** What the IoT policies of an upstream are made of, besides the upstream. */
interface Making {
  readonly config: Config;
  readonly surroundings: Surroundings;
  readonly lasting: Lasting & Pick<Registrar, "nameCaller">;
  readonly parts: Parts;
  readonly standings: IotStandings;
}

/**
 * The IoT policies of the upstreams that need them, and what is known of them. The log calls callers as everywhere: an
 * identity is told to nobody but its caller.
 */
export function iotPoliciesOf(
  config: Config,
  surroundings: Surroundings,
  lasting: Making["lasting"],
  { parts, primaries }: { readonly parts: Parts; readonly primaries: readonly Live[] },
): IotPolicies {
  const standings = parts.take("iot standings", null, () => createIotStandings(surroundings.now));
  const making = { config, surroundings, lasting, parts, standings };
  const upstreams = primaries.flatMap(({ upstream: { name, service, region } }) =>
    service === "iotdevicegateway" ? [[name, iotPolicyOf(name, region, making)] as const] : [],
  );
  return createIotPolicies({
    upstreams: new Map(upstreams),
    standings,
    onMissing: ({ upstream, caller }) => {
      const policy = config.upstreams[upstream]?.iotPolicy ?? "POLICY";
      surroundings.log.warn("AWS did not take a CONNECT that is permitted: is there an IoT policy for it?", {
        upstream,
        caller: lasting.nameCaller(caller),
        try: `aws iot attach-policy --policy-name ${policy} --target IDENTITY_ID`,
        identity: "/.postern/whoami tells its caller",
      });
    },
  });
}

/** The policy that is attached for an upstream; undefined where none is configured. */
function iotPolicyOf(name: string, region: string, making: Making): IotPolicy | undefined {
  const { config, surroundings, lasting, parts, standings } = making;
  const policy = config.upstreams[name]?.iotPolicy;
  if (policy === undefined) return undefined;
  const { log, now } = surroundings;
  const { signer, clockOf, nameCaller } = lasting;
  const { endpoint } = config.aws;
  const exchange = exchangeOf(config, surroundings, lasting, parts);
  const ambient = ambientOf(config, surroundings, parts);
  const calls = createIotPolicyCalls({
    region,
    endpoint,
    exchange,
    signer,
    clockOffsetOf: clockOf,
    ambient,
  });
  const own = [policy, region, endpoint, config.aws.region, config.credentials.rates];
  return parts.take(`iot policy ${name}`, own, () =>
    createIotPolicy({
      policy,
      calls,
      now,
      onClientIdOnly: () =>
        log.warn("IoT policy leaves the client id to the client: the role has to bind iot:Connect", {
          upstream: name,
          policy,
        }),
      onAttach: ({ identityId, caller, error }) => {
        const fields = { upstream: name, policy, caller: nameCaller(caller) };
        if (error === undefined) {
          standings.attached(name, identityId);
          log.audit("iot-policy", "IoT policy attached", fields);
        } else log.audit("iot-policy", "IoT policy not attached", { ...fields, error: told(error) }, "warn");
      },
    }),
  );
}
