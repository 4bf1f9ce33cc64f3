import tomllib
import typing

import msgspec
import pytest

from pvsim.config.meter_forms import meter_forms, meter_problems, routing_key_of
from pvsim.config.meter_tables import Device, MeterTable
from pvsim.core.metering.devices import DEVICES
from pvsim.core.metering.form import MeterForm
from pvsim.core.quantities.types import BRIEFS_RANGE, MeterRange
from pvsim.core.run.plan import NAME_RULE
from pvsim.core.site.problems import problems


class File(msgspec.Struct, forbid_unknown_fields=True):
    meters: tuple[MeterTable, ...]


def tables(text):
    data = tomllib.loads(text)
    assert problems(data, File) == []
    return msgspec.convert(data, File).meters


def told(text):
    data = tomllib.loads(text)
    return problems(data, File) or meter_problems(msgspec.convert(data, File).meters)


def forms(text, **settings):
    meters = tables(text)
    assert meter_problems(meters) == []
    return meter_forms(meters, **settings)


def test_every_device_can_be_named():
    assert set(typing.get_args(Device)) == set(DEVICES)
    for device, form in DEVICES.items():
        made = forms(f'[[meters]]\nname = "m"\ndevice = "{device}"').forms["m"]
        assert (made.power, made.bare, made.unit_at) == (form.power, form.bare, form.unit_at)


def test_a_meter_is_described():
    made = forms(
        """
        [[meters]]
        name = "house"
        topic = "shellypro3em-abc/status/em:0"
        power = ["a_act_power", '"b.c"[0].act']
        time = "ts"
        unit = "kW"
        sign = "negative"
        kind = "grid"
        max_w = 43500

        [[meters]]
        name = "plug"
        """
    )
    assert made.topics == {"shellypro3em-abc.status.em:0": "house"}
    assert made.forms["house"] == MeterForm(
        power=(("a_act_power",), ("b.c", 0, "act")),
        time=("ts",),
        unit_dw=10_000,
        sign=-1,
        meter_range=MeterRange.up_to(43_500, grid=True),
    )
    assert made.forms["plug"] == made.default == MeterForm(meter_range=BRIEFS_RANGE)


def test_a_counter_is_described():
    made = forms(
        """
        [[meters]]
        name = "house"
        energy = "total"
        energy_export = "back"
        energy_unit = "kWh"
        kind = "grid"
        rollover_kwh = 4294967.296
        max_interval_s = 900
        """,
        max_w=20_000,
    )
    assert made.forms["house"] == MeterForm(
        energy=(("total",),),
        energy_export=(("back",),),
        unit_mwh=1_000_000,
        rollover_mwh=2**32 * 1_000,
        max_interval_s=900,
        waits=True,
        meter_range=MeterRange.up_to(20_000, grid=True),
    )
    assert made.default.meter_range == MeterRange.up_to(20_000)


