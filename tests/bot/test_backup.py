"""Backups: consistent while people work, whole or not at all, and what comes back is what was there."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import backup as copies
from bot.__main__ import main
from bot.command import Words
from bot.config import Config, Demo, Org, Server, Storage
from bot.importing import kept_phone_key
from scheduler.clock import local
from storage import files, journal, outbox
from storage.database import Database
from storage.files import FileStore
from storage.migrations import upgrade
from tests.house import PDF, ZONE, House, MovableClock, button_in

ROOT = Path(__file__).parents[2]


def config(folder: Path, port: int = 9) -> Config:
    """An installation in a folder."""
    storage = Storage(f"sqlite:///{folder / 'ledger.db'}", str(folder / "files"))
    return Config(Org("春晖"), Server(port=port), storage, Demo(), None, None)


@pytest.fixture
def home(tmp_path: Path) -> House:
    """An installation with a claim, its invoice and the phone key."""
    (tmp_path / "home").mkdir()
    here = config(tmp_path / "home")
    database = Database(here.storage.url)
    upgrade(database)
    house = House(database).furnish()
    blob = FileStore(Path(here.storage.files)).put(PDF)
    with database.write() as tx:
        files.remember(tx, blob, datetime.now(UTC))
    kept_phone_key(Path(here.storage.files))
    house.submit("lin")
    return house


def quiet(_words: str) -> None:
    return


def restored(tmp_path: Path) -> Database:
    """Restore into another place and open it."""
    copies.restore(config(tmp_path / "away"), tmp_path / "backup", quiet)
    return Database(config(tmp_path / "away").storage.url)


def heads(database: Database) -> dict[str, tuple[int, str]]:
    with database.read() as tx:
        return journal.heads(tx)


def test_what_comes_back_is_the_ledger_with_its_files_and_the_phone_key(home: House, tmp_path: Path) -> None:
    made = copies.backup(config(tmp_path / "home"), tmp_path / "backup", quiet)
    assert (made.files, made.heads) == (1, heads(home.database))
    house = House(restored(tmp_path), home.clock, count(1000))
    assert house.claim() == home.claim()
    assert house.steps() == home.steps()
    keys = {(tmp_path / place / "files" / "phone.key").read_bytes() for place in ("home", "away")}
    assert len(keys) == 1
    with house.database.read() as tx:
        store = FileStore(tmp_path / "away" / "files")
        assert all(store.holds(each, deep=True) for each in files.blobs(tx))
        assert journal.verify(tx) is None
        ((entry, _),) = journal.lines(tx, ["ledger"])
    facts = json.loads(entry.facts)
    assert entry.act == "backup.restored"
    assert facts["heads"] == {stream: list(each) for stream, each in made.heads.items()}
    house.press("li", house.button("li", "同意"))
    house.database.close()


def test_what_was_given_out_after_the_backup_is_not_given_out_again(home: House, tmp_path: Path) -> None:
    copies.backup(config(tmp_path / "home"), tmp_path / "backup", quiet)
    home.submit("lin", amount="20")
    old = button_in(home.cards("lin", "expense:")[-1], "撤回")
    house = House(restored(tmp_path), home.clock, count(1000))
    house.submit("lin", amount="30")
    lost, new = "BX-2026-0002", "BX-2026-1002"
    assert home.claim(lost).id != house.claim(new).id
    assert house.press("lin", old).refused
    assert house.claim(new).state == "signing"
    house.database.close()


def test_a_ledger_that_was_empty_when_it_was_saved_leaves_the_gap_as_well(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    today = MovableClock(datetime.now(UTC))
    empty = House(Database(config(tmp_path / "home").storage.url), today)
    upgrade(empty.database)
    empty.furnish()
    copies.backup(config(tmp_path / "home"), tmp_path / "backup", quiet)
    empty.submit("lin")
    empty.database.close()
    house = House(restored(tmp_path), today)
    house.submit("lin")
    assert house.claim(f"BX-{local(today.now(), ZONE).year}-1001").id > 1000
    house.database.close()


def test_a_backup_belongs_to_its_owner_alone(home: House, tmp_path: Path) -> None:
    copies.backup(config(tmp_path / "home"), tmp_path / "backup", quiet)
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "backup/files/phone.key").stat().st_mode) == 0o600


def test_every_backup_made_while_people_work_is_consistent(home: House, tmp_path: Path) -> None:
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            home.submit("zhou", amount="1")

    worker = threading.Thread(target=work)
    worker.start()
    try:
        made = [
            copies.backup(config(tmp_path / "home"), tmp_path / f"backup{each}", quiet) for each in range(5)
        ]
    finally:
        stop.set()
        worker.join()
    for each, manifest in enumerate(made):
        copy = Database(f"sqlite:///{tmp_path / f'backup{each}' / copies.LEDGER}")
        with copy.read() as tx:
            assert journal.verify(tx) is None
            assert journal.heads(tx) == manifest.heads
        copy.close()
    assert made[0].heads != made[-1].heads


def test_messages_that_waited_then_are_stopped_until_somebody_wants_them(home: House, tmp_path: Path) -> None:
    copies.backup(config(tmp_path / "home"), tmp_path / "backup", quiet)
    said: list[str] = []
    copies.restore(config(tmp_path / "away"), tmp_path / "backup", said.append)
    database = Database(config(tmp_path / "away").storage.url)
    with database.read() as tx:
        failed = outbox.failed(tx)
        assert outbox.counts(tx)["waiting"] == 0
    database.close()
    assert failed
    assert {each.error for each in failed} == {copies.PENDING}
    assert f"{len(failed)} 条消息还没发出，已先停下" in "".join(said)


# What cannot be used.


def test_a_folder_that_is_not_empty_is_left_alone_and_told_why(home: House, tmp_path: Path) -> None:
    here = config(tmp_path / "home")
    copies.backup(here, tmp_path / "backup", quiet)
    before = sorted(each.name for each in (tmp_path / "backup").iterdir())
    with pytest.raises(Words, match="已有一份备份"):
        copies.backup(here, tmp_path / "backup", quiet)
    assert sorted(each.name for each in (tmp_path / "backup").iterdir()) == before
    (tmp_path / "backup" / copies.MANIFEST).unlink()
    with pytest.raises(Words, match="没做完的备份"):
        copies.backup(here, tmp_path / "backup", quiet)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").touch()
    with pytest.raises(Words, match="不是空的"):
        copies.backup(here, tmp_path / "other", quiet)


def test_a_missing_file_ends_the_backup_and_leaves_nothing_that_looks_whole(
    home: House, tmp_path: Path
) -> None:
    with home.database.read() as tx:
        (blob,) = files.blobs(tx)
    (tmp_path / "home/files" / blob.sha256[:2] / blob.sha256[2:]).unlink()
    with pytest.raises(Words, match=blob.sha256[:12]):
        copies.backup(config(tmp_path / "home"), tmp_path / "backup", quiet)
    assert list((tmp_path / "backup").iterdir()) == []


@pytest.mark.parametrize("part", [copies.LEDGER, copies.MANIFEST, "file"])
def test_one_changed_byte_is_found_before_anything_is_restored(
    home: House, tmp_path: Path, part: str
) -> None:
    made = copies.backup(config(tmp_path / "home"), tmp_path / "backup", quiet)
    folder = tmp_path / "backup"
    (kept,) = [each for each in (folder / "files").rglob("*") if each.is_file() and each.name != "phone.key"]
    spoilt = kept if part == "file" else folder / part
    content = bytearray(spoilt.read_bytes())
    at = content.index(made.ledger_sha256.encode()) if part == copies.MANIFEST else 20
    content[at] ^= 1
    spoilt.write_bytes(content)
    with pytest.raises(Words, match="不能用它恢复"):
        copies.restore(config(tmp_path / "away"), folder, quiet)
    assert not (tmp_path / "away" / "ledger.db").exists()


def test_a_backup_of_a_newer_program_is_refused(home: House, tmp_path: Path) -> None:
    copies.backup(config(tmp_path / "home"), tmp_path / "backup", quiet)
    manifest = tmp_path / "backup" / copies.MANIFEST
    told = json.loads(manifest.read_text("utf-8")) | {"schema": "9999"}
    manifest.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(Words, match="请先升级清廉助手"):
        copies.restore(config(tmp_path / "away"), tmp_path / "backup", quiet)


@pytest.mark.parametrize("said", [{"files": 9}, {"heads": {}}, {"schema": "0001"}])
def test_a_manifest_that_says_something_else_than_the_ledger_is_not_believed(
    home: House, tmp_path: Path, said: dict[str, object]
) -> None:
    copies.backup(config(tmp_path / "home"), tmp_path / "backup", quiet)
    manifest = tmp_path / "backup" / copies.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | said))
    with pytest.raises(Words, match="说的和里面的账本不一样"):
        restored(tmp_path)
    assert not list((tmp_path / "away").glob("*.db*"))


def test_where_there_is_no_room_nothing_half_restored_stays(
    home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies.backup(config(tmp_path / "home"), tmp_path / "backup", quiet)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.backup.upgrade", full)
    with pytest.raises(Words, match=r"没有恢复成：写 .*away 时出错（No space left on device）"):
        restored(tmp_path)
    assert not list((tmp_path / "away").glob("*.db*"))


def test_nothing_that_is_there_is_ever_overwritten(home: House, tmp_path: Path) -> None:
    here = config(tmp_path / "home")
    copies.backup(here, tmp_path / "backup", quiet)
    before = (tmp_path / "home" / "ledger.db").read_bytes()
    with pytest.raises(Words, match="已经有账本，不会覆盖它"):
        copies.restore(here, tmp_path / "backup", quiet)
    assert (tmp_path / "home" / "ledger.db").read_bytes() == before


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_what_a_killed_writer_left_beside_the_old_ledger_is_not_played_into_the_one_that_comes_back(
    home: House, tmp_path: Path, ending: str
) -> None:
    here = config(tmp_path / "home")
    copies.backup(here, tmp_path / "backup", quiet)
    home.database.close()
    left = tmp_path / "home" / f"ledger.db{ending}"
    left.write_bytes(b"frames of the old ledger")
    (tmp_path / "home" / "ledger.db").rename(tmp_path / "old.db")
    with pytest.raises(Words, match=f"ledger.db{ending} 还在"):
        copies.restore(here, tmp_path / "backup", quiet)
    left.unlink()
    copies.restore(here, tmp_path / "backup", quiet)


def test_while_the_assistant_runs_nothing_is_restored(home: House, tmp_path: Path) -> None:
    copies.backup(config(tmp_path / "home"), tmp_path / "backup", quiet)
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with pytest.raises(Words, match="请先停下清廉助手"):
            copies.restore(config(tmp_path / "away", busy.getsockname()[1]), tmp_path / "backup", quiet)


def test_a_folder_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Words, match="不是备份，或备份没有做完"):
        copies.restore(config(tmp_path / "away"), tmp_path / "empty", quiet)
    with pytest.raises(Words, match="没有什么可备份"):
        copies.backup(config(tmp_path / "away"), tmp_path / "new", quiet)


def test_postgresql_has_tools_of_its_own(tmp_path: Path) -> None:
    storage = Storage("postgresql+psycopg://bot:hunter2@127.0.0.1/ledger", "files")
    there = Config(Org("春晖"), Server(), storage, Demo(), None, None)
    for act in (copies.backup, copies.restore):
        with pytest.raises(Words, match="pg_dump") as refused:
            act(there, tmp_path / "backup", quiet)
        assert "hunter2" not in refused.value.message


# Cut short.


@pytest.mark.parametrize("act", ["backup", "restore"])
def test_killed_in_the_middle_it_spoils_nothing_and_works_the_next_time(
    home: House, tmp_path: Path, act: str
) -> None:
    here, away = config(tmp_path / "home"), config(tmp_path / "away")
    if act == "restore":
        copies.backup(here, tmp_path / "backup", quiet)
    before = heads(home.database)
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from bot import backup as copies\n"
        "from tests.bot.test_backup import config, quiet\n"
        "copies._copy_phone_key = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"copies.{act}(config(Path({str(tmp_path / ('home' if act == 'backup' else 'away'))!r})), "
        f"Path({str(tmp_path / 'backup')!r}), quiet)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert heads(home.database) == before
    assert not (tmp_path / "away" / "ledger.db").exists()
    if act == "backup":
        with pytest.raises(Words, match="没做完的备份"):
            copies.backup(here, tmp_path / "backup", quiet)
        assert copies.backup(here, tmp_path / "again", quiet).files == 1
    else:
        assert copies.restore(away, tmp_path / "backup", quiet).files == 1


def test_on_the_command_line_both_end_with_what_to_do_next(home: House, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    text = '[org]\nname = "春晖"\n[server]\nport = 9\n[storage]\nurl = "sqlite:///%s"\nfiles = "%s"\n'
    for place, act, last in (
        ("home", "backup", "条，末条校验值"),
        ("away", "restore", "qinglian check 核对，再启动"),
    ):
        here = config(tmp_path / place)
        file.write_text(
            text % (here.storage.url.removeprefix("sqlite:///"), here.storage.files), encoding="utf-8"
        )
        done = CliRunner().invoke(main, [act, str(tmp_path / "backup"), "--config", str(file)])
        assert done.exit_code == 0, done.output
        assert last in done.output.splitlines()[-1]
        assert "配置和密钥不在备份里" in done.output
