"""QR codes: as rows of modules, and as a picture inside a page."""

from __future__ import annotations

from markupsafe import Markup, escape

QUIET = 4
"""Modules of white around a code, as ISO/IEC 18004 wants it."""


def modules(text: str) -> list[list[bool]]:
    """Return the modules of a code, dark ones True, with the white around it."""
    from segno import make_qr  # only who shows a code pays for it

    found = make_qr(text, error="m", boost_error=False)
    return [[bool(each) for each in row] for row in found.matrix_iter(border=QUIET)]


def svg(text: str, label: str) -> Markup:
    """Return a code as inline SVG that needs neither style nor script; `label` is read out."""
    rows = modules(text)
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, each in enumerate(row) if each)
    size = len(rows)
    return Markup(
        '<svg class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}" shape-rendering="crispEdges">'
        '<rect width="{}" height="{}" fill="#fff"/><path d="{}" fill="#000"/></svg>'
    ).format(escape(label), size, size, size, size, dark)
