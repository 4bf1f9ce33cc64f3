"""Checked scenarios as JUnit XML, as Jenkins, GitLab and GitHub's actions read it.

There is no standard; elements and attributes are those of the schema `junit-10.xsd` of Jenkins' xUnit plugin.
"""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from pvsim.core.scenarios.checking import Checked

__all__ = ["junit_xml"]

_SUITE = "pvsim.scenarios"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot have, in any form."""


def junit_xml(checked: Sequence[Checked]) -> str:
    """A test suite with a test case for each scenario.

    A scenario of which figures differ is a failure that names them; one that could not be computed is an error.
    """
    errors = sum(bool(each.error) for each in checked)
    failures = sum(bool(each.differing) for each in checked)
    counts = f'tests="{len(checked)}" failures="{failures}" errors="{errors}"'
    head = f'name="{_SUITE}" {counts} time="{sum(each.seconds for each in checked):.3f}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {head}>", f"  <testsuite {head}>"]
    for each in checked:
        lines += _case(each)
    return "\n".join([*lines, "  </testsuite>", "</testsuites>", ""])


def _case(checked: Checked) -> list[str]:
    case = f'    <testcase classname="{_SUITE}" name={_quoted(checked.name)} time="{checked.seconds:.3f}"'
    if checked.passed:
        return [f"{case}/>"]
    if checked.error:
        kind, message, text = "error", checked.error, checked.error
    else:
        differing = checked.differing
        kind, text = "failure", "\n".join(each.text for each in differing)
        message = f"{len(differing)} of {len(checked.figures)} figures are not as expected"
    element = f"      <{kind} message={_quoted(message)} type={_quoted(kind)}>{escape(_plain(text))}</{kind}>"
    return [f"{case}>", element, "    </testcase>"]


def _quoted(text: str) -> str:
    """A text as the value of an attribute."""
    return quoteattr(_plain(text))


def _plain(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
