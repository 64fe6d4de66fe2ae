"""Which SQL keeps a table closed to other institutions, and its rows as they were written?

Used by migrations; `privileges` adds what the application's role may do.
"""

from __future__ import annotations

ACTING = "nullif(current_setting('arrears.institution', true), '')::bigint"
"""The institution this transaction acts for, in SQL; NULL (so: no rows at all) where none was said."""

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Rows of % are facts: they are never changed or removed.', TG_TABLE_NAME
    USING HINT = 'Record another fact that corrects this one.', ERRCODE = 'restrict_violation';
END $$;
"""

REFUSE_OTHER_SALTS = """
CREATE FUNCTION salts_may_only_be_blanked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE place int;
BEGIN
  IF (new.entry_id, new.institution_id, new.party_id, new.personal_positions, length(new.salts))
     IS DISTINCT FROM (old.entry_id, old.institution_id, old.party_id, old.personal_positions, length(old.salts)) THEN
    RAISE EXCEPTION 'A salt can be blanked, nothing else of it can be changed.' USING ERRCODE = 'restrict_violation';
  END IF;
  FOR place IN 0 .. length(old.salts) / 16 - 1 LOOP
    IF substring(new.salts FROM place * 16 + 1 FOR 16) NOT IN (substring(old.salts FROM place * 16 + 1 FOR 16), decode(repeat('00', 16), 'hex')) THEN
      RAISE EXCEPTION 'A salt can be blanked, never replaced.' USING ERRCODE = 'restrict_violation';
    END IF;
  END LOOP;
  RETURN new;
END $$;
"""

_FOUNDATION = """
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  IF EXISTS (SELECT FROM added a WHERE (SELECT true FROM public.{table} f WHERE f.{key} = a.{key}) IS NULL) THEN
    RAISE EXCEPTION 'A fact of % has no {words}.', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
"""
# A scalar sub-query and no sequential scan: always one look into the primary key a row. A join here is planned while the tables are
# still thought to be empty, and then a night of 300,000 cases takes hours.
FACTS_HAVE_ENTRIES = (
    _FOUNDATION.format(function="facts_have_entries", table="journal_entries", key="entry_id", words="journal entry")
    + _FOUNDATION.format(function="facts_have_cases", table="cases", key="case_id", words="case that was opened here")
)
"""Instead of foreign keys, whose check of row after row took a third of a nightly run's writing: one question a statement. Nothing is
ever removed from the tables asked, so the other direction needs no guard."""

ERASE = f"""
CREATE FUNCTION erase_party_identity(erased bigint) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE acting bigint := {ACTING}; removed integer; salted record; place int; blanked bytea;
BEGIN
  IF acting IS NULL THEN
    RAISE EXCEPTION 'Nobody is acting for an institution here, so nobody can be erased.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  DELETE FROM public.id_map WHERE institution_id = acting AND party_id = erased;
  DELETE FROM public.party_keys WHERE institution_id = acting AND party_id = erased;
  GET DIAGNOSTICS removed = ROW_COUNT;
  FOR salted IN SELECT * FROM public.journal_salts
                WHERE institution_id = acting AND party_id = erased AND personal_positions <> ''::bytea LOOP
    blanked := salted.salts;
    FOR place IN 0 .. length(salted.personal_positions) - 1 LOOP
      blanked := overlay(blanked PLACING decode(repeat('00', 16), 'hex')
                         FROM (get_byte(salted.personal_positions, place) - 1) * 16 + 1 FOR 16);
    END LOOP;
    UPDATE public.journal_salts SET salts = blanked WHERE entry_id = salted.entry_id;
  END LOOP;
  RETURN removed;
END $$;
REVOKE ALL ON FUNCTION erase_party_identity(bigint) FROM PUBLIC;
"""

QUEUE_ENTRIES = """
CREATE FUNCTION queue_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.unsealed_entries (institution_id, entry_id, since)
  SELECT institution_id, entry_id, clock_timestamp() FROM added ORDER BY chain, position;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION queue_entries() FROM PUBLIC;
CREATE TRIGGER queue_entries AFTER INSERT ON journal_entries REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION queue_entries();
"""
# Tickets of one chain ascend: whoever continues a chain waits for the writer before, so its statement draws later ones.

QUEUE_OLDER_ENTRIES = """
DO $$
DECLARE one bigint;
BEGIN
  FOR one IN SELECT institution_id FROM public.institutions ORDER BY 1 LOOP
    PERFORM set_config('arrears.institution', one::text, true);
    INSERT INTO public.unsealed_entries (institution_id, entry_id, since)
    SELECT institution_id, entry_id, clock_timestamp() FROM (
      SELECT *, max(recorded_at) OVER (PARTITION BY chain ORDER BY position) AS not_before FROM public.journal_entries WHERE institution_id = one) e
    ORDER BY not_before, chain, position;
  END LOOP;
  PERFORM set_config('arrears.institution', '', true);
