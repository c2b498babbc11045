import type { ApiModel, ApiOperation } from "../aws/api/model.ts";
import { API_MODELS } from "../aws/api/models.ts";
import { hasOwnModule, ownActionPrefixOf } from "../aws/services.ts";
import type { Config } from "./schema.ts";

type Settings = Config["upstreams"][string];

/** What Postern itself knows of a service that has no module of its own. */
export function knownModelOf(service: string): ApiModel | undefined {
  return Object.hasOwn(API_MODELS, service) ? API_MODELS[service] : undefined;
}

/** Whether an upstream is read by a table, and not by a module of its own. */
export function isTabled({ service, function: called }: Pick<Settings, "service" | "function">): boolean {
  return called === undefined && !hasOwnModule(service);
}

/** What the actions of an upstream begin with. */
export function actionPrefixOf({
  service,
  actionPrefix,
}: Pick<Settings, "service" | "actionPrefix">): string {
  return actionPrefix ?? ownActionPrefixOf(service) ?? knownModelOf(service)?.actionPrefix ?? service;
}

/** The operations of an upstream that is read by a table: those that Postern knows, with what the configuration says. */
export function apiModelOf(settings: Settings): ApiModel | undefined {
  if (!isTabled(settings)) return undefined;
  const { service, protocol, target, jsonVersion, apiVersion } = settings;
  const known = knownModelOf(service);
  return {
    endpointPrefix: service,
    protocols: protocol === undefined ? [] : [protocol],
    ...known,
    actionPrefix: actionPrefixOf(settings),
    ...(target !== undefined && { target }),
    ...(jsonVersion !== undefined && { jsonVersion: jsonVersion === "1.0" ? "1.0" : "1.1" }),
    ...(apiVersion !== undefined && { apiVersion }),
    operations: { ...known?.operations, ...toldOperations(settings, known) },
  };
}

/** What is not said of an operation that Postern knows stays as it is known. */
function toldOperations(settings: Settings, known: ApiModel | undefined): Record<string, ApiOperation> {
  const prefix = actionPrefixOf(settings);
  return Object.fromEntries(
    Object.entries(settings.operations).map(([name, { action, covers, route, resources }]) => {
      const before = Object.hasOwn(known?.operations ?? {}, name) ? known?.operations[name] : undefined;
      const told = {
        action: action ?? before?.action ?? `${prefix}:${name}`,
        ...(covers !== undefined && { covers }),
        ...(route !== undefined && { route }),
        ...(resources !== undefined && { resources }),
      };
      return [name, { ...before, ...told }];
    }),
  );
}

/** Whether ARNs of what an upstream is asked for carry an account that requests do not spell out. */
export function needsAccount(settings: Settings): boolean {
  if (!isTabled(settings)) return settings.service !== "s3";
  const operations = Object.values(apiModelOf(settings)?.operations ?? {});
  return operations.some(({ resources = [] }) => resources.some((text) => text.includes("{account}")));
}
