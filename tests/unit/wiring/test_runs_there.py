"""Which runs a directory has, and what is said of one where a service has made none yet."""

import pytest
from tests.service_days import DAY, made

from pvsim.errors import BadInputError, PvsimError
from pvsim.wiring.runs_there import open_days, runs_in


@pytest.fixture
def service(tmp_path):
    """The directory of a service that has had two days and goes on with a third."""
    directory = made(tmp_path / "listen" / "home")
    (directory / "service.json").write_text("{}")
    return directory


def grows(directory, *days):
    """A service of which each of these days goes on."""
    for day in days:
        (directory / day).mkdir(parents=True)
        (directory / day / "samples.csv.part").write_text("timestamp,meter_kw,pv_kw,net_kw\n")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "service.json").write_text("{}")
    return directory


def names(paths, directory):
    return [str(path.relative_to(directory)) for path in paths]


def test_the_days_of_a_service_that_are_over_are_runs_and_the_others_are_known(service):
    over = ["m1/2024-10-26", f"m1/{DAY}"]
    assert names(runs_in(service), service) == over
    assert names(runs_in(service / "m1"), service) == over
    assert names(runs_in(service / "m1" / DAY), service) == over[1:]
    going_on = ["m1/2024-10-28/samples.csv.part"]
    for directory in (service, service / "m1", service / "m1" / "2024-10-28"):
        assert names(open_days(directory), service) == going_on
    assert open_days(service / "m1" / DAY) == []


@pytest.mark.parametrize(
    ("below", "what"),
    [
        ("", "no day of the service is over yet"),
        ("m 1", "no day of this meter is over yet"),
        ("m 1/2026-11-26", "this day of a service is not over"),
    ],
)
def test_of_a_service_without_a_day_that_is_over_that_is_said_and_where_its_rows_are(tmp_path, below, what):
    service = grows(tmp_path / "home", "m 1/2026-11-26")
    with pytest.raises(BadInputError, match=f"{what}: it becomes a run after") as caught:
        runs_in(service / below)
    rows = service / "m 1" / "2026-11-26" / "samples.csv.part"
    assert caught.value.fix == f"ask again then; its rows so far: tail -f '{rows}'"


def test_one_of_several_meters_is_shown_and_the_others_are_counted(tmp_path):
    service = grows(tmp_path / "home", "a/2026-11-26", "b/2026-11-26", "c/2026-11-26")
    with pytest.raises(BadInputError, match="no day of the service is over yet") as caught:
        runs_in(service)
    assert caught.value.fix.endswith("a/2026-11-26/samples.csv.part (2 more meters beside it)")


def test_a_service_that_nobody_has_sent_to_is_told_from_a_directory_without_runs(tmp_path):
    with pytest.raises(BadInputError, match="no meter of the service has sent anything yet"):
        runs_in(grows(tmp_path / "home"))
    with pytest.raises(BadInputError, match="but those of a service in its directory") as caught:
        runs_in(tmp_path)
    assert caught.value.fix == f"give its directory: {tmp_path / 'home'}"
    for path in (tmp_path / "home" / "nothing", tmp_path / "nowhere"):
        with pytest.raises(BadInputError, match="there are no runs here"):
            runs_in(path)


def test_a_directory_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    service = grows(tmp_path / "home", "a/2026-11-26")

    def refused(*_):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(type(service), "glob", refused)
        with pytest.raises(PvsimError, match="cannot read"):
            open_days(service)
    monkeypatch.setattr(type(service), "iterdir", refused)
    with pytest.raises(PvsimError, match="cannot read"):
        runs_in(service)
