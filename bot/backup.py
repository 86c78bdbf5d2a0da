"""`qinglian backup` and `restore`: the whole ledger with its files into a folder, while running, and back."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec
from msgspec import Struct

from bot.command import Words
from bot.config import Config
from bot.importing import phone_key_file
from bot.roles import port_is_free
from scheduler.clock import local
from storage import files, journal, numbers, outbox
from storage.database import Database
from storage.files import Blob, FileStore
from storage.migrations import newest_revision, revision, upgrade

SQLITE = "sqlite:///"
LEDGER, MANIFEST, FILES = "qinglian.db", "manifest.json", "files"
BESIDE = ("-wal", "-shm", "-journal")
"""The ends of the names under which SQLite keeps parts of a ledger beside it."""

EVERY_FILES = 100

GAP = 1000
"""As many numbers are skipped after a restore: those given out since the backup stand on cards and paper."""

PENDING = "恢复备份时停下：可能在备份之后已经发过"
NOT_INSIDE = "配置和密钥不在备份里，请另外保管 config.toml。"

Say = Callable[[str], None]


class Manifest(Struct):
    """What a backup holds; written last, so that a folder without one is no backup. Times are ISO UTC, hashes
    SHA-256 in hex; `heads` are the journal's: entries and last hash by stream."""

    made_at: str
    program: str
    schema: str
    ledger_sha256: str
    files: int
    heads: dict[str, tuple[int, str]]


