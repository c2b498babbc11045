import type { ExpressionKind } from "./expression.ts";

/** Where the input of one access to items names keys and attributes, and says what comes back. */
export interface AccessForm {
  /** The member that holds the key of the one item; a query says it in a condition, and a scan not at all. */
  readonly item?: "Key" | "Item";
  /** `KeyConditionExpression` or `KeyConditions`. */
  readonly condition?: true;
  /** Members whose own members are attributes. */
  readonly maps: readonly string[];
  /** Members that list names of attributes. */
  readonly lists: readonly string[];
  readonly expressions: readonly (readonly [member: string, kind: ExpressionKind])[];
  /** Whether it has `Select`, or `Select` follows from the rest. */
  readonly select?: "asked" | "follows";
  /** Whether it may give an item back that it writes or checks. */
  readonly returns?: true;
  /** Whether it takes the item away that was there, with whatever attributes it had. */
  readonly replaces?: true;
}

const NAMED = ["AttributesToGet"];
const PROJECTION = ["ProjectionExpression", "projection"] as const;
const FILTER = ["FilterExpression", "condition"] as const;
const CONDITION = ["ConditionExpression", "condition"] as const;

/** The key of one item, and nothing else. */
export const KEY_FORM: AccessForm = { item: "Key", maps: ["Key"], lists: [], expressions: [] };

/** What is read of items, whichever they are. */
export const PROJECTION_FORM: AccessForm = {
  maps: [],
  lists: NAMED,
  expressions: [PROJECTION],
  select: "follows",
};

/** By IAM action, and by the members of an entry of BatchWriteItem (DynamoDB API reference). */
export const ACCESS_FORMS: ReadonlyMap<string, AccessForm> = new Map<string, AccessForm>([
  ["dynamodb:GetItem", { ...PROJECTION_FORM, item: "Key", maps: ["Key"] }],
  [
    "dynamodb:PutItem",
    {
      item: "Item",
      maps: ["Item", "Expected"],
      lists: [],
      expressions: [CONDITION],
      returns: true,
      replaces: true,
    },
  ],
  [
    "dynamodb:UpdateItem",
    {
      item: "Key",
      maps: ["Key", "AttributeUpdates", "Expected"],
      lists: [],
      expressions: [["UpdateExpression", "update"], CONDITION],
      returns: true,
    },
  ],
  [
    "dynamodb:DeleteItem",
    {
      item: "Key",
      maps: ["Key", "Expected"],
      lists: [],
      expressions: [CONDITION],
      returns: true,
      replaces: true,
    },
  ],
  [
    "dynamodb:ConditionCheckItem",
    { item: "Key", maps: ["Key"], lists: [], expressions: [CONDITION], returns: true },
  ],
  [
    "dynamodb:Query",
    {
      condition: true,
      maps: ["KeyConditions", "QueryFilter"],
      lists: NAMED,
      expressions: [["KeyConditionExpression", "condition"], FILTER, PROJECTION],
      select: "asked",
    },
  ],
  [
    "dynamodb:Scan",
    { maps: ["ScanFilter"], lists: NAMED, expressions: [FILTER, PROJECTION], select: "asked" },
  ],
  ["PutRequest", { item: "Item", maps: ["Item"], lists: [], expressions: [], replaces: true }],
  ["DeleteRequest", { ...KEY_FORM, replaces: true }],
]);
