"""The one rule of the simulator's network: it talks to this machine only."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """The host that an address names, empty where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def loopback_host(host: str) -> str:
    """`host` itself. ValueError if anything but this machine could be meant."""
    if not is_loopback(host):
        raise ValueError(f"the simulator binds to loopback only, not to {host!r}")
    return host


def loopback_url(url: str) -> str:
    """`url` without its last slash. ValueError unless it is http to this machine; empty stays empty."""
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme != "http" or not is_loopback(parts.hostname or ""):
        raise ValueError(f"the simulator calls loopback over http only, not {url!r}")
    return url.rstrip("/")
