"""A page as HTML: what comes from a run is escaped, and a script runs only if its digest is in the policy."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

if TYPE_CHECKING:
    from jinja2 import Template

    from pvsim.app.report.page import Page

__all__ = ["SCRIPTS", "rendered", "template"]

SCRIPTS = {
    "report": ("page.js", "report.js"),
    "compare": ("page.js", "compare.js"),
    "study": ("page.js", "study.js"),
}
"""What draws the charts of each kind of page, beside the foreign script: one script of two files."""

Kind: TypeAlias = Literal["report", "compare", "study"]

_PICKS: Mapping[str, Mapping[str, str]] = {"study": {"map": "picks", "hours": "day-picks"}}
"""Of each kind of page the charts of which something is chosen, and the name of the place of the choices."""

_TEMPLATE, _STYLE, _CHARTS = "report.html.j2", "report.css", "echarts.min.js"
_HERE = Path(__file__).parent


def rendered(page: "Page", *, language: str, version: str, kind: Kind = "report") -> bytes:
    """The file: the same bytes for the same page.

    Args:
        page: What stands on it.
        language: Of its words, as in HTML.
        version: Of pvsim.
        kind: Whose charts are on it.
    """
    from markupsafe import Markup  # noqa: PLC0415 - only pages need it

    scripts = [_text(_CHARTS), "".join(map(_text, SCRIPTS[kind]))]
    return (
        template()
        .render(
            page=page,
            lang=language,
            version=version,
            picks=_PICKS.get(kind, {}),
            style=Markup(_text(_STYLE)),  # noqa: S704 - our own file
            scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
            script_sources=" ".join(map(_source, scripts)),
            data=Markup(_json(page)),  # noqa: S704 - JSON in which no tag can begin or end
        )
        .encode()
    )


@cache
def template() -> "Template":
    """The template of pages, compiled: 60 ms with the import, whoever asks first."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - only pages need it

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(_text(_TEMPLATE))


def _text(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _source(script: str) -> str:
    """What the policy names a script by."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def _json(page: "Page") -> str:
    text = msgspec.json.encode(page.data).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
