"""The page on a service's meters says what becomes of what they send: its tables are walked."""

import re
import tomllib

import msgspec
import pytest

from pvsim.config.meter_forms import meter_forms, meter_problems
from pvsim.config.meter_tables import MeterTable, PhaseTable
from pvsim.core.metering.devices import DEVICES
from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.observed import Observed, Refused
from pvsim.core.metering.read import read_body
from pvsim.core.metering.refusals import Refusal
from pvsim.core.session.names import NO_NAME, NO_PHASE, is_name
from pvsim.core.session.rejected import Reason


@pytest.fixture
def page(pages):
    return pages["docs/reference/listen.md"]


def rows(page, heading):
    """The cells of the table under a row of headings."""
    table = page.partition(f"\n| {heading} | ")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table.splitlines()[2:]]


def read(example):
    body = example.strip("`").replace("\\ufeff", "\ufeff").replace("\\0", "\0").encode()
    return read_body(body, "", 0, MeterForm(), service="home", meter="m1")


def test_each_body_is_taken_or_rejected_as_the_page_says(page):
    examples = rows(page, "a body")
    assert len(examples) > 30
    for what, outcome, example in examples:
        answer = read(example)
        if outcome.startswith("taken"):
            assert isinstance(answer, Observed), (what, answer)
        else:
            assert isinstance(answer, Refused), (what, answer)
            assert f"`{answer.reason}`" in outcome, (what, answer)


def test_the_forms_of_ours_say_the_time_that_the_page_says(page):
    examples = rows(page, "form")
    assert {time.startswith("`") for _, _, time in examples} == {True, False}
    for _, example, time in examples:
        answer = read(example)
        assert answer.power_dw == 4_125
        assert answer.timed == time.startswith("`")


def test_every_reason_is_on_the_page(page):
    for reason in Refusal:
        assert f"`{reason}`" in page.replace("\n", " "), reason


def test_every_setting_of_a_meter_is_on_the_page_with_its_default(page):
    settings = {name.strip("`"): default for name, _, default in rows(page, "setting")}
    assert list(settings) == list(MeterTable.__struct_fields__)
    assert str(MeterForm().max_interval_s) == settings["max_interval_s"]
    assert str(MeterForm().meter_range.high_dw // 10) == settings["max_w"]


def test_every_device_is_on_the_page(page):
    assert [row[0].strip("`") for row in rows(page, "`device` | what it reads")] == list(DEVICES)


def test_the_example_of_a_file_is_right(page):
    text = re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1]
    meters = msgspec.convert(tomllib.loads(text)["meters"], tuple[MeterTable, ...])
    assert meter_problems(meters) == []
    assert set(meter_forms(meters).forms) == {"house", "boiler", "heat-pump"}


def test_the_example_of_phases_is_right(page):
    text = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[1]
    meters = msgspec.convert(tomllib.loads(text)["meters"], tuple[MeterTable, ...])
    assert meter_problems(meters) == []
    phases = meter_forms(meters).phases["house"]
    assert [(name, form.sign, form.own) for name, form in phases.items()] == [
        ("L1", 1, True),
        ("L2", -1, True),
        ("L3", 1, False),
    ]


def test_every_setting_of_a_phase_is_on_the_page(page):
    told = page.partition("A phase is a topic, or a table")[2].partition("What it does not say")[0]
    assert set(re.findall(r"`(\w+)`", told)) >= set(PhaseTable.__struct_fields__)


def test_the_reasons_of_a_session_are_on_the_page(page):
    for reason in (*Reason, NO_NAME, NO_PHASE):
        assert f"`{reason}`" in page.replace("\n", " "), reason


def test_names_that_the_page_excludes_are_none(page):
    excluded = re.search(r"device name of Windows \((.*?)\)", page)[1]
    assert not any(is_name(name.strip("` ")) for name in excluded.split(","))
