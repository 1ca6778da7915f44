-- A removed comment vanishes once no reply is left below it, and a thread's count is of what stands. Brings what was
-- removed before into that state. The index answers how much an author wrote on an event lately.
DO $$
BEGIN
  LOOP
    DELETE FROM comments AS removed WHERE removed_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM comments WHERE root_id = removed.root_id AND parent_id = removed.id);
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
$$;
UPDATE comments AS thread SET reply_count = (
  SELECT count(*) FROM comments
  WHERE root_id = thread.id AND parent_id IS NOT NULL AND removed_at IS NULL
) WHERE parent_id IS NULL;
CREATE INDEX comments_by_author ON comments (author_id, event_id, created_at);
