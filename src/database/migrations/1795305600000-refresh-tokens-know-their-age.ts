import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A lost answer leaves a successor that nobody has: its age tells when another may be issued in its place. */
export class RefreshTokensKnowTheirAge1795305600000 implements MigrationInterface {
  name = 'RefreshTokensKnowTheirAge1795305600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE refresh_tokens ADD COLUMN issued_at timestamptz NOT NULL DEFAULT now()`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}
