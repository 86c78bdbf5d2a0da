"""What the Feishu SDK may say in our log: warnings and above, once, and no address with its secrets."""

from __future__ import annotations

import logging
import re

_QUERY = re.compile(r"\?\S+")


def tame() -> None:
    """Let the SDK's logger pass its warnings on to ours, without what stands behind the `?` of an address.

    By itself it prints every line to standard output and passes it on as well; below WARNING it tells
    `access_key` and `ticket` of the long connection, and what people wrote.
    """
    log = logging.getLogger("Lark")
    for handler in list(log.handlers):
        log.removeHandler(handler)
    log.addFilter(_without_queries)
    log.setLevel(logging.WARNING)


def _without_queries(record: logging.LogRecord) -> bool:
    record.msg, record.args = _QUERY.sub("?…", record.getMessage()), None
    return True
