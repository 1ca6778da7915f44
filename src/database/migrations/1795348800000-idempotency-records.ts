import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a request with an Idempotency-Key came to, so that sending it again makes nothing twice. */
export class IdempotencyRecords1795348800000 implements MigrationInterface {
  name = 'IdempotencyRecords1795348800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_records (
        user_id uuid NOT NULL,
        key text NOT NULL,
        request_hash bytea NOT NULL,
        resource_id uuid,
        answer json,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT idempotency_records_pkey PRIMARY KEY (user_id, key)
      );
      CREATE INDEX idempotency_records_by_age ON idempotency_records (created_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
