import type { Engine, Input } from "./engine.ts";
import { validationException } from "./faults.ts";

/** The time-to-live settings of tables; like AWS within its promised days, the stand-in deletes nothing. */
export interface TimeToLive {
  /** @throws DynamoDbFault */
  readonly update: (input: Input) => Promise<Record<string, unknown>>;
  /** @throws DynamoDbFault */
  readonly describe: (input: Input) => Promise<Record<string, unknown>>;
  readonly forget: (tableName: string) => void;
}

/** Makes settings under which no table has a time to live. */
export function createTimeToLive(engine: Engine): TimeToLive {
  const attributes = new Map<string, string>();
  return {
    update: async (input) => {
      const { TableName } = await engine.table(tableNameOf(input));
      const specification = readSpecification(input["TimeToLiveSpecification"]);
      if (specification.Enabled === attributes.has(TableName)) {
        throw validationException(`TimeToLive is already ${specification.Enabled ? "enabled" : "disabled"}`);
      }
      if (specification.Enabled) attributes.set(TableName, specification.AttributeName);
      else attributes.delete(TableName);
      return { TimeToLiveSpecification: specification };
    },
    describe: async (input) => {
      const { TableName } = await engine.table(tableNameOf(input));
      const AttributeName = attributes.get(TableName);
      const TimeToLiveStatus = AttributeName === undefined ? "DISABLED" : "ENABLED";
      return { TimeToLiveDescription: { TimeToLiveStatus, AttributeName } };
    },
    forget: (tableName) => void attributes.delete(tableName),
  };
}

function tableNameOf({ TableName }: Input): string {
  if (typeof TableName === "string") return TableName;
  throw validationException("The parameter 'TableName' is required but was not present in the request");
}

function readSpecification(value: unknown): { readonly AttributeName: string; readonly Enabled: boolean } {
  const { AttributeName, Enabled } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof AttributeName !== "string" || AttributeName === "" || typeof Enabled !== "boolean") {
    throw validationException("TimeToLiveSpecification must have an AttributeName and Enabled");
  }
  return { AttributeName, Enabled };
}
