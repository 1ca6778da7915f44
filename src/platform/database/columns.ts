import type { ColumnOptions, ValueTransformer } from 'typeorm';

/** PostgreSQL's bigint arrives as text; minor units stay far below 2^53. */
const bigintAsNumber: ValueTransformer = {
  to: (value: number | null) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

export const minorUnits: ColumnOptions = { type: 'bigint', transformer: bigintAsNumber };
