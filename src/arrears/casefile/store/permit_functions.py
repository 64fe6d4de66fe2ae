"""Which functions of the database write permits, and what do they make sure of?

The application's role has no INSERT on the tables of permits. The functions take the person's lock themselves, and look after it whether
what the asker read is still all there is: the entries that they are handed must follow the newest entry of the person's chain, and the case's
chain must not have grown. Else nothing is written and the asker asks anew. So no permit rests on facts that were out of date.
"""

from __future__ import annotations

from arrears.casefile.store.protection import ACTING

NOT_CURRENT = "40001"
"""SQLSTATE (serialization failure): more was recorded since the asker read; reading and asking anew is the remedy."""
UNKNOWN, USED, VOIDED, EXPIRED, OVERTAKEN = "AP001", "AP002", "AP003", "AP004", "AP005"
"""SQLSTATEs for a permit that cannot be taken: there is none such, it was used, given back, has expired, or something happened since."""

HARMLESS_SINCE = ("permit:issued", "permit:refused", "permit:used", "permit:voided", "personal:shown")
"""Entries that a permit outlives. Anything else recorded about the person after it was issued might have turned the answer."""

_OPENING = f"""LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE acting bigint := {ACTING}; held record;
"""
_ACTING_AND_LOCKED = """
  IF acting IS NULL THEN
    RAISE EXCEPTION 'Nobody is acting for an institution here, so there are no permits.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM pg_advisory_xact_lock_shared(acting);
  FOR held IN SELECT DISTINCT chain FROM jsonb_to_recordset(entries) AS e(chain bigint) ORDER BY chain LOOP
    PERFORM pg_advisory_xact_lock(held.chain);
  END LOOP;
"""
_CURRENT = f"""
  FOR held IN
    SELECT n.chain FROM (
      SELECT DISTINCT ON (chain) chain, position, predecessor FROM jsonb_to_recordset(entries) AS e(chain bigint, position integer, predecessor bytea)
      ORDER BY chain, position) n
    LEFT JOIN LATERAL (
      SELECT j.position, j.entry_hash FROM public.journal_entries j WHERE j.chain = n.chain AND j.institution_id = acting
      ORDER BY j.position DESC LIMIT 1) newest ON true
    WHERE n.position <> coalesce(newest.position, 0) + 1 OR n.predecessor <> coalesce(newest.entry_hash, decode(repeat('00', 32), 'hex'))
  LOOP
    RAISE EXCEPTION 'More was recorded about person % since it was read.', held.chain USING ERRCODE = '{NOT_CURRENT}', HINT = 'Read and ask anew.';
  END LOOP;
"""
_WRITE_ENTRIES = """
  INSERT INTO public.journal_entries SELECT * FROM jsonb_populate_recordset(NULL::public.journal_entries, entries);
  INSERT INTO public.journal_salts SELECT * FROM jsonb_populate_recordset(NULL::public.journal_salts, salts);
"""
_ONE_FACT_AN_ENTRY = """
  IF EXISTS (
    SELECT FROM jsonb_to_recordset(entries) AS e(entry_id bigint, fact_id bigint, chain bigint, position integer)
    FULL JOIN jsonb_to_recordset({facts}) AS f(entry_id bigint, fact_id bigint, party_id bigint, position integer)
      ON (f.entry_id, f.fact_id, f.party_id, f.position) = (e.entry_id, e.fact_id, e.chain, e.position)
    WHERE e.entry_id IS NULL OR f.entry_id IS NULL) THEN
    RAISE EXCEPTION 'Each fact comes with its own entry.' USING ERRCODE = 'restrict_violation';
  END IF;
"""

ISSUE = f"""
CREATE FUNCTION issue_permits(entries jsonb, salts jsonb, issued jsonb, refused jsonb, cases jsonb) RETURNS void {_OPENING}
BEGIN {_ACTING_AND_LOCKED} {_CURRENT} {_ONE_FACT_AN_ENTRY.format(facts="issued || refused")}
  FOR held IN
    SELECT c.case_id FROM jsonb_to_recordset(cases) AS c(case_id bigint, position integer)
    WHERE c.position <> coalesce((SELECT j.position FROM public.journal_entries j WHERE j.chain = c.case_id AND j.institution_id = acting
                                  ORDER BY j.position DESC LIMIT 1), 0)
  LOOP
    RAISE EXCEPTION 'More was recorded about case % since it was read.', held.case_id USING ERRCODE = '{NOT_CURRENT}', HINT = 'Read and ask anew.';
  END LOOP;
  IF EXISTS (SELECT FROM jsonb_to_recordset(issued) AS i(issued_at timestamptz, expires_at timestamptz) WHERE i.expires_at <= i.issued_at) THEN
    RAISE EXCEPTION 'A permit expires after it is issued.' USING ERRCODE = 'check_violation';
  END IF;
  {_WRITE_ENTRIES}
  INSERT INTO public.permits_issued SELECT * FROM jsonb_populate_recordset(NULL::public.permits_issued, issued);
  INSERT INTO public.permits_refused SELECT * FROM jsonb_populate_recordset(NULL::public.permits_refused, refused);
END $$;
REVOKE ALL ON FUNCTION issue_permits(jsonb, jsonb, jsonb, jsonb, jsonb) FROM PUBLIC;
"""

