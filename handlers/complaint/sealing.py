"""Seals: what is put into one is opened by the holder of a key alone. By libsodium (https://doc.libsodium.org).

A key is 32 bytes, X25519. Lengths do not tell what is inside: content is filled up to a power of two.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from threading import BoundedSemaphore

from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox
from nacl.utils import random

SMALLEST = 4096
"""Bytes to which every content is filled up at least."""

_LENGTH = struct.Struct(">Q")
_COST = struct.Struct(">II")
_SALT = pwhash.argon2id.SALTBYTES
_AT_ONCE = BoundedSemaphore(2)
"""So many slow hashes run at a time: each takes its memory for as long as it runs."""


@dataclass(frozen=True)
class Cost:
    """What Argon2id takes: passes, and memory in bytes."""

    passes: int
    memory: int


RECEIPT_COST = Cost(pwhash.argon2id.OPSLIMIT_INTERACTIVE, pwhash.argon2id.MEMLIMIT_INTERACTIVE)
"""A receipt cannot be guessed anyway: this keeps a stolen database from being tried fast."""

PASSPHRASE_COST = Cost(pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE)
"""A passphrase is what people make up: each guess takes 256 MiB and most of a second."""


def new_key() -> bytes:
    """Return a private key."""
    return bytes(PrivateKey.generate())


def public_of(private: bytes) -> bytes:
    """Return the public key that belongs to a private one."""
    return bytes(PrivateKey(private).public_key)


def fingerprint(public: bytes) -> str:
    """Return what two people compare of a public key: four groups of four."""
    digits = public.hex().upper()[:16]
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


def seal(public: bytes, content: bytes) -> bytes:
    """Return content that only the holder of the private key can read; not even whoever sealed it can."""
    return SealedBox(PublicKey(public)).encrypt(_filled(content))


def opened(private: bytes, sealed: bytes) -> bytes | None:
    """Return what is inside; None for somebody else's seal and for one that was touched."""
    try:
        filled = SealedBox(PrivateKey(private)).decrypt(sealed)
    except CryptoError:
        return None
    if len(filled) < SMALLEST:
        return None
    (length,) = _LENGTH.unpack_from(filled)
    return filled[_LENGTH.size : _LENGTH.size + length]


def box(public: bytes, key: bytes) -> bytes:
    """Return a key sealed to somebody: always of one length."""
    return SealedBox(PublicKey(public)).encrypt(key)


def unboxed(private: bytes, sealed: bytes) -> bytes | None:
    """Return the key in a box; None where it is somebody else's."""
    try:
        return SealedBox(PrivateKey(private)).decrypt(sealed)
    except CryptoError:
        return None


def nobodys_box() -> bytes:
    """Return a box that looks like others and that nobody can open."""
    return box(public_of(new_key()), random(32))


def wrap(private: bytes, passphrase: str, cost: Cost = PASSPHRASE_COST) -> bytes:
    """Return a private key under a passphrase, with all that is needed to try one."""
    salt = random(_SALT)
    return (
        _COST.pack(cost.passes, cost.memory)
        + salt
        + SecretBox(_slow(passphrase, salt, cost)).encrypt(private)
    )


def unwrapped(wrapped: bytes, passphrase: str) -> bytes | None:
    """Return the private key; None for a wrong passphrase, and for a wrapping that was touched."""
    if len(wrapped) < _COST.size + _SALT:
        return None
    cost = Cost(*_COST.unpack_from(wrapped))
    # Whoever changes the row would otherwise choose how long we are busy with it.
    if cost.passes > PASSPHRASE_COST.passes or cost.memory > PASSPHRASE_COST.memory:
        return None
    salt, rest = wrapped[_COST.size : _COST.size + _SALT], wrapped[_COST.size + _SALT :]
    try:
        return SecretBox(_slow(passphrase, salt, cost)).decrypt(rest)
    except CryptoError:
        return None


def new_salt() -> bytes:
    """Return the salt of an installation's receipts."""
    return random(_SALT)


def key_of_receipt(receipt: str, salt: bytes, cost: Cost = RECEIPT_COST) -> bytes:
    """Return the private key that a receipt stands for; its public key is all that is kept of it."""
    return _slow(receipt, salt, cost)


def locked(secret: bytes, private: bytes) -> bytes:
    """Return a private key under a random secret of 32 bytes that is kept elsewhere."""
    return SecretBox(secret).encrypt(private)


def unlocked(secret: bytes, kept: bytes) -> bytes | None:
    """Return the private key; None for another secret."""
    try:
        return SecretBox(secret).decrypt(kept)
    except CryptoError:
        return None


def _slow(words: str, salt: bytes, cost: Cost) -> bytes:
    with _AT_ONCE:
        return pwhash.argon2id.kdf(32, words.encode(), salt, opslimit=cost.passes, memlimit=cost.memory)


def _filled(content: bytes) -> bytes:
    whole = _LENGTH.pack(len(content)) + content
    size = SMALLEST
    while size < len(whole):
        size *= 2
    return whole.ljust(size, b"\0")
