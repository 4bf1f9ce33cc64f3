"""What is checked of a manifest beyond its form."""

from datetime import UTC, datetime

import msgspec
import pytest

from pvsim.adapters.rundir import MANIFEST, Manifest, RunDirectory
from pvsim.adapters.rundir.contents import check_contents
from pvsim.errors import BadInputError

HOME = {"kind": "household", "pv_kwp": 8.0, "people": 4, "occupations": ["school"], "owned": ["kettle"], "new": {}}
SPAN = {"meter": "b", "from": "2024-06-21T12:00:00+02:00", "to": "2024-06-21T13:00:00+02:00", "rows": 3600}
REPORT = {
    "source": "house.csv", "gaps": [{"start": "2024-06-21T12:00:00", "seconds": 600, "filled": "hold"}],
    "repeated_hours": [], "clipped_low": 0, "clipped_low_kwh": None, "reading": {"rows": 24, "remarks": []},
}  # fmt: skip
MADE = Manifest(
    status="complete", run_id="abc", config={}, config_sha256="", seed=1, versions={},
    created_utc="2026-11-26T18:00:00+00:00", homes={"a": HOME, "b": {"kind": "file"}},
    inputs={"a": REPORT, "weather": {"night_intervals": 3}, "places_m": {"gaps": [1.0, -2.5]}},
    held={"spans": 1, "first": [SPAN]},
)  # fmt: skip


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return RunDirectory.create(tmp_path_factory.mktemp("out"), "abc", datetime(2026, 11, 26, tzinfo=UTC), MADE)


def test_what_runs_write_is_read_with_all_that_is_in_it(directory):
    loaded = directory.load()
    assert msgspec.to_builtins(loaded) == msgspec.to_builtins(MADE)
    check_contents(msgspec.structs.replace(MADE, homes=None, inputs=None, held=None))


@pytest.mark.parametrize(
    ("part", "place", "value", "at"),
    [
        ("created_utc", (), "yesterday", "$.created_utc"),
        ("finished_utc", (), "x", "$.finished_utc"),
        ("homes", ("b",), None, "$.homes[...]"),
        ("homes", ("a", "pv_kwp"), {}, "$.homes[...].pv_kwp"),
        ("homes", ("a", "pv_kwp"), "x", "$.homes[...].pv_kwp"),
        ("homes", ("a", "owned", 0), 7, "$.homes[...].owned[0]"),
        ("homes", ("a", "people"), 1e300, "$.homes[...].people"),
        ("inputs", ("a",), [], "$.inputs[...]"),
        ("inputs", ("a", "gaps"), "x", "$.inputs[...].gaps"),
        ("inputs", ("a", "gaps", 0, "seconds"), {}, "$.inputs[...].gaps[0].seconds"),
        ("inputs", ("a", "reading", "rows"), "x", "$.inputs[...].reading.rows"),
        ("inputs", ("weather", "night_intervals"), "x", "$.inputs[...].night_intervals"),
        ("inputs", ("places_m", "gaps"), True, "$.places_m[...]"),
        ("held", ("first", 0, "from"), "x", "$.held.first[0].from"),
        ("held", ("first", 0), {}, "$.held.first[0]"),
    ],
)
def test_what_is_not_what_its_name_says_is_damage(directory, part, place, value, at):
    manifest = msgspec.to_builtins(MADE)
    *before, last = (part, *place)
    within = manifest
    for each in before:
        within = within[each]
    within[last] = value
    (directory.path / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    with pytest.raises(BadInputError, match="the manifest is damaged: ") as caught:
        directory.load()
    assert at in caught.value.what
    assert caught.value.fix == "restore it from a copy, or start a new run"
