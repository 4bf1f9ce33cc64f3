"""A job's cases give the figures of single runs, and a case that fails stops no other."""

import msgspec
from msgspec.structs import replace

import pvsim
from pvsim.core.study.record import CaseError, Job, JobCase, decode_results, single_figures
from pvsim.wiring import study_work
from pvsim.wiring.study_work import carry_out


def job_of(*configs):
    cases = (JobCase(n, f"{n:010x}", msgspec.Raw(msgspec.json.encode(each))) for n, each in enumerate(configs))
    return Job(0, tuple(cases)).encode()


def test_figures_are_those_of_single_runs():
    requests = [
        pvsim.Request(site="home-tariff", date="2024-06-21", every="15min"),
        pvsim.Request(date="2024-10-27", every="1min", meter=pvsim.MeterRequest(source="walk"), meters=2),
    ]
    results = decode_results(carry_out(job_of(*map(pvsim.configure, requests))))
    assert [(each.number, each.id, each.error) for each in results] == [
        (0, "0000000000", None),
        (1, "0000000001", None),
    ]
    for request, result in zip(requests, results, strict=True):
        assert result.figures == single_figures(pvsim.simulate(request).summary)
    assert set(results[0].hours) == {"load", "pv", "net", "battery"}
    assert set(results[1].hours) == {"load", "pv", "net"}


def test_a_case_that_fails_gives_its_error_and_the_others_go_on(tmp_path):
    file = tmp_path / "load.csv"
    file.write_text("time,power_w\n" + "".join(f"2024-06-21T{h:02}:00,{100 + h}\n" for h in range(24)))
    good = pvsim.configure(pvsim.Request(date="2024-06-21", every="1h"))
    measured = pvsim.configure(
        pvsim.Request(date="2024-06-21", every="1h", meter=pvsim.MeterRequest(source=str(file)))
    )
    file.write_text(file.read_text().replace("123", "124"))
    one, changed, other = decode_results(carry_out(job_of(good, measured, replace(good, seed=2))))
    assert (one.error, other.error) == (None, None)
    assert changed.error.kind == "BadInputError"
    assert str(file) in changed.error.where
    assert changed.error.fix
    assert (changed.figures, changed.hours) == ({}, {})


def test_a_defect_is_said_of_its_case_with_its_place(monkeypatch):
    config = pvsim.configure(pvsim.Request(date="2024-06-21", every="1h"))

    def broken(_):
        raise ZeroDivisionError("by design")

    monkeypatch.setattr(study_work, "simulate", broken)
    (result,) = decode_results(carry_out(job_of(config)))
    assert result.error == CaseError(
        "InternalError",
        "ZeroDivisionError: by design",
        fix="report it as a defect of pvsim",
        trace=result.error.trace,
    )
    assert "by design" in result.error.trace