def test_a_number_alone_may_be_in_kw():
    assert forms('[[meters]]\nname = "m"\nunit = "kW"').forms["m"].unit_dw == 10_000
    assert forms('[[meters]]\nname = "m"\nenergy = "."').forms["m"].energy == ((),)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ('powr = "x"', "meter 1 (m): powr: there is no such setting; did you mean power?"),
        ('unit = "MW"', 'meter 1 (m): unit: "MW" is not known; write one of W, kW'),
        ('device = "shely-em"', 'device: "shely-em" is not known; did you mean shelly-em?'),
        ('unit = "VA"', 'unit: "VA" is not known'),
        ("max_w = 0", "max_w: 0 is outside 1..10,000,000"),
        ("power = []", "power: a list of 0, where 1 to 12 belong"),
        ('power = "$.a"', "meter 1 (m): power: '$.a' is not a path to a value in a body; leave out the $"),
        ('power = ["a", "a..b"]', "power: 'a..b' is not a path"),
        ('power = ["a", "a"]', "power: a path stands twice"),
        ('power = "a"\ntime = "b c"', "time: 'b c' is not a path"),
        ('power = "a"\nenergy = "b"', "energy: the meter has power; leave one of the two out"),
        ('power = "a"\ndevice = "tasmota"', 'device: "tasmota" says where the value is'),
        ('energy_unit = "kWh"', "energy_unit: it is of a counter, but the meter has no energy = PATH"),
        ("rollover_kwh = 100", "rollover_kwh: it is of a counter"),
        ("max_interval_s = 100", "max_interval_s: it is of a counter"),
        ('energy = "a"\nunit = "kW"', "unit: it is of power, but the meter has a counter; give energy_unit"),
        ('energy = "a"\nsign = "negative"', "sign: it is of power, but the meter has a counter; give energy and"),
        ('energy = "a"\nenergy_export = "b"', 'energy_export: a load meter has none; write kind = "grid"'),
        ('time = "t"', "time: it goes with power = PATH"),
        ('device = "pvsim"\ntime = "t"', "time: it goes with power = PATH"),
        ('topic = "a/+/b"', "topic: 'a/+/b' has + # or *"),
        ('topic = "a\\nb"', "topic: it has a character that cannot be printed"),
        (f'topic = "{"ä" * 150}"', "more than 255 bytes"),
    ],
)
def test_what_is_wrong_is_told_with_its_meter(settings, problem):
    found = told(f'[[meters]]\nname = "m"\n{settings}')
    assert any(problem in each for each in found), found


@pytest.mark.parametrize("name", ["../x", "a b", "CON", "x" * 33, "-m", "ä"])
def test_what_cannot_be_a_name_is_refused(name):
    assert "cannot be a name" in told(f'[[meters]]\nname = "{name}"')[0]


def test_all_that_is_wrong_is_told():
    text = """
        [[meters]]
        name = "a"
        topic = "x/y"
        [[meters]]
        name = "a"
        topic = "x.y"
        power = ""
        [[meters]]
        name = "b"
        energy = "e"
        unit = "W"
    """
    assert told(text.replace('power = ""', "")) == [
        "meter 3 (b): unit: it is of power, but the meter has a counter; give energy_unit",
        "meters: two have the same name 'a'",
        "meters: a and a have the same topic 'x.y'; give each its own",
    ]
    assert told('[[meters]]\nname = "a"\n[[meters]]\nname = "A"') == [
        "meters: a and A differ only in capital letters; rename one"
    ]
    assert told(text) == ["meter 2 (a): power: a text of 0 characters, where 1 to 200 belong"]


def test_a_topic_is_not_that_of_another_meter():
    text = '[[meters]]\nname = "a"\ntopic = "meter/home/b"\n[[meters]]\nname = "b"'
    problem = "meter 1 (a): topic: that of the meter b of this file; leave one of the two out"
    assert told(text) == [problem]
    assert told(text + '\ntopic = "x/y"') == []


def test_a_service_has_a_thousand_meters_at_most():
    meters = [MeterTable(name=f"m{i}") for i in range(1_001)]
    assert meter_problems(meters) == ["meters: 1,001, where a service has 1,000 at most"]


def test_a_topic_is_a_routing_key_with_points():
    assert routing_key_of("shellypro3em-abc/status/em:0") == "shellypro3em-abc.status.em:0"


def test_phases_are_named_by_their_places_unless_they_have_names():
    made = forms(
        """
        [[meters]]
        name = "house"
        kind = "grid"
        max_w = 20000
        phases = [
          "shellies/em3/emeter/0/power",
          { topic = "shellies/em3/emeter/1/power", sign = "negative" },
          { name = "roof", topic = "plug/status/switch:0", device = "shelly-plug" },
        ]
        """
    )
    assert made.phase_topics == {
        "shellies.em3.emeter.0.power": "L1",
        "shellies.em3.emeter.1.power": "L2",
        "plug.status.switch:0": "roof",
    }
    assert made.topics == dict.fromkeys(made.phase_topics, "house")
    house, (first, second, third) = made.forms["house"], made.phases["house"].values()
    assert house.meter_range == first.meter_range == third.meter_range == MeterRange.up_to(20_000, grid=True)
    assert (first.sign, second.sign, third.power) == (1, -1, (("apower",),))
    assert list(made.by_channel) == ["house", "house (L1)", "house (L2)", "house (roof)"]