_NAMES = ", ".join(f"'{name}'" for name in HARMLESS_SINCE)
_OPEN_PERMIT = f"""
  FOR held IN SELECT f.permit_id, f.party_id, f.moment, i.issued_at, i.expires_at, i.position,
      EXISTS (SELECT FROM public.permits_used u WHERE u.permit_id = f.permit_id) AS used,
      EXISTS (SELECT FROM public.permits_voided v WHERE v.permit_id = f.permit_id) AS voided
    FROM jsonb_to_recordset(facts) AS f(permit_id bigint, party_id bigint, moment timestamptz)
    LEFT JOIN public.permits_issued i ON i.permit_id = f.permit_id AND i.institution_id = acting AND i.party_id = f.party_id
  LOOP
    IF held.issued_at IS NULL OR held.moment < held.issued_at THEN
      RAISE EXCEPTION 'There is no such permit.' USING ERRCODE = '{UNKNOWN}';
    ELSIF held.used THEN
      RAISE EXCEPTION 'The permit was used.' USING ERRCODE = '{USED}';
    ELSIF held.voided THEN
      RAISE EXCEPTION 'The permit was given back.' USING ERRCODE = '{VOIDED}';
    END IF;
"""
# A clock that is behind does not help: nobody may use a permit once something was recorded at a moment at which it had expired.
_STILL_GOOD = f"""
    IF held.expires_at <= greatest(held.moment, (
        SELECT max(j.recorded_at) FROM public.journal_entries j WHERE j.chain = held.party_id AND j.institution_id = acting AND j.position > held.position)) THEN
      RAISE EXCEPTION 'The permit has expired.' USING ERRCODE = '{EXPIRED}';
    ELSIF EXISTS (SELECT FROM public.journal_entries j WHERE j.chain = held.party_id AND j.institution_id = acting AND j.position > held.position
                  AND j.name NOT IN ({_NAMES})) THEN
      RAISE EXCEPTION 'Something was recorded about the person after the permit was issued.' USING ERRCODE = '{OVERTAKEN}';
    END IF;
"""

USE = f"""
CREATE FUNCTION use_permit(entries jsonb, salts jsonb, facts jsonb) RETURNS void {_OPENING}
BEGIN {_ACTING_AND_LOCKED} {_CURRENT} {_ONE_FACT_AN_ENTRY.format(facts="facts")} {_OPEN_PERMIT.replace("moment timestamptz", "used_at timestamptz").replace("f.moment", "f.used_at AS moment")}
  {_STILL_GOOD}
  END LOOP;
  {_WRITE_ENTRIES}
  INSERT INTO public.permits_used SELECT * FROM jsonb_populate_recordset(NULL::public.permits_used, facts);
END $$;
REVOKE ALL ON FUNCTION use_permit(jsonb, jsonb, jsonb) FROM PUBLIC;
"""

VOID = f"""
CREATE FUNCTION void_permit(entries jsonb, salts jsonb, facts jsonb) RETURNS void {_OPENING}
BEGIN {_ACTING_AND_LOCKED} {_CURRENT} {_ONE_FACT_AN_ENTRY.format(facts="facts")} {_OPEN_PERMIT.replace("moment timestamptz", "voided_at timestamptz").replace("f.moment", "f.voided_at AS moment")}
  END LOOP;
  {_WRITE_ENTRIES}
  INSERT INTO public.permits_voided SELECT * FROM jsonb_populate_recordset(NULL::public.permits_voided, facts);
END $$;
REVOKE ALL ON FUNCTION void_permit(jsonb, jsonb, jsonb) FROM PUBLIC;
"""
FUNCTIONS = ("issue_permits(jsonb, jsonb, jsonb, jsonb, jsonb)", "use_permit(jsonb, jsonb, jsonb)", "void_permit(jsonb, jsonb, jsonb)")
TABLES = ("permits_issued", "permits_refused", "permits_used", "permits_voided")
