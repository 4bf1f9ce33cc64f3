"""Whatever a study says, it is a study whose every case is known, or what is wrong with it is told."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pvsim.errors import BadInputError
from pvsim.wiring.study.file import check_all, study_of_data

paths = st.sampled_from(
    [
        "days",
        "date",
        "tz",
        "seed",
        "site",
        "site.battery",
        "site.battery.capacity_kwh",
        "site.battery.charge_kw",
        "site.plants",
        "site.plants.0",
        "site.plants.*.tilt_deg",
        "site.plants.1.peak_kw",
        "site.weather.kind",
        "site.weather",
        "site.load.annual_kwh",
        "site.load.heat_pump.annual_kwh",
        "site.homes.*.battery.capacity_kwh",
        "site.name",
        "site.rules",
        "site.grid.export_limit_kw",
        "site.tariff.windows.0.from",
        "meter",
        "meter.source",
        "meter.kind",
        "meters",
        "annual_kwh",
        "pv.source",
        "spread_km",
        "every",
        "run_id",
        "n",
        "name",
        "",
        "site..x",
        "sit.battery",
    ]
)
singles = st.one_of(
    st.sampled_from(
        [0, 1, 2, 5.5, -1, True, None, "none", "home", "home-battery", "street", "site", "household", ""]
    ),
    st.sampled_from(
        ["2024-06-21", "2024-02-30", "1h", "grid", "\ud800", "\0", "clear", float("nan"), 10**400, -(10**20)]
    ),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
)
values = st.recursive(
    singles,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["from", "to", "step", "n", "kind", "capacity_kwh", "charge_kw", "source", "0"])
            | paths,
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)
tables = st.dictionaries(paths, values, max_size=3)
studies = st.fixed_dictionaries(
    {},
    optional={
        "name": values,
        "repeat": values | st.integers(1, 3),
        "base": tables | st.just({"site": "home-battery"}) | values,
        "sweep": tables | values,
        "sample": tables | values,
        "compare": st.lists(tables, max_size=2) | values,
        "page": values,
        "other": values,
    },
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(studies)
def test_a_study_is_one_or_its_mistakes_are_told(data):
    try:
        study = study_of_data(data)
        if study.order.each_seed <= 30:
            check_all(study)
    except BadInputError as error:
        told = (error.what, error.fix)
    else:
        told = ("right", "nothing")
    assert all(told)
