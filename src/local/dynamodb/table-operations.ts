import type { StreamView } from "../world.ts";
import type { Engine, Input, TableDescription } from "./engine.ts";
import { validationException } from "./faults.ts";
import type { Streams } from "./streams.ts";

/** What a call wants of a table's stream. */
type Wish = { readonly enabled: true; readonly view: StreamView } | { readonly enabled: false };

const VIEWS: readonly StreamView[] = ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"];

/**
 * Creates, changes, deletes or describes a table; dynalite knows nothing of streams, so that they are added here.
 *
 * @throws DynamoDbFault
 */
export async function runTableOperation(
  { engine, streams }: { readonly engine: Engine; readonly streams: Streams },
  operation: "CreateTable" | "UpdateTable" | "DeleteTable" | "DescribeTable",
  input: Input,
): Promise<Record<string, unknown>> {
  const { StreamSpecification, ...rest } = input;
  const wish = readWish(StreamSpecification);
  const output =
    operation === "UpdateTable" && wish !== undefined && isOnlyName(rest)
      ? await describe(engine, rest)
      : await engine.run(operation, engine.validate(operation, rest));
  const [member, table] = Object.entries(output)[0] as [string, TableDescription];
  if (wish?.enabled === true) streams.enable(table.TableName, table.KeySchema, wish.view);
  if (wish?.enabled === false && operation === "UpdateTable") streams.disable(table.TableName);
  return { ...output, [member]: { ...table, ...streams.described(table.TableName) } };
}

/** An update of the stream alone leaves dynalite nothing to do. */
async function describe(engine: Engine, input: Input): Promise<Record<string, unknown>> {
  const { Table } = await engine.run("DescribeTable", engine.validate("DescribeTable", input));
  return { TableDescription: Table };
}

function isOnlyName(input: Input): boolean {
  return Object.keys(input).every((member) => member === "TableName");
}

function readWish(specification: unknown): Wish | undefined {
  if (specification === undefined || specification === null) return undefined;
  const { StreamEnabled, StreamViewType } = specification as Readonly<Record<string, unknown>>;
  if (StreamEnabled !== true) return { enabled: false };
  const view = VIEWS.find((known) => known === StreamViewType);
  if (view === undefined)
    throw validationException("One or more parameter values were invalid: StreamViewType is not valid");
  return { enabled: true, view };
}
