"""Does only the right key open what was sealed?"""

from __future__ import annotations

import base64

import pyarrow as pa
import pytest


def test_a_column_sealed_opens_again_and_seals_differently_each_time(store, bank, person):
    with store.institution.acting_for(bank):
        vault, people = store.vault.default_vault(), pa.array([person] * 3)
        sealed = vault.seal_many(people, pa.array(["张三", None, "张三"]), "name")
        assert sealed[0] != sealed[2] and sealed[0].as_py()[:1] == b"\x01"
        assert vault.unseal_many(people, sealed, "name").cast(pa.string()).to_pylist() == ["张三", None, "张三"]


@pytest.mark.parametrize("change", [lambda s: s[:-1] + bytes([s[-1] ^ 1]), lambda s: b"\x02" + s[1:], lambda s: s[:5], lambda s: b""])
def test_changed_bytes_do_not_open(store, bank, person, change):
    with store.institution.acting_for(bank):
        vault = store.vault.default_vault()
        sealed = vault.seal(person, b"secret", "name")
        with pytest.raises(store.vault.Unreadable):
            vault.unseal(person, change(sealed), "name")
        with pytest.raises(store.vault.Unreadable):
            vault.unseal(person, sealed, "reason")


def test_another_envelope_key_opens_nothing(store, bank, person):
    with store.institution.acting_for(bank):
        sealed = store.vault.default_vault().seal(person, b"secret", "name")
        with pytest.raises(store.vault.Unreadable):
            store.vault.Vault(bytes(32)).unseal(person, sealed, "name")


def test_nobody_without_a_key_can_be_sealed_for(store, bank):
    with store.institution.acting_for(bank), pytest.raises(store.vault.Unreadable, match="1 person has no key"):
        store.vault.default_vault().seal_many(pa.array([1]), pa.array(["x"]), "name")


def test_the_envelope_key_file_is_private_and_never_overwritten(store, tmp_path, monkeypatch):
    path = tmp_path / "envelope.key"
    monkeypatch.delenv("ARREARS_ENVELOPE_KEY")
    with pytest.raises(store.vault.KeyRefused, match="no envelope key"):
        store.vault.load_envelope_key(path)
    store.vault.make_envelope_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(store.vault.load_envelope_key(path)) == 32
    with pytest.raises(FileExistsError):
        store.vault.make_envelope_key(path)
    path.chmod(0o640)
    with pytest.raises(store.vault.KeyRefused, match="chmod 600"):
        store.vault.load_envelope_key(path)
    path.chmod(0o600)
    path.write_text(base64.b64encode(b"short").decode())
    with pytest.raises(store.vault.KeyRefused, match="not 32 bytes"):
        store.vault.load_envelope_key(path)
