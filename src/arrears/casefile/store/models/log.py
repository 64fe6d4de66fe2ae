"""Which entries stand in the sealed log, and which signed heads and time-stamps say so?

None of these rows is a fact: they say something about entries. Numbers are given by the database function `seal_entries` alone.
"""

from __future__ import annotations

from django.db import models


class UnsealedEntry(models.Model):
    """An entry that has no number yet; put in by a trigger with the entry, taken out by `seal_entries`. Tickets ascend within each chain."""

    ticket = models.BigAutoField(primary_key=True)
    institution_id = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    since = models.DateTimeField()

    class Meta:
        db_table = "unsealed_entries"
        indexes = [models.Index(fields=["institution_id", "ticket"], name="unsealed_in_order")]


class SealedEntry(models.Model):
    """The entry of this number (from 0, no gaps) in the institution's log, with its hash as it was when it was sealed."""

    pk = models.CompositePrimaryKey("institution_id", "number")
    institution_id = models.BigIntegerField()
    number = models.BigIntegerField()
    entry_id = models.BigIntegerField(unique=True)
    entry_hash = models.BinaryField()

    class Meta:
        db_table = "sealed_entries"


class LogTile(models.Model):
    """256 hashes of the tree's height 8 · `level`, from 256 · `tile` on: what proofs are read from. Complete tiles only; can be worked out anew."""

    pk = models.CompositePrimaryKey("institution_id", "level", "tile")
    institution_id = models.BigIntegerField()
    level = models.SmallIntegerField()
    tile = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "log_tiles"


class SigningKey(models.Model):
    """A public key (Ed25519, 32 bytes) under which heads and dossiers of this institution were signed; the private one is in the home."""

    pk = models.CompositePrimaryKey("institution_id", "key_id")
    institution_id = models.BigIntegerField()
    key_id = models.TextField()
    public_key = models.BinaryField()
    since = models.DateTimeField()

    class Meta:
        db_table = "signing_keys"


class TreeHead(models.Model):
    """The root of the first `size` entries, signed at a moment."""

    head_id = models.BigIntegerField(primary_key=True)
    institution_id = models.BigIntegerField()
    size = models.BigIntegerField()
    root = models.BinaryField()
    signed_at = models.DateTimeField()
    key_id = models.TextField()
    signature = models.BinaryField()

    class Meta:
        db_table = "tree_heads"
        indexes = [models.Index(fields=["institution_id", "size"], name="tree_heads_size")]


class TimeStamp(models.Model):
    """What an authority said about when a head was there: an RFC 3161 token (DER), and the time in it."""

    stamp_id = models.BigIntegerField(primary_key=True)
    institution_id = models.BigIntegerField()
    head = models.ForeignKey(TreeHead, on_delete=models.DO_NOTHING, related_name="+")
    token = models.BinaryField()
    stamped_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "time_stamps"


class RecordAlarm(models.Model):
    """Something about the record is not as it was written: found at a moment, in words, at an entry where one can be named."""

    alarm_id = models.BigIntegerField(primary_key=True)
    institution_id = models.BigIntegerField()
    found_at = models.DateTimeField()
    kind = models.TextField()
    what = models.TextField()
    entry_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "record_alarms"
