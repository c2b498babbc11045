/** DynamoDB takes a table's ARN wherever it takes its name; dynalite takes names. */
export function withTableNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTableNames);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => {
      if (member === "TableName" && typeof inner === "string") return [member, tableName(inner)];
      if (member !== "RequestItems" || typeof inner !== "object" || inner === null)
        return [member, withTableNames(inner)];
      return [
        member,
        Object.fromEntries(
          Object.entries(inner).map(([table, entry]) => [tableName(table), withTableNames(entry)]),
        ),
      ];
    }),
  );
}

/** The name in `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`; any other text as it is. */
function tableName(text: string): string {
  return text.startsWith("arn:") ? text.slice(text.lastIndexOf("/") + 1) : text;
}
