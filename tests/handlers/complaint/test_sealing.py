"""Seals: what only some may open, and what shows that somebody touched it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.pwhash import argon2id

from handlers.complaint import receipts, sealing
from handlers.complaint.sealing import Cost

MINE, THEIRS = sealing.new_key(), sealing.new_key()
CHEAP = Cost(1, 8192)


@given(st.binary(max_size=70_000))
def test_what_was_sealed_comes_out_for_its_holder_and_for_nobody_else(content: bytes) -> None:
    sealed = sealing.seal(sealing.public_of(MINE), content)
    assert sealing.opened(MINE, sealed) == content
    assert sealing.opened(THEIRS, sealed) is None


@given(st.integers(0, 4096 + 47), st.integers(1, 255))
def test_every_changed_byte_is_noticed(place: int, change: int) -> None:
    sealed = bytearray(sealing.seal(sealing.public_of(MINE), b"what happened"))
    sealed[place] ^= change
    assert sealing.opened(MINE, bytes(sealed)) is None


@given(st.integers(0, 300_000))
def test_sizes_are_powers_of_two_whatever_is_inside(size: int) -> None:
    length = len(sealing.seal(sealing.public_of(MINE), b"x" * size)) - 48
    assert length >= sealing.SMALLEST
    assert length & (length - 1) == 0


def test_the_same_words_never_look_the_same() -> None:
    assert len({sealing.seal(sealing.public_of(MINE), b"x") for _ in range(5)}) == 5


def test_a_box_for_nobody_looks_like_one_for_somebody() -> None:
    real, none = sealing.box(sealing.public_of(MINE), THEIRS), sealing.nobodys_box()
    assert len(real) == len(none)
    assert sealing.unboxed(MINE, real) == THEIRS
    assert sealing.unboxed(MINE, none) is None


def test_a_key_opens_with_its_passphrase_alone() -> None:
    wrapped = sealing.wrap(MINE, "一句只有我知道的话", CHEAP)
    assert sealing.unwrapped(wrapped, "一句只有我知道的话") == MINE
    assert sealing.unwrapped(wrapped, "一句只有我知道的活") is None
    assert MINE not in wrapped


def test_what_a_passphrase_and_a_receipt_cost_is_what_the_threat_model_says() -> None:
    mebi = 1024 * 1024
    assert (sealing.PASSPHRASE_COST.passes, sealing.PASSPHRASE_COST.memory // mebi) == (3, 256)
    assert (sealing.RECEIPT_COST.passes, sealing.RECEIPT_COST.memory // mebi) == (2, 64)


def test_a_receipt_stands_for_one_key_in_one_house() -> None:
    number, salt = receipts.new(), sealing.new_salt()
    key = sealing.key_of_receipt(number, salt, CHEAP)
    assert key == sealing.key_of_receipt(number, salt, CHEAP)
    assert key != sealing.key_of_receipt(number, sealing.new_salt(), CHEAP)
    assert key != sealing.key_of_receipt(receipts.new(), salt, CHEAP)


@given(st.integers(0, 4096 + 48))
def test_a_seal_that_was_cut_is_noticed(length: int) -> None:
    sealed = sealing.seal(sealing.public_of(MINE), b"what happened")
    cut = sealed[:length]
    assert (sealing.opened(MINE, cut) == b"what happened") == (cut == sealed)


@given(st.binary(max_size=64))
def test_what_somebody_else_put_under_our_key_is_no_content(made_up: bytes) -> None:
    assert sealing.opened(MINE, sealing.box(sealing.public_of(MINE), made_up)) is None


@given(st.integers(0, 79), st.integers(1, 255))
def test_every_changed_byte_of_a_box_is_noticed(place: int, change: int) -> None:
    touched = bytearray(sealing.box(sealing.public_of(MINE), THEIRS))
    touched[place] ^= change
    assert sealing.unboxed(MINE, bytes(touched)) is None
    assert sealing.unboxed(MINE, bytes(touched[:place])) is None


WRAPPED = sealing.wrap(MINE, "一句只有我知道的话", CHEAP)


@settings(deadline=None)
@given(st.integers(8, len(WRAPPED) - 1), st.integers(1, 255))
def test_every_changed_byte_of_a_wrapped_key_is_noticed(place: int, change: int) -> None:
    touched = bytearray(WRAPPED)
    touched[place] ^= change
    assert sealing.unwrapped(bytes(touched), "一句只有我知道的话") is None
    assert sealing.unwrapped(bytes(touched[:place]), "一句只有我知道的话") is None


@pytest.mark.parametrize("cost", [(2**31, 8192), (1, 2**31), (4, 8192), (0, 8192), (1, 1)])
def test_who_changes_a_wrapping_does_not_choose_how_long_we_are_busy(
    cost: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    slow = argon2id.kdf

    def counted(size: int, words: bytes, salt: bytes, opslimit: int, memlimit: int) -> bytes:
        tried.append(opslimit)
        made: bytes = slow(size, words, salt, opslimit=opslimit, memlimit=memlimit)
        return made

    monkeypatch.setattr(argon2id, "kdf", counted)
    touched = b"".join(each.to_bytes(4, "big") for each in cost) + WRAPPED[8:]
    assert sealing.unwrapped(touched, "一句只有我知道的话") is None
    assert max(tried, default=0) <= sealing.PASSPHRASE_COST.passes


@given(st.text(min_size=1, max_size=30).filter(lambda each: each != "一句只有我知道的话"))
@settings(deadline=None)
def test_no_other_passphrase_opens_a_key(other: str) -> None:
    assert sealing.unwrapped(WRAPPED, other) is None


def test_a_key_in_a_link_opens_with_its_secret_alone() -> None:
    secret = bytes(range(32))
    kept = sealing.locked(secret, MINE)
    assert sealing.unlocked(secret, kept) == MINE
    assert sealing.unlocked(bytes(32), kept) is None
    assert sealing.unlocked(secret, kept[:-1] + bytes([kept[-1] ^ 1])) is None


def test_two_people_compare_sixteen_signs_of_a_key() -> None:
    assert sealing.fingerprint(bytes(range(32))) == "0001 0203 0405 0607"
    assert sealing.fingerprint(sealing.public_of(MINE)) != sealing.fingerprint(sealing.public_of(THEIRS))
