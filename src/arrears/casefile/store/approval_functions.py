"""Which SQL lets a request be decided once, in time, and by somebody else than who asked?

A trigger, so that no way of writing the fact can forget it, and so that of two people who decide at the same moment one counts: the second
waits for the first to commit and is then told that it is decided. Used by a migration.
"""

from __future__ import annotations

UNKNOWN, NOT_OPEN, TOO_LATE, SAME_PERSON, NOT_YOURS = "AR010", "AR011", "AR012", "AR013", "AR014"
"""SQL states of the refusals: no such request; decided or taken back before; expired; who asked cannot decide; only who asked takes back."""

_STANDS_OPEN = f"""
CREATE FUNCTION {{function}}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked record;
BEGIN
  -- Each statement below sees what was committed before it began, so it is looked at only after the lock.
  PERFORM pg_advisory_xact_lock(hashtextextended('approval:' || NEW.request_id, 0));
  SELECT requested_by, expires_at INTO asked FROM public.approvals_requested WHERE request_id = NEW.request_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such request.' USING ERRCODE = '{UNKNOWN}';
  END IF;
  IF EXISTS (SELECT FROM public.approvals_decided WHERE request_id = NEW.request_id)
     OR EXISTS (SELECT FROM public.approvals_withdrawn WHERE request_id = NEW.request_id) THEN
    RAISE EXCEPTION 'The request was decided or taken back before.' USING ERRCODE = '{NOT_OPEN}';
  END IF;
  {{more}}
  RETURN NEW;
END $$;
CREATE TRIGGER {{function}} BEFORE INSERT ON {{table}} FOR EACH ROW EXECUTE FUNCTION {{function}}();
"""
ONLY_WHAT_IS_OPEN = _STANDS_OPEN.format(function="only_what_is_open_is_decided", table="approvals_decided", more=f"""
  IF NEW.decided_at >= asked.expires_at THEN
    RAISE EXCEPTION 'The request has expired.' USING ERRCODE = '{TOO_LATE}';
  END IF;
  IF NEW.decided_by = asked.requested_by THEN
    RAISE EXCEPTION 'Who asked does not decide.' USING ERRCODE = '{SAME_PERSON}';
  END IF;""") + _STANDS_OPEN.format(function="only_who_asked_takes_back", table="approvals_withdrawn", more=f"""
  IF NEW.withdrawn_by <> asked.requested_by THEN
    RAISE EXCEPTION 'Only who asked takes a request back.' USING ERRCODE = '{NOT_YOURS}';
  END IF;""")