END $$;
"""
"""Entries of a database made before there was a log: in the order of their moments, and in each chain in that of their positions."""

SEAL_ENTRIES = f"""
CREATE FUNCTION seal_entries(at_most integer) RETURNS TABLE (number bigint, entry_hash bytea) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE acting bigint := {ACTING}; size bigint;
BEGIN
  IF acting IS NULL THEN
    RAISE EXCEPTION 'Nobody is acting for an institution here, so nothing can be sealed.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('seal:' || acting, 0));
  SELECT coalesce(max(s.number) + 1, 0) INTO size FROM public.sealed_entries s WHERE s.institution_id = acting;
  RETURN QUERY
  WITH due AS (SELECT u.ticket FROM public.unsealed_entries u WHERE u.institution_id = acting ORDER BY u.ticket LIMIT at_most),
  taken AS (DELETE FROM public.unsealed_entries u USING due d WHERE u.ticket = d.ticket RETURNING u.ticket, u.entry_id),
  numbered AS (
    SELECT size + row_number() OVER (ORDER BY t.ticket) - 1 AS number, e.entry_id, e.entry_hash
    FROM taken t JOIN public.journal_entries e ON e.entry_id = t.entry_id),
  sealed AS (
    INSERT INTO public.sealed_entries (institution_id, number, entry_id, entry_hash)
    SELECT acting, n.number, n.entry_id, n.entry_hash FROM numbered n RETURNING sealed_entries.number, sealed_entries.entry_hash)
  SELECT s.number, s.entry_hash FROM sealed s ORDER BY 1;
END $$;
REVOKE ALL ON FUNCTION seal_entries(integer) FROM PUBLIC;
"""
"""One sealer at a time numbers what waits, oldest first, and takes it out of the queue: in one statement, so there is never a gap, and an
entry is either waiting or sealed. The application's role may do neither by itself."""
REWRAP = f"""
CREATE FUNCTION rewrap_party_keys(parties bigint[], before bytea[], after bytea[]) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE acting bigint := {ACTING}; changed integer;
BEGIN
  IF acting IS NULL THEN
    RAISE EXCEPTION 'Nobody is acting for an institution here, so no key is wrapped anew.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE public.party_keys k SET wrapped_key = g.after FROM unnest(parties, before, after) AS g(party_id, before, after)
  WHERE k.institution_id = acting AND k.party_id = g.party_id AND k.wrapped_key = g.before AND get_byte(g.after, 0) = 2 AND length(g.after) = 65;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END $$;
REVOKE ALL ON FUNCTION rewrap_party_keys(bigint[], bytea[], bytea[]) FROM PUBLIC;
"""
"""Puts a key wrapped anew in the place of exactly the bytes that were read: whoever was erased meanwhile stays erased. 65 bytes: version,
key id, nonce, 32 bytes of key, tag."""

REHASH = f"""
CREATE FUNCTION rehash_numbers(kinds text[], before uuid[], after uuid[], key_number smallint) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE acting bigint := {ACTING}; changed integer;
BEGIN
  IF acting IS NULL THEN
    RAISE EXCEPTION 'Nobody is acting for an institution here, so no number is hashed anew.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE public.id_map m SET number_hmac = g.after, hmac_key = key_number FROM unnest(kinds, before, after) AS g(kind, before, after)
  WHERE m.institution_id = acting AND m.kind = g.kind AND m.number_hmac = g.before AND m.hmac_key < key_number;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END $$;
REVOKE ALL ON FUNCTION rehash_numbers(text[], uuid[], uuid[], smallint) FROM PUBLIC;
"""
"""Gives numbers their hash under a later key of the institution; ids stay as they are."""

SEARCH_INDEX = f"""
CREATE FUNCTION forget_search_values() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  DELETE FROM public.search_index s USING removed r WHERE s.institution_id = r.institution_id AND s.party_id = r.party_id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION forget_search_values() FROM PUBLIC;
CREATE TRIGGER forget_search_values AFTER DELETE ON party_keys REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION forget_search_values();
CREATE FUNCTION clear_search_index() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE acting bigint := {ACTING}; removed integer;
BEGIN
  DELETE FROM public.search_index WHERE institution_id = acting;
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END $$;
REVOKE ALL ON FUNCTION clear_search_index() FROM PUBLIC;
"""
"""Whoever loses the key can no longer be found by a telephone number either: a trigger, so that no way of erasing can forget it."""


def closed_to_other_institutions(table: str) -> str:
    """Which SQL shows and takes only rows of the acting institution, for the table's owner as well?

    >>> closed_to_other_institutions("holds").splitlines()[0]
    'ALTER TABLE holds ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;'
    """
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY own_institution ON {table} USING (institution_id = {ACTING}) WITH CHECK (institution_id = {ACTING});\n"
    )


def never_changed(table: str) -> str:
    """Which SQL refuses UPDATE, DELETE and TRUNCATE, even to the table's owner?

    >>> "BEFORE UPDATE OR DELETE OR TRUNCATE ON holds" in never_changed("holds")
    True
    """
    return (
        f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();\n"
    )


def stands_on(table: str, function: str) -> str:
    """Which SQL refuses rows of `table` that `function` (`facts_have_entries`, `facts_have_cases`) finds without foundation?

    >>> stands_on("holds", "facts_have_entries").split(" ON ")[0]
    'CREATE TRIGGER facts_have_entries AFTER INSERT'
    """
    return (
        f"CREATE TRIGGER {function} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}();\n"
    )


def salts_only_blanked() -> str:
    """Which SQL lets salts be blanked and refuses every other change of them?"""
    return (
        "CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON journal_salts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();\n"
        "CREATE TRIGGER only_blanked BEFORE UPDATE ON journal_salts FOR EACH ROW EXECUTE FUNCTION salts_may_only_be_blanked();\n"
    )
