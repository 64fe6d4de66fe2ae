"""Where do the sealed bytes lie, and how are they found again unaltered?

Each object is named by its institution and by the SHA-256 of its bytes: `<institution>/<first two digits>/<address>`. A folder of the home
is the default: written whole or not at all, on the disk before `put` answers, closed to others. `ARREARS_EVIDENCE_URL=s3://bucket/prefix`
names a bucket of an S3-compatible store instead, whose access keys, region and endpoint come from the usual `AWS_…` variables.

Object lock: the library that speaks S3 signs no lock headers of its own, so the lock is the bucket's *default retention*, and `put` asks the
store after each object until when it is locked. Where it is not, `put` refuses and takes the object away, unless
`ARREARS_EVIDENCE_LOCK=none` says that the store locks nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from arrears.core.ids import id_text
from arrears.core.problems import WrongCall
from arrears.record.evidence.refusals import EvidenceAltered, EvidenceMissing, StoreRefused

URL_VARIABLE = "ARREARS_EVIDENCE_URL"
LOCK_VARIABLE = "ARREARS_EVIDENCE_LOCK"
IN_MEMORY_BYTES = 4 << 20
"""Sealed files up to this length are put together in memory, longer ones in a file without a name that ends with the process."""
_RANGE_BYTES = 8 << 20
_DIGEST_DIGITS = 64
_RETRY = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}
_CLIENT = {"connect_timeout": "10s", "timeout": "300s"}
_SIGNED_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where evidence lies: an address such as `s3://bucket/prefix`, or None for the home's own folder; must objects be locked?"""

    url: str | None = None
    must_lock: bool = True


@dataclass(frozen=True, slots=True)
class Lying:
    """One object of the store: its address, length and when it was written."""

    address: str
    sealed_bytes: int
    written_at: datetime


def settings_from(environ: Mapping[str, str]) -> StoreSettings:
    """Where does evidence lie, as the environment says?

    >>> settings_from({"ARREARS_EVIDENCE_URL": "s3://evidence/bank", "ARREARS_EVIDENCE_LOCK": "none"})
    StoreSettings(url='s3://evidence/bank', must_lock=False)
    """
    lock = environ.get(LOCK_VARIABLE, "").strip().lower() or "required"
    if lock not in {"required", "none"}:
        raise WrongCall(f"{LOCK_VARIABLE} is “{lock}”.", "It is not clear whether evidence must be locked.", "Set it to required or none.")
    return StoreSettings(environ.get(URL_VARIABLE, "").strip() or None, lock == "required")


