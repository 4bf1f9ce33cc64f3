"""`pvsim run --case`: the run of a case has the figures of its record."""

import json

import msgspec
import pytest
from tests.studies import kept_study

from pvsim.core.results.summary import Summary
from pvsim.core.study.record import single_figures

TEXT = """\
[base]
site = "home-battery"
every = "1min"
[sweep]
"site.battery.capacity_kwh" = [0, 5]
"""


@pytest.mark.broker
def test_the_run_of_a_case_has_the_figures_of_its_record(here, outside):
    (here / "roof.toml").write_text(TEXT)
    record = kept_study(here / "roof.toml", here / "studies" / "roof", compute=True)[1]
    done = outside("run", "--case", record.id[:10], "--json", "--no-report")
    assert done.code == 0, done.err
    assert f"case 1 of studies/roof: site.battery.capacity_kwh = 5, seed {record.seed}" in done.err
    summary = msgspec.json.decode(done.out, type=Summary)
    figures = single_figures(summary)
    assert {name: figures[name] for name in record.figures} == record.figures
    assert record.figures["energy_kwh_import"] > 0
    manifest = json.loads((here / "runs" / "latest" / "manifest.json").read_bytes())
    assert manifest["command"] == f"pvsim run --case studies/roof:{record.id}"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--case", "0123456789abcdef"], 65, "no study here has a case 0123456789abcdef"),
        (["--case", "x"], 2, "is no id of a case"),
        (["--case", "0123456789abcdef", "--days", "2"], 2, "--days cannot be changed: the run of a case"),
        (["--case", "0123456789abcdef", "--resume", "."], 65, "there is no run here"),
    ],
)
def test_what_is_no_case_is_refused(inside, arguments, code, told):
    done = inside("run", *arguments)
    assert done.code == code
    assert told in done.field("error")
    assert done.field("fix")