def backup(config: Config, folder: Path, say: Say) -> Manifest:
    """Copy the ledger as it stands at one moment, then every file that it names. Raises Words."""
    source = _sqlite_file(config)
    if not source.is_file():
        raise Words("还没有数据库，没有什么可备份。先运行 qinglian migrate")
    with _new_folder(folder):
        say("正在复制账本……")
        database = Database(config.storage.url)
        database.copy_to(folder / LEDGER)
        database.close()
        known, manifest = _blobs(folder / LEDGER), _described(folder)
        _copy_files(FileStore(Path(config.storage.files)), FileStore(folder / FILES), known, say)
        _copy_phone_key(Path(config.storage.files), folder / FILES)
        _write(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def restore(config: Config, folder: Path, say: Say) -> Manifest:
    """Bring a backup back where no ledger is. The ledger appears last and at once. Raises Words."""
    target = _sqlite_file(config)
    _nothing_in_its_way(config, target)
    manifest = _read(folder)
    say("正在核对备份……")
    _check_ledger(folder, manifest)
    with _half(target) as half:
        shutil.copyfile(folder / LEDGER, half)
        _check_manifest(folder, half, manifest)
        known = _blobs(half)
        _check_files(folder, known)
        _copy_files(FileStore(folder / FILES), FileStore(Path(config.storage.files)), known, say)
        _copy_phone_key(folder / FILES, Path(config.storage.files))
        held = _settle(half, manifest, config.org.timezone)
        if held:
            say(f"备份那时有 {held} 条消息还没发出，已先停下：见 qinglian outbox list，要补发用 outbox retry")
        half.replace(target)
    return manifest


# Backing up.


@contextmanager
def _new_folder(folder: Path) -> Iterator[None]:
    """A folder that is new or empty; emptied again when the work inside fails."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Words(_why_not_empty(folder))
        folder.chmod(0o700)
    except OSError as error:
        raise Words(f"用不了文件夹 {folder}：{error.strerror}") from None
    try:
        yield
    except BaseException as error:
        for each in folder.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        if isinstance(error, OSError):
            raise Words(f"备份没有做成：{_why(error)}。{folder} 已清空") from None
        raise


def _why(error: OSError) -> str:
    """What went wrong, in the system's words."""
    return error.strerror or str(error)


def _why_not_empty(folder: Path) -> str:
    if (folder / MANIFEST).exists():
        return f"{folder} 里已有一份备份。请换一个新文件夹，例如带上日期"
    if (folder / LEDGER).exists() or (folder / f"{LEDGER}.part").exists():
        return f"{folder} 里是一份没做完的备份，可以删掉它再来"
    return f"{folder} 不是空的。请给一个新的或空的文件夹"


def _inside(ledger: Path) -> tuple[str, int, dict[str, tuple[int, str]]]:
    """Return a ledger's schema, how many files it names, and the heads of its journal."""
    copy = Database(f"{SQLITE}{ledger}")
    with copy.read() as tx:
        heads, count = journal.heads(tx), len(files.blobs(tx))
    schema = revision(copy)
    copy.close()
    return schema, count, heads


def _described(folder: Path) -> Manifest:
    schema, count, heads = _inside(folder / LEDGER)
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(made, version("qinglian"), schema, _digest(folder / LEDGER), count, heads)


def _copy_files(source: FileStore, target: FileStore, known: Sequence[Blob], say: Say) -> None:
    """Copy the files that a ledger names; each is checked as it is read and written."""
    for done, blob in enumerate(known, 1):
        if not target.holds(blob, deep=True):
            target.put(_content(source, blob))
        if done % EVERY_FILES == 0 and done < len(known):
            say(f"附件 {done}/{len(known)}……")


def _content(source: FileStore, blob: Blob) -> bytes:
    try:
        return source.get(blob.sha256)
    except (OSError, ValueError):
        raise Words(f"附件 {blob.sha256[:12]}… 不见了或被改过。qinglian check --deep 会列出来") from None


def _copy_phone_key(source: Path, target: Path) -> None:
    key, copy = phone_key_file(source), phone_key_file(target)
    if key.is_file() and not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(key.read_bytes())


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there wholly or not at all."""
    half = path.with_name(f"{path.name}.part")
    with half.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    half.replace(path)


# Restoring.


def _nothing_in_its_way(config: Config, target: Path) -> None:
    if not port_is_free(config.server.host, config.server.port):
        raise Words(f"{config.server.port} 端口有人在用：请先停下清廉助手，再恢复")
    if target.exists():
        raise Words(f"{target} 已经有账本，不会覆盖它。要恢复，请先停下助手，把它（和同名的 -wal、-shm）移走")
    for each in (target.with_name(target.name + ending) for ending in BESIDE):
        # SQLite would play what a killed writer left there into the ledger that comes back.
        if each.exists():
            raise Words(f"{each} 还在，它是原来账本的一部分。请把它和原来的账本放在一起，再恢复")


def _read(folder: Path) -> Manifest:
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise Words(f"{folder} 里没有 {MANIFEST}：不是备份，或备份没有做完") from None
    except (OSError, msgspec.DecodeError) as error:
        raise Words(f"读不了 {folder / MANIFEST}：{type(error).__name__}") from None


def _check_ledger(folder: Path, manifest: Manifest) -> None:
    if not (folder / LEDGER).is_file() or _digest(folder / LEDGER) != manifest.ledger_sha256:
        raise Words(f"{folder / LEDGER} 和备份时不一样了，不能用它恢复。请换一份备份")
    if manifest.schema > newest_revision():
        raise Words(f"这份备份来自更新的版本（{manifest.program}）。请先升级清廉助手，再恢复")


def _check_manifest(folder: Path, ledger: Path, manifest: Manifest) -> None:
    """What the manifest says is put on record, so it has to be what the ledger says itself."""
    if _inside(ledger) != (manifest.schema, manifest.files, manifest.heads):
        raise Words(f"{folder / MANIFEST} 说的和里面的账本不一样，不能用它恢复。请换一份备份")


def _check_files(folder: Path, known: Sequence[Blob]) -> None:
    store = FileStore(folder / FILES)
    bad = [each.sha256[:12] for each in known if not store.holds(each, deep=True)]
    if bad:
        raise Words(f"备份里有 {len(bad)} 个附件不见了或被改过（{bad[0]}…），不能用它恢复。请换一份备份")


def _blobs(ledger: Path) -> list[Blob]:
    copy = Database(f"{SQLITE}{ledger}")
    with copy.read() as tx:
        known = files.blobs(tx)
    copy.close()
    return known


def _settle(half: Path, manifest: Manifest, zone: str) -> int:
    """Bring the ledger up to date, stop the messages that may have been sent since, leave a gap where numbers
    may have been given out since, put the restoring on record; return how many messages were stopped."""
    restored = Database(f"{SQLITE}{half}")
    upgrade(restored)
    with restored.write() as tx:
        held = outbox.hold(tx, PENDING)
        now = datetime.now(UTC)
        numbers.skip(tx, local(now, zone).year, GAP)
        facts = {"made_at": manifest.made_at, "heads": manifest.heads, "held": held, "skipped": GAP}
        journal.record(tx, now, "命令行", "backup.restored", "ledger", 0, facts)
    restored.close()
    return held


@contextmanager
def _half(target: Path) -> Iterator[Path]:
    """Where the ledger is made ready: nothing of an earlier attempt is there, nothing stays of this one."""
    half = target.with_name(f"{target.name}.restoring")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear(half)
        yield half
    except OSError as error:
        raise Words(
            f"没有恢复成：写 {target.parent} 时出错（{_why(error)}）。什么都没有改动，请腾出地方再来"
        ) from None
    finally:
        _clear(half)


def _clear(half: Path) -> None:
    for ending in ("", *BESIDE):
        half.with_name(half.name + ending).unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _sqlite_file(config: Config) -> Path:
    if not config.storage.url.startswith(SQLITE):
        raise Words(
            "账本在 PostgreSQL 里，请用它自己的工具：备份 pg_dump -Fc -f 账本.dump 库名，"
            f"恢复 pg_restore -d 新库 账本.dump；附件另外复制 {config.storage.files}"
        )
    return Path(config.storage.url.removeprefix(SQLITE))
