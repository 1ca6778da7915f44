import pg from 'pg';

export interface Column {
  name: string;
  type: string;
  /** In TypeScript, as the driver gives it: `string`, `number[]`, or `any` for what is not compared. */
  kind: string;
  /** True for a table's own column that may be NULL; false also where the server cannot tell. */
  nullable: boolean;
}

export interface Parameter {
  type: string;
  kind: string;
}

/** Describes a statement that the server has parsed and not run. */
export type Description =
  { columns: Column[]; parameters: Parameter[] } | { error: { message: string; hint?: string | undefined } };

/** Types of TypeScript in which the driver gives PostgreSQL's; what is missing is not compared. */
const KINDS: Record<string, string> = {
  uuid: 'string',
  text: 'string',
  varchar: 'string',
  name: 'string',
  int8: 'string',
  numeric: 'string',
  xid8: 'string',
  int2: 'number',
  int4: 'number',
  float4: 'number',
  float8: 'number',
  bool: 'boolean',
  timestamptz: 'Date',
  timestamp: 'Date',
  date: 'Date',
};

interface TypeRow {
  oid: number;
  name: string;
  element: number;
  isArray: boolean;
}

interface ParsedField {
  name: string;
  tableID: number;
  columnID: number;
  dataTypeID: number;
}

/** The protocol level of the driver; its types leave it out. */
interface Wire {
  parse(query: { name: string; text: string; types: number[] }): void;
  describe(message: { type: 'S'; name: string }): void;
  sync(): void;
  on(event: string, listener: (message: { dataTypeIDs: number[] }) => void): void;
  removeListener(event: string, listener: (message: { dataTypeIDs: number[] }) => void): void;
}

/** Asks a real server about statements, by Parse and Describe: nothing is run. */
export class Schema {
  private statements = 0;
  private readonly client: pg.Client;
  private readonly types: ReadonlyMap<number, TypeRow>;
  private readonly nullable: ReadonlySet<string>;

  private constructor(client: pg.Client, types: ReadonlyMap<number, TypeRow>, nullable: ReadonlySet<string>) {
    this.client = client;
    this.types = types;
    this.nullable = nullable;
  }

  static async open(url: string): Promise<Schema> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows: types } = await client.query<TypeRow>(
      `SELECT oid::integer, typname AS name, typelem::integer AS element, typcategory = 'A' AS "isArray" FROM pg_type`,
    );
    const { rows: columns } = await client.query<{ column: string }>(
      `SELECT attrelid || '.' || attnum AS column FROM pg_attribute WHERE attnum > 0 AND NOT attnotnull`,
    );
    return new Schema(
      client,
      new Map(types.map((type) => [type.oid, type])),
      new Set(columns.map(({ column }) => column)),
    );
  }

  close(): Promise<void> {
    return this.client.end();
  }

  async describe(sql: string): Promise<Description> {
    const described = await this.ask(sql);
    if (described.error) return { error: described.error };
    return {
      columns: described.fields.map(({ name, tableID, columnID, dataTypeID }) => ({
        name,
        type: this.types.get(dataTypeID)?.name ?? 'unknown',
        kind: this.kindOf(dataTypeID),
        nullable: tableID !== 0 && this.nullable.has(`${tableID}.${columnID}`),
      })),
      parameters: described.parameters.map((oid) => ({
        type: this.types.get(oid)?.name ?? 'unknown',
        kind: this.kindOf(oid),
      })),
    };
  }

  private kindOf(oid: number): string {
    const type = this.types.get(oid);
    if (!type) return 'any';
    if (!type.isArray) return KINDS[type.name] ?? 'any';
    return `${KINDS[this.types.get(type.element)?.name ?? ''] ?? 'any'}[]`;
  }

  private ask(
    text: string,
  ): Promise<{ fields: ParsedField[]; parameters: number[]; error?: { message: string; hint?: string } }> {
    const name = `check-sql-${++this.statements}`;
    const { connection } = this.client as unknown as { connection: Wire };
    return new Promise((resolve) => {
      let fields: ParsedField[] = [];
      let parameters: number[] = [];
      const noteParameters = ({ dataTypeIDs }: { dataTypeIDs: number[] }) => (parameters = dataTypeIDs);
      const finish = (error?: { message: string; hint?: string }) => {
        connection.removeListener('parameterDescription', noteParameters);
        resolve({ fields, parameters, ...(error && { error }) });
      };
      const nothing = () => undefined;
      // The driver queues whatever has a submit().
      this.client.query({
        submit(wire: Wire) {
          wire.on('parameterDescription', noteParameters);
          wire.parse({ name, text, types: [] });
          wire.describe({ type: 'S', name });
          wire.sync();
        },
        handleRowDescription: (message: { fields: ParsedField[] }) => (fields = message.fields),
        // After an error the driver no longer tells this query that the server is ready.
        handleError: finish,
        handleReadyForQuery: () => finish(),
        handleEmptyQuery: nothing,
        handleCommandComplete: nothing,
        handlePortalSuspended: nothing,
        handleDataRow: nothing,
        callback: nothing,
      } as unknown as pg.Submittable);
    });
  }
}
