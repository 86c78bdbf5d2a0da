"""The emergency key, where a council wants one: a file under a passphrase, kept away from this machine."""

from __future__ import annotations

from pathlib import Path

from bot.context import JobContext
from handlers.complaint import doors, sealing, service
from handlers.contract.refusal import Refusal


def make(ctx: JobContext, file: Path, passphrase: str) -> str:
    """Write an emergency key that opens every case from now on; return its fingerprint. Raises Refusal."""
    doors.check_strength(passphrase)
    private, wrapped = doors.new_wrapped(passphrase)
    public = sealing.public_of(private)
    doors.add_escrow(ctx, public)
    try:
        with file.open("xb") as out:
            out.write(wrapped)
    except FileExistsError:
        raise Refusal(f"{file} 已经在了，请换一个文件名") from None
    return sealing.fingerprint(public)


def rescue(ctx: JobContext, file: Path, passphrase: str, number: str, key: str) -> str:
    """Let a receiver into a case with the emergency key; return their name. Raises Refusal."""
    try:
        private = sealing.unwrapped(file.read_bytes(), passphrase)
    except OSError:
        raise Refusal(f"读不了 {file}") from None
    if private is None:
        raise Refusal("口令不对，或者这不是应急钥匙的文件")
    return service.rescue(ctx, private, number, key)