def test_a_phase_has_what_its_meter_has_unless_it_says_where_its_value_is():
    made = forms(
        """
        [[meters]]
        name = "house"
        energy = "total"
        energy_unit = "kWh"
        max_interval_s = 900
        phases = [{ topic = "a" }, { topic = "b", max_interval_s = 60 }, { topic = "c", power = "p", unit = "kW" }]
        """
    ).phases["house"]
    assert [(form.energy, form.unit_mwh, form.max_interval_s, form.waits) for form in made.values()] == [
        ((("total",),), 1_000_000, 900, True),
        ((("total",),), 1_000_000, 60, True),
        ((), 1_000, 300, False),
    ]
    assert (made["L3"].power, made["L3"].unit_dw) == ((("p",),), 10_000)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (
            'phases = ["a"]',
            "meter 1 (m): phases: 1, where a sum has 2 or more; write topic = ... for a single one",
        ),
        ("phases = []", "meter 1 (m): phases: 0, where a sum has 2 or more; write topic = ... for a single one"),
        (
            f"phases = {[f'a/{i}' for i in range(100)]}",
            "meter 1 (m): phases: 100, where a meter has 12 at most; describe more meters",
        ),
        ('phases = ["a", "a"]', "meters: m (L1) and m (L2) have the same topic 'a'; give each its own"),
        (
            'topic = "x"\nphases = ["a", "b"]',
            "meter 1 (m): topic: each of its phases has its own; leave one of the two out",
        ),
        (
            'phases = ["a", "b/+"]',
            "meter 1 (m): phase 2 (L2): topic: 'b/+' has + # or *; name one topic, a meter or a phase for each",
        ),
        ('phases = ["a", { name = "N" }]', "meter 1 (m): phase 2 (N): topic: missing"),
        (
            'phases = ["a", { topic = "b", name = "l1" }]',
            "meter 1 (m): phases: L1 is the name of two, capital letters apart; give each another name",
        ),
        (
            'phases = ["a", { topic = "b", name = "a b" }]',
            f"meter 1 (m): phases: 'a b' cannot be a name: {NAME_RULE}",
        ),
        (
            'phases = ["a", { topic = "b", device = "tasmota", power = "p" }]',
            'meter 1 (m): phase 2 (L2): device: "tasmota" says where the value is; leave it or the path out',
        ),
        (
            'phases = ["a", { topic = "b", topik = "c" }]',
            "meter 1 (m): phase 2: topik: there is no such setting; did you mean topic?",
        ),
        ('phases = ["a", 5]', "meter 1 (m): phase 2: 5 is not a text or a table"),
        (
            'phases = ["a", "b"]\n[[meters]]\nname = "n"\ntopic = "b"',
            "meters: m (L2) and n have the same topic 'b'; give each its own",
        ),
        (
            'unit = "kW"\nphases = [{ topic = "a", power = "p" }, { topic = "b", device = "tasmota" }]',
            (
                "meter 1 (m): unit: each phase has a device or path of its own and takes none of its meter;"
                " give it to them"
            ),
        ),
        (
            'phases = ["a", "meter/home/n"]\n[[meters]]\nname = "n"',
            "meter 1 (m): phase 2 (L2): topic: that of the meter n of this file; leave one of the two out",
        ),
    ],
)
def test_what_is_wrong_with_phases_is_told_with_its_place(settings, problem):
    assert problem in told(f'[[meters]]\nname = "m"\n{settings}')
