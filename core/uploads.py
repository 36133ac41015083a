"""Uploads: what is larger than anything taken here is refused before it is read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class CappedUploadHandler(FileUploadHandler):
    """Stands before the handlers that keep a file, and keeps nothing itself."""

    def handle_raw_input(self, *described: Any, **_more: Any) -> None:
        """Refuse by the length the request says; the third of Django's arguments."""
        if described[2] > settings.UPLOAD_MAX_BYTES:
            raise RequestDataTooBig("the upload is larger than anything taken here")

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> bytes:
        return raw_data

    def file_complete(self, _file_size: int) -> None:
        return None
