"""The same stories over a folder and over a bucket with object lock, spoken to over HTTP."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from arrears.core.problems import WrongCall
from arrears.record.evidence.refusals import EvidenceAltered, EvidenceMissing, StoreRefused
from arrears.record.evidence.store import EvidenceStore, StoreSettings, settings_from

BANK, OTHER_BANK = 5, 6
BIG = 20_000_000
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "not to be told", "AWS_REGION": "eu-central-1", "AWS_ALLOW_HTTP": "true"}


def checksum_as_s3_takes_it(application: Any) -> Any:
    """S3 takes any `x-amz-checksum-…` header for a bucket with object lock; the peer asks for the SDK's word beside it."""

    def answer(environ: dict[str, Any], start: Any) -> Any:
        if "HTTP_X_AMZ_CHECKSUM_SHA256" in environ:
            environ["HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"] = "SHA256"
        return application(environ, start)

    return answer


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a running S3-compatible server."""
    application = checksum_as_s3_takes_it(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """A client and a new bucket that locks everything for a month; our keys in the environment."""
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": s3}.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=s3, aws_access_key_id="key", aws_secret_access_key="not to be told", region_name="eu-central-1")
    name = f"b{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}"
    place = {"LocationConstraint": "eu-central-1"}
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True, CreateBucketConfiguration=place)
    client.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}})
    return client, name


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.peer)])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Makes the store of an institution."""
    if request.param == "folder":
        return lambda institution: EvidenceStore(tmp_path / "evidence", institution)
    _, name = request.getfixturevalue("bucket")
    return lambda institution: EvidenceStore(tmp_path / "evidence", institution, StoreSettings(f"s3://{name}/kept/here"))


def test_bytes_are_found_again_under_their_hash(stores: Any) -> None:
    store = stores(BANK)
    address = store.put(b"sealed bytes")
    assert address == hashlib.sha256(b"sealed bytes").hexdigest()
    assert (store.get(address), store.holds(address), store.length(address), list(store.addresses())) == (b"sealed bytes", True, 12, [address])


def test_a_recording_of_many_pieces_comes_back_whole(stores: Any) -> None:
    store = stores(BANK)
    address = store.put(bytes([number]) * (BIG // 20) for number in range(20))
    with store.opened(address) as whole:
        assert hashlib.sha256(whole.read()).hexdigest() == address
    assert [(one.address, one.sealed_bytes) for one in store.lying()] == [(address, BIG)]


def test_what_is_taken_away_is_gone_and_taken_away_once(stores: Any) -> None:
    store = stores(BANK)
    address = store.put(b"sealed bytes")
    assert (store.delete(address), store.delete(address), list(store.addresses())) == (True, False, [])
    with pytest.raises(EvidenceMissing, match=address):
        store.get(address)


def test_one_institution_does_not_see_what_another_keeps(stores: Any) -> None:
    address = stores(BANK).put(b"sealed bytes")
    assert not stores(OTHER_BANK).holds(address) and list(stores(OTHER_BANK).addresses()) == []


def test_a_folder_is_closed_to_others_down_to_each_file(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path / "evidence", BANK)
    store.put(b"one")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "evidence").rglob("*")}
    assert modes == {0o700, 0o600} and stat.S_IMODE((tmp_path / "evidence").stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_folder_that_cannot_be_written_is_a_refusal_in_words(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path / "evidence", BANK)
    (tmp_path / "evidence" / "00000000000055").write_text("a file where the institution's folder should be")
    with pytest.raises(StoreRefused, match="could not write"):
        store.put(b"one")


@pytest.mark.peer
def test_an_object_in_the_bucket_is_locked_and_only_hidden_when_taken_away(bucket: Any, tmp_path: Path) -> None:
    client, name = bucket
    store = EvidenceStore(tmp_path, BANK, StoreSettings(f"s3://{name}"))
    address = store.put(b"sealed bytes")
    until = store.locked_until(address)
    assert until is not None and (until - next(iter(store.lying())).written_at).days in {29, 30}
    (version,) = client.list_object_versions(Bucket=name)["Versions"]
    with pytest.raises(client.exceptions.ClientError):
        client.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    assert store.delete(address) and not store.holds(address)
    assert client.get_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])["Body"].read() == b"sealed bytes"


@pytest.mark.peer
def test_a_bucket_without_lock_takes_nothing_unless_that_is_said(bucket: Any, tmp_path: Path) -> None:
    client, _ = bucket
    client.create_bucket(Bucket="open-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    with pytest.raises(StoreRefused, match="does not lock"):
        EvidenceStore(tmp_path, BANK, StoreSettings("s3://open-bucket")).put(b"sealed bytes")
    assert "Contents" not in client.list_objects_v2(Bucket="open-bucket")
    unlocked = EvidenceStore(tmp_path, BANK, StoreSettings("s3://open-bucket", must_lock=False))
    assert unlocked.locked_until(unlocked.put(b"sealed bytes")) is None


@pytest.mark.peer
def test_somebody_who_writes_over_an_object_is_found_out(bucket: Any, tmp_path: Path) -> None:
    client, name = bucket
    store = EvidenceStore(tmp_path, BANK, StoreSettings(f"s3://{name}"))
    address = store.put(b"sealed bytes")
    key = client.list_objects_v2(Bucket=name)["Contents"][0]["Key"]
    client.put_object(Bucket=name, Key=key, Body=b"other bytes!", ChecksumAlgorithm="SHA256")
    with pytest.raises(EvidenceAltered, match=address):
        store.get(address)


@pytest.mark.peer
def test_a_store_that_is_not_there_is_a_refusal_that_tells_no_key(bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreRefused, match="could not write") as refused:
        EvidenceStore(tmp_path, BANK, StoreSettings("s3://nowhere-at-all")).put(b"sealed bytes")
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in str(refused.value) and "Signature" not in str(refused.value)
    assert refused.value.retry_may_help


@pytest.mark.parametrize("url", ["http://bucket", "s3:///prefix", "s3://key:secret@bucket", "bucket"])
def test_an_address_that_is_no_bucket_is_a_wrong_call(url: str, tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="ARREARS_EVIDENCE_URL") as refused:
        EvidenceStore(tmp_path, BANK, StoreSettings(url))
    assert "secret" not in str(refused.value).replace("AWS_SECRET_ACCESS_KEY", "")


def test_a_lock_setting_that_means_nothing_is_refused_and_locking_is_the_default() -> None:
    assert settings_from({}) == StoreSettings(None, True)
    with pytest.raises(WrongCall, match="maybe"):
        settings_from({"ARREARS_EVIDENCE_LOCK": "maybe"})
