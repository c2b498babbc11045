import type { Row, TableName } from "../sheet/sheet.ts";
import { Lines } from "./words.tsx";

/** A column. */
export interface Column {
  readonly head: string;
  /** Numbers stand on the right, one under the other. */
  readonly isNumber?: true;
}

/** Columns of numbers. */
export const numbers = (...heads: readonly string[]): readonly Column[] =>
  heads.map((head) => ({ head, isNumber: true }));

/** What a table is made of. */
export interface TableProps {
  readonly name: TableName;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Said where there are no rows. */
  readonly empty: string;
  /** Whether each row becomes a card where the page is narrow. */
  readonly isWide?: boolean;
}

/** A table that lives. Its roles are written out: as cards it would be none for those who do not see it. */
export function Table({ name, caption, columns, rows, empty, isWide = false }: TableProps) {
  return (
    <>
      <table role="table" class={isWide ? "wide" : undefined} data-table={name} hidden={rows.length === 0}>
        <caption class="unseen">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ head, isNumber }) => (
              <th role="columnheader" scope="col" class={isNumber && "number"}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <TableRow row={row} columns={columns} />
          ))}
        </tbody>
      </table>
      <p class="empty" data-empty={name} hidden={rows.length > 0}>
        {empty}
      </p>
    </>
  );
}

function TableRow({ row, columns }: { readonly row: Row; readonly columns: readonly Column[] }) {
  return (
    <tr role="row">
      {row.map((lines, i) => (
        <td role="cell" class={columns[i]?.isNumber && "number"} data-head={columns[i]?.head}>
          <Lines lines={lines} />
        </td>
      ))}
    </tr>
  );
}