class EvidenceStore:
    """The objects of one institution. What it answers was checked against the address; it knows nothing of keys, people or cases."""

    def __init__(self, folder: Path, institution_id: int, settings: StoreSettings | None = None) -> None:
        """`folder` is the home's evidence folder; with an object store it holds only what is being put together."""
        settings = settings or StoreSettings()
        self._folder, self._prefix = folder, id_text(institution_id)
        self._remote = _s3(settings.url) if settings.url else None
        self._must_lock = settings.must_lock
        self.place = settings.url or str(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._objects: Any = self._remote or LocalStore(folder)

    def put(self, pieces: bytes | Iterable[bytes]) -> str:
        """Keep these bytes; answers their address once they are safe, and locked where they must be.

        Raises:
            StoreRefused: the store does not take or does not lock them; nothing of them is left.
        """
        with self._unnamed() as whole:
            digest = hashlib.sha256()
            with self._asking("write"):  # A full disk is told in words here too.
                for piece in [pieces] if isinstance(pieces, bytes) else pieces:
                    digest.update(piece)
                    whole.write(piece)
                whole.seek(0)
            address = digest.hexdigest()
            with self._asking("write"):
                # An object store gets each object in one request: only then does it check and lock the whole of it.
                obstore.put(self._objects, self._path(address), whole, use_multipart=None if self._remote is None else False)
        if self._remote is None:
            self._make_durable(address)
        elif self._must_lock:
            self._refuse_unlocked(self._remote, address)
        return address

    def get(self, address: str) -> bytes:
        """All bytes under an address; for files known to be small. Raises as `opened` does."""
        with self.opened(address) as whole:
            return whole.read()

    @contextmanager
    def opened(self, address: str) -> Iterator[IO[bytes]]:
        """The bytes under an address as a file to read, checked as a whole before it is answered.

        Raises:
            EvidenceMissing: there is nothing under this address.
            EvidenceAltered: what is there has another SHA-256.
        """
        whole = self.fetch(address)
        try:
            yield whole
        finally:
            whole.close()

    def fetch(self, address: str) -> IO[bytes]:
        """The same for somebody who closes the file themselves."""
        whole = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=self._folder)  # noqa: SIM115 - it is handed out
        try:
            digest = hashlib.sha256()
            for piece in self._pieces(address):
                digest.update(piece)
                with self._asking("read"):
                    whole.write(piece)
            if digest.hexdigest() != address:
                raise EvidenceAltered(f"The bytes at {address} in {self.place} are not those that were kept.", "Their SHA-256 is another, so they prove nothing and are not handed out.",
                                      "Bring this object back from a backup or, in a bucket with versions, from its first version. Who could write there?")
        except BaseException:
            whole.close()
            raise
        whole.seek(0)
        return whole

    def _pieces(self, address: str) -> Iterator[bytes]:
        """In ranges: a slow line breaks one of them and not the whole."""
        path, length = self._path(address), self.length(address)
        for start in range(0, length, _RANGE_BYTES):
            with self._asking("read", address):
                yield bytes(obstore.get_range(self._objects, path, start=start, end=min(length, start + _RANGE_BYTES)))

    def length(self, address: str) -> int:
        """How many bytes lie under this address? `EvidenceMissing` where there is nothing."""
        with self._asking("read", address):
            return int(obstore.head(self._objects, self._path(address))["size"])

    def holds(self, address: str) -> bool:
        """Is there an object under this address (whatever its bytes)?"""
        try:
            self.length(address)
        except EvidenceMissing:
            return False
        return True

    def delete(self, address: str) -> bool:
        """Take an object away; False where there was none. A locked bucket hides it only, and keeps the sealed bytes until the lock ends."""
        if not self.holds(address):
            return False
        with self._asking("delete", address):
            obstore.delete(self._objects, self._path(address))
        return True

    def addresses(self) -> Iterator[str]:
        """The address of each object of this institution."""
        return (one.address for one in self.lying())

    def lying(self) -> Iterator[Lying]:
        """Every object of this institution with its length and age; anything else under its name is not ours and left alone."""
        with self._asking("list"):
            for page in obstore.list(self._objects, prefix=self._prefix):
                for one in page:
                    address = one["path"].rsplit("/", 1)[-1]
                    if len(address) == _DIGEST_DIGITS and one["path"].endswith(self._path(address)):
                        yield Lying(address, one["size"], one["last_modified"])

    def remove_unfinished(self, before: datetime) -> int:
        """Remove what a process that was killed while writing left in the folder before this moment; answers how many files."""
        if self._remote is not None:
            return 0
        old = [file for file in (self._folder / self._prefix).glob("??/*#*") if file.stat().st_mtime < before.timestamp()]
        for file in old:
            file.unlink(missing_ok=True)
        return len(old)

    def locked_until(self, address: str) -> datetime | None:
        """Until when does the object store refuse to remove this object? None for a folder, and where there is no lock."""
        if self._remote is None:
            return None
        head = self._headers(self._remote, address)
        mode, until = head.get("x-amz-object-lock-mode"), head.get("x-amz-object-lock-retain-until-date")
        return datetime.fromisoformat(until.replace("Z", "+00:00")) if mode and until else None

    def _headers(self, remote: S3Store, address: str) -> Mapping[str, str]:
        """What the store says about an object beyond what the library passes on."""
        with self._asking("read", address):
            url = obstore.sign(remote, "HEAD", self._path(address), _SIGNED_FOR)
            assert urlsplit(url).scheme in {"http", "https"}
            with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=30) as answer:  # noqa: S310 - http(s), see above
                return {name.lower(): value for name, value in answer.headers.items()}

    def _refuse_unlocked(self, remote: S3Store, address: str) -> None:
        if self.locked_until(address) is not None:
            return
        with self._asking("delete", address):
            obstore.delete(remote, self._path(address))
        raise StoreRefused(
            f"The bucket of {self.place} does not lock what is put into it, or does not tell us.", "Whoever has the bucket's keys could remove evidence, so nothing was kept.",
            f"Give the bucket object lock with a default retention and us the right s3:GetObjectRetention, or set {LOCK_VARIABLE}=none.")

    def _make_durable(self, address: str) -> None:
        """To the disk: the file, its name in its folder, and the folders' own names. Closed to others, as all of the home."""
        file = self._folder / self._path(address)
        file.chmod(0o600)
        for place in (file, *file.parents):
            if place == self._folder.parent:
                break
            if place.is_dir():
                place.chmod(0o700)
            descriptor = os.open(place, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    @contextmanager
    def _unnamed(self) -> Iterator[IO[bytes]]:
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=self._folder) as whole:
            yield whole

    def _path(self, address: str) -> str:
        assert len(address) == _DIGEST_DIGITS and not address.strip("0123456789abcdef"), "an address is a SHA-256 in hex"
        return f"{self._prefix}/{address[:2]}/{address}"

    @contextmanager
    def _asking(self, what: str, address: str = "") -> Iterator[None]:
        """The store's refusals in our words. Its own text may hold a signed address: only its code is passed on."""
        try:
            yield
        except FileNotFoundError as none:
            if not address or "NoSuchBucket" in str(none):
                raise self._refused(what, "there is no such bucket or folder") from None
            raise self._missing(address) from None
        except urllib.error.HTTPError as answer:
            if answer.code == 404 and address:
                raise self._missing(address) from None
            raise self._refused(what, f"answer {answer.code}") from None
        except (BaseError, OSError, ValueError) as trouble:
            raise self._refused(what, _brief(trouble)) from None

    def _missing(self, address: str) -> EvidenceMissing:
        return EvidenceMissing(f"There is nothing at {address} in {self.place}.", "The record says that it was kept there; without the bytes nothing can be shown.",
                               f"Is {URL_VARIABLE} the one under which it was kept? Else bring the object back from a backup.")

    def _refused(self, what: str, said: str) -> StoreRefused:
        return StoreRefused(f"The evidence store {self.place} could not {what}: {said}.", "Nothing was kept or handed out.",
                            "Look at the store, its address and access keys (or the folder and its disk), then try again.")


def _brief(trouble: Exception) -> str:
    if isinstance(trouble, OSError) and trouble.strerror:
        return trouble.strerror
    known = {"PermissionDeniedError": "we may not", "UnauthenticatedError": "it does not know us"}
    code = _CODE.search(str(trouble))
    said = known.get(type(trouble).__name__, "it did not answer as it should")
    return f"{said} ({code.group(1)})" if code else said


_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
"""The one word of an S3 server's answer that says what is wrong and holds nothing secret."""


def _s3(url: str) -> S3Store:
    """A bucket; keys, region and endpoint come from the environment. The checksum is what a bucket with object lock asks for."""
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc or parts.query or "@" in parts.netloc:
        raise WrongCall(f"{URL_VARIABLE} is not an address of a bucket.", "Evidence has no place.", "Write s3://bucket or s3://bucket/prefix; keys go into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
    # The library forgets this one of the environment's settings once it is given others.
    client = {**_CLIENT, "allow_http": os.environ.get("AWS_ALLOW_HTTP", "").lower() in {"1", "true"}}
    return S3Store(parts.netloc, prefix=parts.path.strip("/") or None, checksum_algorithm="SHA256", client_options=client, retry_config=_RETRY)
