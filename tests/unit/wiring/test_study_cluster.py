from hashlib import sha256

import msgspec
import pytest

import pvsim
from pvsim import MeterRequest
from pvsim.core.study.record import Job, JobCase
from pvsim.wiring.study_cluster import files_of_job


@pytest.fixture
def houses(tmp_path):
    for name in "ab":
        rows = "".join(f"2024-06-21T{hour:02}:00,0.5\n" for hour in range(24))
        (tmp_path / f"{name}.csv").write_text(f"time,power_kw\n{rows}# {name}\n")
    return tmp_path


def test_a_job_names_the_files_of_all_its_cases(houses):
    paths = [houses / "a.csv", houses / "b.csv", houses / "a.csv"]
    configs = [pvsim.configure(pvsim.Request(meter=MeterRequest(source=str(path)))) for path in paths]
    configs.append(pvsim.configure(pvsim.Request()))
    cases = (JobCase(n, f"{n:010x}", msgspec.Raw(msgspec.json.encode(each))) for n, each in enumerate(configs))
    found = files_of_job(Job(0, tuple(cases)).encode())
    assert found == {str(path): sha256(path.read_bytes()).hexdigest() for path in paths}
