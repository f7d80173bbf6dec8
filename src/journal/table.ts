// What a room tells the journal about a table: its columns, and how a row becomes column values.
// The journal writes rows in batches, as arrays; see statement.ts.

/** Bytes that hold personal data: sealed for all of `subjects` before they reach PostgreSQL. */
export interface Sealable {
  readonly bytes: Uint8Array;
  /** Subject ids (32 hex digits). Shredding any one of them makes the bytes unreadable. */
  readonly subjects: readonly string[];
}

export interface ColumnValues {
  uuid: string | null;
  int8: bigint | number | null;
  int4: number | null;
  text: string | null;
  json: string;
  /** Text of some length: travels as bytes, since escaping it inside an array costs more. */
  document: string;
  bool: boolean | null;
  /** Fixed sizes travel as one buffer and are cut in SQL: cheaper than an array of bytea. */
  bytes16: Uint8Array;
  bytes32: Uint8Array;
  bytes: Uint8Array | null;
  sealed: Sealable | null;
}
export type ColumnType = keyof ColumnValues;

export type Column<Row> = {
  [T in ColumnType]: {
    readonly name: string;
    readonly type: T;
    readonly value: (row: Row) => ColumnValues[T];
    /** Part of the primary key: finds the row that an update changes. */
    readonly key?: true;
    /** May change after the row was inserted; only these travel in an update. */
    readonly mutable?: true;
  };
}[ColumnType];

/**
 * A table of the journal. Rows are the room's own live objects: within one batch a row is
 * written once, as it stands when the batch is closed.
 */
export interface Table<Row extends object> {
  readonly name: string;
  readonly columns: readonly Column<Row>[];
}

export function defineTable<Row extends object>(
  name: string,
  columns: readonly Column<Row>[],
): Table<Row> {
  return { name, columns };
}
