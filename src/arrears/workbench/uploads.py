"""How does a file come in from a browser: how much of it, and where does it lie meanwhile?

Django's own handler writes larger files under a name into the machine's temporary folder, and a killed process leaves them there. Here
a file lies in memory or in a file without a name, which the system takes away with the process, whatever ends it.
"""

from __future__ import annotations

import re
import tempfile
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from arrears.engine.use_cases.evidence import MOST_BYTES

IN_MEMORY_BYTES = 2_500_000
FORM_BYTES = 5_000_000
"""What any other page takes in: forms, and pictures of no kind."""
_EVIDENCE_PAGE = re.compile(r"^/cases/[^/]+/evidence/$")
TOO_LARGE = "arrears_upload_too_large"
"""Stands in `request.META` where a file was larger than anything that is kept; what was read of it is gone."""


def most_body_bytes(path: str) -> int:
    """How long may the body of a request to this address be? Asked before it is read.

    >>> most_body_bytes("/settings/") < 10**7 < most_body_bytes("/cases/0A1B2C3D4E5F6G/evidence/")
    True
    """
    return MOST_BYTES + FORM_BYTES if _EVIDENCE_PAGE.match(path) else FORM_BYTES


class UnnamedUpload(FileUploadHandler):
    """Takes one file after the other into files without a name; of one that is too large nothing is kept, and the form goes on behind it."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - closed with the request
        self._length = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """A piece of it arrives."""
        self._length += len(raw_data)
        if self._length <= MOST_BYTES:
            self._file.write(raw_data)
        elif not self._file.closed:
            self._file.close()
            assert self.request is not None
            self.request.META[TOO_LARGE] = True

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """All of it is there, or nothing where it was too large."""
        if self._file.closed:
            return None
        self._file.seek(0)
        return UploadedFile(file=self._file, name=self.file_name, content_type=self.content_type, size=file_size, charset=self.charset, content_type_extra=self.content_type_extra)
