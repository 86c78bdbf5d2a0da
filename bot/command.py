"""What the command line says when something goes wrong: one Chinese sentence, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from bot.config import ConfigError
from bot.logs import traced

DATABASE_ERRORS = ("OperationalError", "DatabaseError")
"""What a database itself complains of; these messages hold nothing that was to be stored."""


class Words(click.ClickException):
    """An error in one Chinese sentence, exit code 1."""

    def show(self, file: object = None) -> None:
        """Print the sentence without click's English prefix."""
        click.echo(self.message, err=True)


class WronglyTyped(Words):
    """Words about the command itself, exit code 2."""

    exit_code = 2


class Commands(click.Group):
    """Commands of which every complaint is Words, however deep below it arises."""

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Read what was typed before the command."""
        with _in_words():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _in_words():
            return super().invoke(ctx)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        raise WronglyTyped(_what_is_wrong(error)) from None
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except ConfigError as error:
        raise Words(str(error)) from None
    except Exception as error:
        raise Words(f"没有做成：{_reason(error)}") from None


def _what_is_wrong(error: click.UsageError) -> str:
    usage = f"用法见 {error.ctx.command_path} -h" if error.ctx else "用法见 qinglian -h"
    match error:
        case click.NoSuchOption():
            return f"没有选项 {error.option_name}。{usage}"
        case click.MissingParameter(param=click.Parameter() as param):
            return f"缺少 {_name(param)}。{usage}"
        case click.BadParameter(param=click.Parameter() as param):
            return f"{_name(param)} 的值不对。{usage}"
    return f"没有这样的命令或参数。{usage}"


def _name(param: click.Parameter) -> str:
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        what = f"读写 {error.filename} 时" if error.filename else ""
        return f"{what}系统报错（{error.strerror or type(error).__name__}）"
    if type(error).__name__ in DATABASE_ERRORS and error.__cause__:
        said = str(error.__cause__).partition("\n")[0]
        return f"数据库用不了（{said}）。请核对 [storage] 的 url，以及数据库是否在运行"
    return f"出了意外（{traced(error)}）"
