"""What a run is configured with: manifests made before still open."""

from datetime import date

import msgspec
import pytest

from pvsim.config import CurveConfig, FileConfig, MeterConfig, RunConfig, digest
from pvsim.config.single_settings import parse_formats
from pvsim.errors import UsageError

OLDER = {  # as pvsim wrote them before it had the newer fields
    "f064f600af64c28e52bf3e94f2e024893beec1034237ba7757185345d6dcc639": (
        '{"run_id":"1a2b3c4d","first_date":"2024-06-21","days":1,"tz":"Europe/Berlin","seed":1,"every_s":1,"m'
        'eters":[{"name":"m1","source":{"kind":"synthetic","model":"uniform"}}],"pv":{"kind":"curve","peak_kw'
        '":null},"battery":null,"export_limit_kw":null,"split":"none"}'
    ),
    "fb2bdaf64afd9beb3824257c4cbc731c66edb6596aa23eda084ac3f7ca1ca688": (
        '{"run_id":"house-a","first_date":"2024-06-21","days":2,"tz":"Europe/Berlin","seed":1,"every_s":900,"'
        'meters":[{"name":"m1","source":{"kind":"external"}}],"pv":{"kind":"curve","peak_kw":5.0},"battery":n'
        'ull,"export_limit_kw":null,"split":"day"}'
    ),
}


@pytest.mark.parametrize("sha256", OLDER)
def test_a_configuration_of_before_has_its_digest(sha256):
    config = msgspec.json.decode(OLDER[sha256], type=RunConfig)
    assert digest(config).hex() == sha256
    assert digest(msgspec.convert(msgspec.to_builtins(config), RunConfig)).hex() == sha256


@pytest.mark.parametrize("change", [{"meter_max_w": 43_500}, {"meter_kind": "grid"}, {"missing": "hold"}])
def test_each_newer_field_changes_the_digest(change):
    (sha256, text), *_ = OLDER.items()
    config = msgspec.json.decode(text, type=RunConfig)
    assert digest(msgspec.structs.replace(config, **change)).hex() != sha256


def test_skip_and_stop_have_one_digest():
    """They change no byte of a row, and one may follow the other when a run goes on."""
    config = msgspec.json.decode(next(iter(OLDER.values())), type=RunConfig)
    assert digest(msgspec.structs.replace(config, missing="skip")) == digest(config)


def test_the_batches_of_a_run_change_no_digest_and_come_back_from_the_manifest():
    """They change no byte of a row, and `pvsim simulate` need not be told what `pvsim meter` was."""
    config = msgspec.json.decode(next(iter(OLDER.values())), type=RunConfig)
    assert config.batch == 1  # it was begun before there were any
    changed = msgspec.structs.replace(config, batch=100)
    assert digest(changed) == digest(config)
    assert msgspec.convert(msgspec.to_builtins(changed), RunConfig) == changed


def test_the_formats_of_a_run_change_no_digest_and_come_back_from_the_manifest():
    config = msgspec.json.decode(next(iter(OLDER.values())), type=RunConfig)
    assert config.formats == ("csv",)
    changed = msgspec.structs.replace(config, formats=("csv", "parquet"))
    assert digest(changed) == digest(config)
    assert msgspec.convert(msgspec.to_builtins(changed), RunConfig) == changed


@pytest.mark.parametrize(
    ("text", "formats"),
    [("csv", ("csv",)), ("csv,parquet", ("csv", "parquet")), (" Parquet , CSV,csv", ("csv", "parquet"))],
)
def test_formats_are_read_in_any_order_and_case(text, formats):
    assert parse_formats(text) == formats


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parquet", "`format` has csv in any case"),
        ("", "`format` has csv in any case"),
        ("csv,arrow", "'arrow' is no format"),
        ("csv;parquet", "'csv;parquet' is no format"),
    ],
)
def test_formats_that_cannot_be_are_refused(text, message):
    with pytest.raises(UsageError, match=message) as caught:
        parse_formats(text)
    assert (caught.value.field, caught.value.fix) == ("format", "use csv, or csv,parquet")


@pytest.mark.parametrize("max_w", [0, -1, 10_000_001])
def test_a_meters_maximum_is_bounded(max_w):
    config = msgspec.json.decode(next(iter(OLDER.values())), type=RunConfig)
    with pytest.raises(UsageError, match=r"outside 1\.\.10,000,000 W"):
        msgspec.structs.replace(config, meter_max_w=max_w)


OLD_FILE_RUN = (
    "0bb85ed753c50a4e5325ca60895c92eec24d59170029c033b464616b1dbe9ac1"  # made before --meter-sign and so on
)


def test_a_file_with_nothing_new_said_of_it_has_the_digest_of_older_manifests():
    config = file_run(FileConfig("/house.csv", "00"))
    assert digest(config).hex() == OLD_FILE_RUN


def test_what_is_said_of_a_file_changes_the_digest_and_comes_back_from_the_manifest():
    config = file_run(FileConfig("/house.csv", "00", measures="counter", sign="negative", scale=2.0))
    assert digest(config).hex() != OLD_FILE_RUN
    assert msgspec.convert(msgspec.to_builtins(config), RunConfig) == config


def file_run(file):
    meters = (MeterConfig("m1", file),)
    return RunConfig("r", date(2024, 6, 21), 1, "Europe/Berlin", 1, 1, meters, CurveConfig())
