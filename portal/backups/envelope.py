"""What a backup file is made of, and how it is encrypted.

Plain: a line `fairshare-backup 1`, a line of JSON, and the archive of pg_dump as it came; so
`tail -n +3 FILE | pg_restore` reads one without this program.

Encrypted: a line `fairshare-backup 1 encrypted`, 16 bytes of salt, 7 bytes of nonce, then the rest
in pieces of 64 KiB, each AES-256-GCM. The key of a file is HKDF-SHA256 of the given key and the
salt. The nonce of a piece is those 7 bytes, its number in 4, and 1 for the last piece, else 0: a
piece that is changed, moved or missing is refused, the last one too.
"""

import json
import secrets
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterator
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PLAIN, ENCRYPTED = b"fairshare-backup 1\n", b"fairshare-backup 1 encrypted\n"
PIECE = 64 * 1024
TAG = 16
SALT, NONCE, KEY = 16, 7, 32


class NotABackup(Exception):
    """The file is none, is damaged, or the key is another one."""


class BadKey(ValueError):
    """A key is 32 random bytes in base64."""


def read_key(text: str) -> bytes:
    """Return a key from its base64 text; nothing where there is none.

    :raises BadKey: it is no such key.
    """
    if not text:
        return b""
    try:
        key = b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except BadBase64:
        key = b""
    if len(key) != KEY:
        raise BadKey("the key of backups is 32 random bytes in base64")
    return key


class Writer:
    """Write the head, then the archive, encrypted where there is a key; `end` is the last step."""

    def __init__(self, file: BinaryIO, *, key: bytes, about: dict[str, Any]) -> None:
        self._file, self._rest, self._count = file, b"", 0
        self._cipher: AESGCM | None = None
        self._nonce = secrets.token_bytes(NONCE)
        file.write(ENCRYPTED if key else PLAIN)
        if key:
            salt = secrets.token_bytes(SALT)
            file.write(salt + self._nonce)
            self._cipher = _cipher(key, salt)
        self.write(json.dumps(about).encode() + b"\n")

    def write(self, data: bytes) -> None:
        """Take the next bytes of the archive."""
        if self._cipher is None:
            self._file.write(data)
            return
        self._rest += data
        while len(self._rest) > PIECE:  # the last piece, full or not, waits for `end`
            self._seal(self._cipher, self._rest[:PIECE], is_last=False)
            self._rest = self._rest[PIECE:]

    def end(self) -> None:
        """Close the last piece."""
        if self._cipher is not None:
            self._seal(self._cipher, self._rest, is_last=True)

    def _seal(self, cipher: AESGCM, piece: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._nonce, self._count, is_last=is_last)
        self._file.write(cipher.encrypt(nonce, piece, None))
        self._count += 1


def read_backup(file: BinaryIO, *, key: bytes) -> tuple[dict[str, Any], Iterator[bytes]]:
    """Return what the head says, and the archive piece by piece.

    :raises NotABackup: at the head, or at the piece that is wrong.
    """
    kind = file.readline(len(ENCRYPTED))
    if kind not in {PLAIN, ENCRYPTED}:
        raise NotABackup("this is no backup of this program")
    if kind == ENCRYPTED and not key:
        raise NotABackup("the backup is encrypted and no key is given")
    pieces = _open_pieces(file, key) if kind == ENCRYPTED else _plain_pieces(file)
    head, rest = b"", b""
    for piece in pieces:
        head += piece
        if b"\n" in head:
            line, _, rest = head.partition(b"\n")
            return _read_head(line), _after(rest, pieces)
    raise NotABackup("the backup has no head")


def _after(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _read_head(line: bytes) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads(line)
    except ValueError:
        raise NotABackup("the head of the backup cannot be read") from None
    return about


def _plain_pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _open_pieces(file: BinaryIO, key: bytes) -> Iterator[bytes]:
    salt, prefix = file.read(SALT), file.read(NONCE)
    cipher, count = _cipher(key, salt), 0
    piece = file.read(PIECE + TAG)
    while True:
        following = file.read(PIECE + TAG)
        nonce = _nonce(prefix, count, is_last=not following)
        try:
            yield cipher.decrypt(nonce, piece, None)
        except (InvalidTag, ValueError):
            raise NotABackup("the backup is damaged, or the key is another one") from None
        if not following:
            return
        piece, count = following, count + 1


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=KEY, salt=salt, info=b"fairshare-backup-1")
    return AESGCM(derived.derive(key))


def _nonce(prefix: bytes, count: int, *, is_last: bool) -> bytes:
    return prefix + count.to_bytes(4, "big") + bytes([is_last])
