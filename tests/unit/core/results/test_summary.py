"""A summary of an earlier version can still be read, and each figure has its definition."""

import inspect
import re

import msgspec
import pytest

from pvsim.core.results import summary
from pvsim.core.results.summary import PeriodEnergies, Summary

ENERGY = b'{"load": 1.5, "pv": 2.25, "self_consumed": 0.75, "import": 0.75, "export": 1.5}'
OLD = (
    b'{"rows": 3600, "resolution_s": 1, "energy_kwh": %b, "self_consumption": 0.333333, "self_sufficiency": 0.5, '
    b'"generation_multiple": 1.5, "peak_kw": {"load": 2.0, "pv": 4.0, "import": 1.5, "export": 3.0, '
    b'"import_15min": 1.5, "export_15min": null}, "days": [%b]}'
) % (ENERGY, ENERGY.replace(b"{", b'{"period": "2024-06-21", '))


def test_a_summary_without_the_later_fields_is_read():
    found = msgspec.json.decode(OLD, type=Summary)
    assert (found.energy_kwh.import_, found.resolution, found.duration) == (0.75, None, None)
    assert found.days == (PeriodEnergies(1.5, 2.25, 0.75, 0.75, 1.5, period="2024-06-21"),)


@pytest.mark.parametrize("name", summary.__all__)
def test_each_figure_is_defined_once_in_the_docstring(name):
    struct = getattr(summary, name)
    attributes = inspect.cleandoc(struct.__doc__).partition("Attributes:")[2]
    described = re.findall(r"^    (\w+): ", attributes, re.MULTILINE)
    inherited = struct.__base__.__struct_encode_fields__ if struct.__base__ is not msgspec.Struct else ()
    assert described == [field for field in struct.__struct_encode_fields__ if field not in inherited]
