"""The page on the Python interface: its examples run and its tables are complete."""

import doctest
import inspect
import re
import subprocess
import sys

import msgspec
import pytest
from tests.finished_runs import a_run, carry_out

import pvsim
from pvsim.config import FileOptions, MeterRequest, PvRequest, Request

PAGE = "docs/reference/api.md"


def blocks(page):
    """The blocks of Python, without their fences."""
    return re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_page_run(pages, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    carry_out(a_run(tmp_path / "runs"))
    examples = "\n".join(blocks(pages[PAGE]))
    test = doctest.DocTestParser().get_doctest(examples, {}, PAGE, PAGE, 0)
    assert len(test.examples) > 8
    said = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=said.append)
    assert runner.failures == 0, "".join(said)


def test_the_public_names_are_sorted_there_and_described(pages):
    assert pvsim.__all__ == sorted(pvsim.__all__)
    for name in pvsim.__all__:
        assert getattr(pvsim, name) is not None
        assert name in dir(pvsim)
        assert re.search(rf"`(?:pvsim\.)?{name}\b", pages[PAGE]), name
    for name in set(pvsim.__all__) - {"__version__"}:
        assert inspect.getdoc(getattr(pvsim, name)), name


def test_a_name_that_is_not_public_is_no_attribute():
    with pytest.raises(AttributeError, match="has no attribute 'metre'"):
        _ = pvsim.metre


@pytest.mark.parametrize("kind", [Request, MeterRequest, PvRequest, FileOptions])
def test_each_field_of_a_request_is_described(pages, kind):
    of_file = {field.name for field in msgspec.structs.fields(FileOptions)}
    for field in msgspec.structs.fields(kind):
        if kind is FileOptions or field.name not in of_file:
            assert re.search(rf"^\| `{field.name}` \|", pages[PAGE], re.MULTILINE), field.name


def test_importing_pvsim_imports_nothing_else_of_it():
    code = (
        "import sys, pvsim; loaded = {name for name in sys.modules if name.startswith('pvsim.')} | "
        "{'numpy', 'msgspec', 'click', 'asyncio'} & set(sys.modules); sys.exit(' '.join(loaded) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
