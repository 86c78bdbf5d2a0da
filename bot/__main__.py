"""The command line: `qinglian`, the same as `python -m bot`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import click

from bot.command import Commands, Words
from bot.config import DEFAULT_PATH, is_this_machine, load

T = TypeVar("T")

if TYPE_CHECKING:
    from bot.app import App
    from bot.importing import Installation
    from scheduler.workdays import Calendar
    from storage.database import Tx
    from storage.people import Person

CONFIG = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    default=DEFAULT_PATH,
    envvar="QINGLIAN_CONFIG",
    show_default=True,
    help="配置文件。",
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="只检查，不写入。")
CSV = click.argument("file", type=click.Path(path_type=Path))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """清廉助手：在飞书和企业微信里执行清廉建设方案：四级联签、自查整改、廉洁问题反映。"""


def _app(path: Path) -> App:
    from bot.app import App  # the root is loaded only by commands that need it

    return App(load(path))


def _current(app: App) -> App:
    from storage.migrations import is_current

    if not is_current(app.database):
        raise Words("数据库还不是最新的结构，请先运行 qinglian migrate")
    return app


@main.command()
@CONFIG
def migrate(path: Path) -> None:
    """建立或升级数据库。"""
    from storage.migrations import upgrade

    upgrade(_app(path).database)
    click.echo("数据库已是最新结构。")


@main.command()
@CONFIG
def run(path: Path) -> None:
    """全部启动：升级数据库，再启动网页、收发、定时各一个进程；飞书用长连接时还有监听。"""
    from bot.roles import port_is_free, roles_of, run_all
    from storage.migrations import upgrade

    app = _app(path)
    server = app.config.server
    if not port_is_free(server.host, server.port):
        raise Words(
            f"{server.port} 端口已被占用：清廉助手可能已经在运行。先停下那一个，或改 [server] 的 port"
        )
    upgrade(app.database)
    sys.exit(run_all(path, roles_of(app.config), click.echo, app.config.demo.restart_seconds))


@main.command()
@click.option("--deep", is_flag=True, help="逐个读附件核对内容。")
@CONFIG
def check(path: Path, deep: bool) -> None:
    """体检：配置、数据库、时钟、平台凭证、回调地址、职务和签字人；有 ✗ 时退出码是 1。"""
    from bot.check import Mark, findings

    wrong = 0
    for each in findings(path, deep):
        click.echo(str(each))
        wrong += each.mark is Mark.WRONG
    click.echo(f"有 {wrong} 处要处理。" if wrong else "可以放心运行。")
    sys.exit(1 if wrong else 0)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@CONFIG
def backup(folder: Path, path: Path) -> None:
    """备份账本和附件到新文件夹 FOLDER；助手可以照常运行。"""
    from bot import backup as copies

    made = copies.backup(load(path), folder, click.echo)
    click.echo(f"备份好了：{folder}，账本、{made.files} 个附件。{copies.NOT_INSIDE}")
    for stream, (count, digest) in made.heads.items():
        click.echo(f"流水账「{stream}」{count} 条，末条校验值 {digest}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@CONFIG
def restore(folder: Path, path: Path) -> None:
    """从备份文件夹 FOLDER 恢复；先停下助手，原来的账本要先移走。"""
    from bot import backup as copies

    made = copies.restore(load(path), folder, click.echo)
    click.echo(
        f"恢复好了：{made.made_at} 的账本和 {made.files} 个附件；那以后的事不在里面，"
        f"编号跳过 {copies.GAP} 个，免得和那以后用过的重号。{copies.NOT_INSIDE}"
    )
    click.echo("请用 qinglian journal verify 和 qinglian check 核对，再启动。")


def _role(path: Path, start: Callable[[App], None]) -> None:
    from bot import logs

    logs.set_up()
    start(_current(_app(path)))


@main.group(invoke_without_command=True)
@CONFIG
@click.pass_context
def jobs(click_context: click.Context, path: Path) -> None:
    """定时任务：接下来什么时候做什么。"""
    if click_context.invoked_subcommand:
        return
    from bot import timetable

    app = _app(path)
    with app.looking() as ctx:
        for each in timetable.timetable(app.jobs(), ctx):
            click.echo(each)


@jobs.command("run")
@click.argument("name")
@click.option("--period", required=True, help="哪一期，例如 2026-10-08。")
@CONFIG
def run_job(name: str, period: str, path: Path) -> None:
    """手工做一次 NAME 的某一期；做过的不会再做。"""
    from bot import timetable

    app = _app(path)
    click.echo(timetable.run_by_hand(app.jobs(), name, period, app.clock.now(), app.context))


@main.command()
@CONFIG
def web(path: Path) -> None:
    """只启动网页：接收平台回调。"""
    from bot import roles

    _role(path, roles.web)


@main.command()
@CONFIG
def relay(path: Path) -> None:
    """只启动收发：把消息发到平台，取回附件。"""
    from bot import roles

    _role(path, roles.relay)


@main.command()
@CONFIG
def scheduler(path: Path) -> None:
    """只启动定时：到点该做的事。"""
    from bot import roles

    _role(path, roles.scheduler)


@main.command()
@CONFIG
def listen(path: Path) -> None:
    """只启动监听：经长连接接收飞书的消息和点击，不需要公网地址。"""
    from bot import roles

    _role(path, roles.listen)


@main.group()
def people() -> None:
    """人员。"""


@people.command("import")
@CSV
@DRY_RUN
@click.option("--confirmed-by", "keys", help="同名的人由哪两位同事确认过：两个编号，用逗号隔开。")
@CONFIG
def people_import(file: Path, dry_run: bool, keys: str | None, path: Path) -> None:
    """导入人员表。"""
    from bot.importing import import_people, kept_phone_key

    app = _current(_app(path))
    phone_key = app.config.org.phone_key.encode() or kept_phone_key(Path(app.config.storage.files))
    confirmed_by = [each.strip() for each in (keys or "").split(",") if each.strip()]
    _finish(
        import_people(
            _installation(app), file, dry_run=dry_run, phone_key=phone_key, confirmed_by=confirmed_by
        )
    )


@main.group()
def projects() -> None:
    """项目。"""


@projects.command("import")
@CSV
@DRY_RUN
@CONFIG
def projects_import(file: Path, dry_run: bool, path: Path) -> None:
    """导入项目表。"""
    from bot.importing import import_projects

    _finish(import_projects(_installation(_current(_app(path))), file, dry_run=dry_run))


@main.group()
def deputies() -> None:
    """授权代签。"""


@deputies.command("import")
@CSV
@DRY_RUN
@CONFIG
def deputies_import(file: Path, dry_run: bool, path: Path) -> None:
    """导入授权代签表。"""
    from bot.importing import import_deputies

    _finish(import_deputies(_installation(_current(_app(path))), file, dry_run=dry_run))


def _installation(app: App) -> Installation:
    from bot.importing import Installation

    return Installation(app.database, app.clock.now(), app.config.org.timezone)


def _finish(done: bool) -> None:
    if not done:
        sys.exit(1)


@main.group()
def journal() -> None:
    """流水账。"""


@journal.command("verify")
@CONFIG
def journal_verify(path: Path) -> None:
    """逐条核对流水账有没有被改动。"""
    from storage import journal as chain

    app = _current(_app(path))
    with app.database.read() as tx:
        fault = chain.verify(tx)
        heads = chain.heads(tx)
    if fault:
        raise Words(f"流水账「{fault.stream}」第 {fault.seq} 条对不上：{fault.why}")
    for stream, (count, digest) in heads.items():
        click.echo(f"流水账「{stream}」{count} 条，条条相连。末条校验值 {digest}")
    click.echo("提示：末尾被整段截掉时，账本自己看不出来，请与以前打印或发出的末条校验值对照。")


@main.group()
def outbox() -> None:
    """发不出去的消息。"""


@outbox.command("list")
@CONFIG
def outbox_list(path: Path) -> None:
    """列出没发出去的消息（不含内容）：还在重试的和已放弃的。"""
    from scheduler.clock import local
    from storage import outbox as box
    from storage import people as roster

    app = _current(_app(path))
    zone = app.config.org.timezone
    with app.database.read() as tx:
        failed = box.failed(tx)
        names = roster.by_ids(tx, [each.recipient.person_id for each in failed if each.recipient.person_id])
    for each in failed:
        to = names[each.recipient.person_id].name if each.recipient.person_id else "未登记的账号"
        then = f"{local(each.next_at, zone):%H:%M} 再试" if each.next_at else "已放弃"
        at = f"{local(each.created_at, zone):%Y-%m-%d %H:%M}"
        click.echo("\t".join((str(each.id), at, to, each.subject, then, each.error)))
    click.echo(f"共 {len(failed)} 条。修好原因后用 qinglian outbox retry 马上重发。")


@outbox.command("retry")
@CONFIG
def outbox_retry(path: Path) -> None:
    """让没发出去的消息马上重新发送。"""
    from bot.app import machine_time
    from storage import outbox as box

    app = _current(_app(path))
    with app.database.write() as tx:
        count = box.revive(tx, machine_time())
    click.echo(f"{count} 条消息重新排队。")


@main.group("settings")
def council_settings() -> None:
    """理事会决定的参数。"""


@council_settings.command("list")
@CONFIG
def settings_list(path: Path) -> None:
    """列出参数、现值和背后的决议。"""
    from handlers.catalogue import SETTINGS
    from storage import settings

    app = _current(_app(path))
    with app.database.read() as tx:
        for name, default in SETTINGS.items():
            now = settings.current(tx, name, default)
            basis = f"决议 {now.resolution}（{now.decided_on}）" if now.version else "默认规则，待理事会确认"
            click.echo(f"{name}\t{now.value}\t{basis}")


@council_settings.command("confirm")
@click.argument("name")
@click.option("--resolution", required=True, help="决议编号。")
@click.option("--date", "decided_on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="决议日期。")
@click.option("--value", type=click.IntRange(1, 9999), help="新的值，只用于数字参数；不写就是现值。")
@click.option("--text", help="新的文字，只用于文字参数。")
@CONFIG
def settings_confirm(
    name: str, resolution: str, decided_on: datetime, value: int | None, text: str | None, path: Path
) -> None:
    """记录理事会以决议确认了参数 NAME 的现值，或把它改成 --value 或 --text。"""
    from handlers.catalogue import SETTINGS
    from storage import settings

    if name not in SETTINGS:
        raise Words(f"没有参数「{name}」，可用的是：{'、'.join(SETTINGS)}")
    if not 0 < len(resolution.strip()) <= settings.RESOLUTION_LIMIT:
        raise Words(f"决议编号请写 1 到 {settings.RESOLUTION_LIMIT} 个字")
    if value is not None and not isinstance(SETTINGS[name], int):
        raise Words(f"参数「{name}」不是一个数，不能用 --value 改")
    if text is not None and not (isinstance(SETTINGS[name], str) and len(text) <= settings.TEXT_LIMIT):
        raise Words(f"参数「{name}」不是文字，或者超过 {settings.TEXT_LIMIT} 字，不能用 --text 改")
    app = _current(_app(path))
    with app.context(app.clock.now()) as ctx:
        new = text if value is None else value
        kept = settings.current(ctx.tx, name, SETTINGS[name]).value if new is None else new
        version = settings.fix(ctx.tx, name, kept, resolution.strip(), decided_on.date(), ctx.now)
        facts = {"value": kept, "resolution": resolution.strip(), "date": f"{decided_on:%Y-%m-%d}"}
        ctx.record("命令行", "settings.confirmed", f"setting:{name}", version, facts)
    click.echo(f"已记录：{name} 由决议 {resolution.strip()} 确认（第 {version} 版）。已提交的单子不变。")


@main.group()
def receivers() -> None:
    """廉洁问题反映的受理人：钥匙和入口。"""


@receivers.command("list")
@CONFIG
def receivers_list(path: Path) -> None:
    """列出受理人和钥匙指纹；反映件一个字也不列。"""
    from handlers.complaint import doors

    app = _current(_app(path))
    with app.looking() as ctx:
        for each in doors.listed(ctx):
            click.echo(each)


@receivers.command("invite")
@click.argument("key")
@CONFIG
def receivers_invite(key: str, path: Path) -> None:
    """给外部受理人 KEY 一个专用链接，只显示这一次；再运行一次就换新的。"""
    from handlers.complaint import doors

    app = _current(_app(path))
    url = app.config.server.public_url.rstrip("/")
    if not url:
        raise Words("[server] 还没有 public_url：受理人要能打开网页")
    with app.context(app.clock.now()) as ctx:
        person = _person(ctx.tx, key)
        known = doors.has_key(ctx, person)
        token = _or_words(lambda: doors.invite(ctx, person))
    click.echo(f"{person.name}的专用链接，请当面或用可靠的方式交给本人，不要留底：")
    click.echo(f"{url}/desk/{token}")
    first = "口令不变，" if known else "第一次打开时设口令；"
    click.echo(f"{first}以后每次用它和口令打开。以前的链接作废了。")


@receivers.command("make")
@click.argument("key")
@CONFIG
def receivers_make(key: str, path: Path) -> None:
    """在这台电脑上当面设口令：请受理人 KEY 本人来输，旁人回避。"""
    from handlers.complaint import doors

    app = _current(_app(path))
    with app.looking() as ctx:
        person = _person(ctx.tx, key)
    click.echo(f"请{person.name}本人输入口令，旁人回避。忘了口令，以前的件就再也打不开。")
    typed = click.prompt("口令", hide_input=True)
    again = click.prompt("再输一次", hide_input=True)
    with app.context(app.clock.now()) as ctx:
        mark = _or_words(lambda: doors.make_here(ctx, person, typed, again))
    click.echo(f"设好了。{person.name}的钥匙指纹 {mark}")


@receivers.command("revoke")
@click.argument("key")
@CONFIG
def receivers_revoke(key: str, path: Path) -> None:
    """停用 KEY 的钥匙和入口：离任、忘了口令、钥匙可能泄露时用；所有受理人会被告知。"""
    from handlers.complaint import doors, filing

    app = _current(_app(path))
    with app.context(app.clock.now()) as ctx:
        _or_words(lambda: doors.revoke(ctx, key))
        shut = not filing.is_open(filing.seated(ctx))
    if shut:
        click.echo(
            "注意：现在没有外部受理人了，网页和聊天都不再受理。请马上用 qinglian receivers invite 请一位。"
        )
    click.echo(
        "已停用。忘了口令的：举报受理人在聊天里发「受理」，外部受理人用 qinglian receivers invite 重新设。"
    )
    click.echo("以前的件，要由那一件的另一位受理人点「请另一位受理人参加」才能再看。")


@receivers.command("escrow")
@click.argument("file", type=click.Path(path_type=Path))
@CONFIG
def receivers_escrow(file: Path, path: Path) -> None:
    """理事会决定另存一把应急钥匙时用：写到 FILE，用口令锁住；反映页上会写明。"""
    from bot import escrow

    app = _current(_app(path))
    passphrase = click.prompt(
        "应急钥匙的口令（两位理事各输一半）", hide_input=True, confirmation_prompt="再输一次"
    )
    with app.context(app.clock.now()) as ctx:
        mark = _or_words(lambda: escrow.make(ctx, file, passphrase))
    click.echo(f"应急钥匙写在 {file}，指纹 {mark}。请移到保险柜，不要留在这台电脑上。")


@receivers.command("rescue")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("number")
@click.argument("key")
@CONFIG
def receivers_rescue(file: Path, number: str, key: str, path: Path) -> None:
    """用应急钥匙 FILE 把反映件 NUMBER 重新交给受理人 KEY；避开的人交不了，受理人会看到这一笔。"""
    from bot import escrow

    app = _current(_app(path))
    passphrase = click.prompt("应急钥匙的口令", hide_input=True)
    with app.context(app.clock.now()) as ctx:
        name = _or_words(lambda: escrow.rescue(ctx, file, passphrase, number, key))
    click.echo(f"{number} 已交给{name}。")


def _or_words(work: Callable[[], T]) -> T:
    from handlers.contract.refusal import Refusal

    try:
        return work()
    except Refusal as refusal:
        raise Words(refusal.sentence) from None


def _person(tx: Tx, key: str) -> Person:
    from storage import people as roster

    found = roster.by_keys(tx, [key]).get(key)
    if found is None:
        raise Words(f"名单里没有编号 {key}。先用 qinglian people import 登记，职务写「外部受理人」")
    return found


@main.group()
def report() -> None:
    """廉洁问题反映：海报和菜单文字。"""


@report.command("poster")
@click.argument("file", type=click.Path(path_type=Path))
@CONFIG
def report_poster(file: Path, path: Path) -> None:
    """把海报写到 FILE（PDF）；没有外部受理人设好口令时印不了。"""
    from bot.poster import poster

    app = _current(_app(path))
    url, outside = _public(app)
    content = poster(app.config.org.name, url, outside)
    try:
        with file.open("xb") as out:
            out.write(content)
    except FileExistsError:
        raise Words(f"{file} 已经在了，请换一个文件名") from None
    click.echo(f"海报写好了：{file}，二维码指向 {url}")
    if is_this_machine(urlsplit(url).hostname or ""):
        click.echo("注意：这个地址只有这台电脑打得开，贴出去没有人能用。请先写好 [server] 的 public_url")


@report.command("text")
@CONFIG
def report_text(path: Path) -> None:
    """打印放在公众号菜单、自动回复里的文字。"""
    from bot.poster import menu_text

    url, outside = _public(_current(_app(path)))
    click.echo(menu_text(url, outside))


def _public(app: App) -> tuple[str, list[str]]:
    """Return where people report, and where else they can go."""
    from handlers.complaint import filing

    url = app.config.server.public_url.rstrip("/")
    if not url:
        raise Words("[server] 还没有 public_url：反映页没有地址")
    with app.looking() as ctx:
        if not filing.is_open(filing.seated(ctx)):
            raise Words("还没有一位外部受理人设好口令，海报先不能印。请运行 qinglian receivers invite 编号")
        return f"{url}/report", filing.outside_words(ctx)


@main.group()
def duties() -> None:
    """年度任务清单。"""


@duties.command("import")
@CSV
@DRY_RUN
@CONFIG
def duties_import(file: Path, dry_run: bool, path: Path) -> None:
    """导入改过的年度任务清单；改动的行要写决议编号和日期。"""
    from bot.importing import import_duties

    _finish(import_duties(_installation(_current(_app(path))), file, dry_run=dry_run))


@duties.command("export")
@CONFIG
def duties_export(path: Path) -> None:
    """按导入的格式打印现在的年度任务清单，可以改好再导入。"""
    from handlers.duty.listing import written

    app = _current(_app(path))
    with app.looking() as ctx:
        click.echo(
            f"\ufeff{written(ctx)}", nl=False
        )  # without this mark Excel takes the Chinese for another encoding


@main.group()
def calendar() -> None:
    """放假和调休安排。"""


@calendar.command("import")
@CSV
@DRY_RUN
@click.option("--notice", default="", help="通知的名称或文号；不写就记文件名。")
@click.option("--replace", is_flag=True, help="确认替换程序自带的某一年。")
@CONFIG
def calendar_import(file: Path, dry_run: bool, notice: str, replace: bool, path: Path) -> None:
    """导入国务院办公厅通知的放假安排。"""
    from bot.importing import import_calendar
    from storage.calendar import NOTICE_LIMIT

    name = notice.strip() or file.name
    if len(name) > NOTICE_LIMIT:
        raise Words(f"通知的名称最多 {NOTICE_LIMIT} 个字，现在是 {len(name)} 个。请用 --notice 写短一些")
    to = _installation(_current(_app(path)))
    _finish(import_calendar(to, file, name, dry_run=dry_run, replace=replace))


@calendar.command("list")
@CONFIG
def calendar_list(path: Path) -> None:
    """列出有哪些年的放假安排、从哪里来，哪些还没有。"""
    from handlers.calendar.service import listed
    from scheduler.clock import today

    app = _current(_app(path))
    zone = app.config.org.timezone
    with app.database.read() as tx:
        for each in listed(tx, today(app.clock.now(), zone), zone):
            click.echo(each)


@calendar.command("export")
@click.argument("year", type=int)
@CONFIG
def calendar_export(year: int, path: Path) -> None:
    """按导入的格式打印 YEAR 年的放假安排，可以当样板。"""
    from handlers.calendar.service import written

    with _current(_app(path)).database.read() as tx:
        text = written(tx, year)
    if text is None:
        raise Words(f"还没有 {year} 年的放假安排")
    click.echo(f"\ufeff{text}", nl=False)  # without this mark Excel takes the Chinese for another encoding


@main.group()
def workdays() -> None:
    """工作日。"""


@workdays.command("add")
@click.argument("day")
@click.argument("n")
@click.option("--on", "seen", help="说明到这一天（如 2026-02-27）过了第几个工作日、为什么顺延。")
@CONFIG
@click.pass_context
def workdays_add(typed: click.Context, day: str, n: str, seen: str | None, path: Path) -> None:
    """从 DAY（如 2026-02-10）起第 N 个工作日是哪天。"""
    from bot import workdays as lines

    calendar = _calendar(typed, path)
    click.echo(lines.progress(day, n, seen, calendar) if seen else lines.add(day, n, calendar))


@workdays.command("nth")
@click.argument("month")
@click.argument("n")
@CONFIG
@click.pass_context
def workdays_nth(typed: click.Context, month: str, n: str, path: Path) -> None:
    """MONTH（如 2026-10）的第 N 个工作日是哪天。"""
    from bot import workdays as lines

    click.echo(lines.nth(month, n, _calendar(typed, path)))


@workdays.command("last")
@click.argument("month")
@CONFIG
@click.pass_context
def workdays_last(typed: click.Context, month: str, path: Path) -> None:
    """MONTH（如 2026-10）的最后一个工作日是哪天。"""
    from bot import workdays as lines

    click.echo(lines.last(month, _calendar(typed, path)))


@workdays.command("between")
@click.argument("a")
@click.argument("b")
@CONFIG
@click.pass_context
def workdays_between(typed: click.Context, a: str, b: str, path: Path) -> None:
    """A 之后到 B（含 B）有几个工作日。"""
    from bot import workdays as lines

    click.echo(lines.between(a, b, _calendar(typed, path)))


@workdays.command("roll")
@click.argument("day")
@CONFIG
@click.pass_context
def workdays_roll(typed: click.Context, day: str, path: Path) -> None:
    """按日历天数算的期限，最后一天 DAY 遇到休息日时顺延到哪天。"""
    from bot import workdays as lines

    click.echo(lines.roll(day, _calendar(typed, path)))


def _calendar(typed: click.Context, path: Path) -> Calendar:
    """Return the installation's calendar, or the program's own where there is no installation."""
    from scheduler.calendar import current
    from scheduler.workdays import LIBRARY

    if typed.get_parameter_source("path") is click.core.ParameterSource.DEFAULT and not path.exists():
        return LIBRARY
    with _current(_app(path)).database.read() as tx:
        return current(tx)


@main.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8800, show_default=True, help="模拟平台的端口。"
)
@click.option("--story", is_flag=True, help="不用浏览器，把四级联签在两个平台上演一遍，打印每张卡片。")
def demo(port: int, story: bool) -> None:
    """在本机试用：模拟的飞书和企业微信、示例机构和助手一起启动。"""
    from bot.demo import play, serve

    sys.exit(play() if story else serve(port))


if __name__ == "__main__":
    main()
