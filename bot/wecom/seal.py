"""How WeCom seals callbacks and answers: signed with SHA-1, encrypted with AES, addressed to one company."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import a2b_base64
from hashlib import sha1

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.platform import Refused

# Source: path/90968 and path/101033. The padding is to 32 bytes, though AES works in blocks of 16.
PREFIX = 16
_BLOCK = 32
_LENGTH = 4


class Seal:
    """One app's token and key. `corp_id` is whom messages are for; it ends every plaintext."""

    def __init__(self, corp_id: str, token: str, encoding_aes_key: str) -> None:
        """Raises ValueError when the key is not 43 letters and digits."""
        key = b64decode(encoding_aes_key + "=", validate=True)
        if len(key) != _BLOCK:
            raise ValueError("the EncodingAESKey has 43 letters and digits")
        self._cipher = Cipher(AES(key), CBC(key[:PREFIX]))
        self._corp_id, self._token = corp_id.encode(), token

    def signature(self, timestamp: str, nonce: str, sealed: str) -> str:
        """Return the hex signature of an envelope."""
        parts = "".join(sorted((self._token, timestamp, nonce, sealed)))
        return sha1(parts.encode(errors="replace")).hexdigest()  # noqa: S324 - the platform's choice

    def opened(self, sealed: str) -> bytes:
        """Return the message. Raises Refused: 400 when it is not ours to read, 403 for another company."""
        try:
            raw = a2b_base64(sealed, strict_mode=True)
        except ValueError:
            raise Refused(400, "not base64") from None
        if not raw or len(raw) % _BLOCK:
            raise Refused(400, "truncated")
        decryptor = self._cipher.decryptor()
        return self._unwrapped(_unpadded(decryptor.update(raw) + decryptor.finalize()))

    def sealed(self, message: bytes, prefix: bytes) -> str:
        """Return what `opened` opens. `prefix`: 16 random bytes."""
        plain = prefix + len(message).to_bytes(_LENGTH, "big") + message + self._corp_id
        padding = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher.encryptor()
        raw = encryptor.update(plain + bytes((padding,)) * padding) + encryptor.finalize()
        return b64encode(raw).decode()

    def _unwrapped(self, plain: bytes) -> bytes:
        start = PREFIX + _LENGTH
        end = start + int.from_bytes(plain[PREFIX:start], "big")
        if len(plain) < start or end > len(plain):
            raise Refused(400, "wrong length")
        if plain[end:] != self._corp_id:
            raise Refused(403, "foreign company")
        return plain[start:end]


def _unpadded(plain: bytes) -> bytes:
    padding = plain[-1]
    if not 1 <= padding <= _BLOCK or not plain.endswith(bytes((padding,)) * padding):
        raise Refused(400, "bad padding")
    return plain[:-padding]
