import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * PostgreSQL checks a foreign key row by row, with a query that locks the row referred to: more than a third of what
 * an order costs it (docs/adr/0009-orders-refer-without-checks.md). The claim has looked at both rows itself. So
 * the keys stay as a description, and what they forbade to the rows referred to, triggers forbid.
 */
export class OrdersKeepTheirOwners1795262400000 implements MigrationInterface {
  name = 'OrdersKeepTheirOwners1795262400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(KEEP_USERS);
    await runner.query(KEEP_SOLD_ITEMS);
    await runner.query(`
      ALTER TABLE orders
        ALTER CONSTRAINT orders_user_fkey NOT ENFORCED,
        ALTER CONSTRAINT orders_event_item_fkey NOT ENFORCED
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward; restore a backup instead.');
  }
}

const KEEP_USERS = `
CREATE FUNCTION keep_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE foreign_key_violation USING
    MESSAGE = 'a user is deactivated, not deleted, and keeps its id',
    HINT = 'To forget a person, overwrite email, display_name and password_hash.';
END;
$$;
-- Without exception: a claim does not lock its buyers, so whether a user has orders cannot be known here.
CREATE TRIGGER users_are_kept BEFORE DELETE OR UPDATE OF id ON users
  FOR EACH ROW EXECUTE FUNCTION keep_users();
`;

const KEEP_SOLD_ITEMS = `
CREATE FUNCTION keep_sold_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A claim holds the item's lock until its orders are committed, and this trigger runs when that lock is ours.
  IF EXISTS (SELECT FROM orders WHERE event_item_id = OLD.id) THEN
    RAISE foreign_key_violation USING MESSAGE = format('event item %s has orders', OLD.id);
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END;
$$;
CREATE TRIGGER sold_items_are_kept BEFORE DELETE OR UPDATE OF id ON event_items
  FOR EACH ROW EXECUTE FUNCTION keep_sold_items();
`;
