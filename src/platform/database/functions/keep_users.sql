CREATE OR REPLACE FUNCTION keep_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE foreign_key_violation USING
    MESSAGE = 'a user is deactivated, not deleted, and keeps its id',
    HINT = 'To forget a person, overwrite email, display_name and password_hash.';
END;
$$;
-- Without exception: a claim does not lock its buyers, so whether a user has orders cannot be known here.
CREATE OR REPLACE TRIGGER users_are_kept BEFORE DELETE OR UPDATE OF id ON users
  FOR EACH ROW EXECUTE FUNCTION keep_users();
