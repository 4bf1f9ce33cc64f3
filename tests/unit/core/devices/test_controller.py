"""A controller asks, the battery follows as far as it can: in any windows, and the energies close (I8)."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.devices.controller import SELF_CONSUMPTION

BATTERIES = st.sampled_from(
    [
        BatteryModel(0.05, 3, 3, 0.95, 0.95, standby_w=5),
        BatteryModel(0.5, 3, 5, 0.9, 0.93, soc_min=0.1, soc_max=0.9),
    ]
)
SECONDS = st.lists(st.tuples(st.integers(0, 90_000), st.integers(0, 120_000)), min_size=1, max_size=200)


class Asks:
    """Asks for what a list says, whatever the building does; notes its windows."""

    def __init__(self, setpoints_dw):
        self.setpoints = list(setpoints_dw)
        self.windows = []

    def setpoints_dw(self, stored, meter_dw, pv_dw):
        del pv_dw
        self.windows.append((stored, len(meter_dw)))
        taken, self.setpoints = self.setpoints[: len(meter_dw)], self.setpoints[len(meter_dw) :]
        return np.array(taken, dtype=np.int64)


def columns(seconds):
    return (np.array(column, dtype=np.int64).reshape(-1, 1) for column in zip(*seconds, strict=True))


def in_windows(balance, meter, pv, cuts):
    """The run in windows that end at `cuts`, the state carried from one to the next."""
    state, parts = balance.start, []
    for start, end in zip([0, *cuts], [*cuts, len(meter)], strict=True):
        if start < end:
            parts.append(balance.run(start, meter[start:end], pv[start:end], state))
            state = parts[-1].stored
    return np.concatenate([part.battery_dw for part in parts]), state


@given(BATTERIES, SECONDS, st.floats(0.1, 0.9), st.data())
def test_windows_of_any_length_come_to_the_same(battery, seconds, soc, data):
    meter, pv = columns(seconds)
    balance = Balance((battery,), (battery.stored_at(soc),))
    whole = balance.run(0, meter, pv, balance.start)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(seconds)), max_size=6)))
    for each in (cuts, range(1, len(seconds))):  # also second by second
        powers, state = in_windows(balance, meter, pv, list(each))
        assert powers.tolist() == whole.battery_dw.tolist()
        assert state == whole.stored


@given(BATTERIES, SECONDS, st.floats(0.1, 0.9), st.data())
def test_whatever_a_controller_asks_the_energies_close_and_no_limit_is_passed(battery, seconds, soc, data):
    asked = data.draw(st.lists(st.integers(-200_000, 200_000), min_size=len(seconds), max_size=len(seconds)))
    meter, pv = columns(seconds)
    balance = Balance((battery,), (battery.stored_at(soc),), controller=Asks(asked))
    done = balance.run(0, meter, pv, balance.start)
    power = done.battery_dw[:, 0]
    followed = battery.follow(np.array(asked, dtype=np.int64), balance.states_at_start)
    assert power.tolist() == followed.power_dw.tolist()
    assert (np.abs(power) <= np.abs(asked)).all()
    assert (power * np.array(asked) >= 0).all()
    assert ((followed.stored >= battery.lower) & (followed.stored <= battery.upper)).all()
    charged = int(power[power > 0].sum()) * battery.charge_step
    discharged = int(-power[power < 0].sum()) * battery.discharge_step
    standby = balance.start[0] + charged - discharged - done.stored[0]
    assert 0 <= standby <= len(seconds) * battery.standby_step


def test_a_controller_is_told_the_state_before_its_window():
    battery = BatteryModel(0.5, 3, 3, standby_w=0)
    asks = Asks([10_000, 10_000, -10_000])
    balance = Balance((battery,), (battery.stored_at(0.5),), controller=asks)
    zeros = np.zeros((3, 1), dtype=np.int64)
    _, state = in_windows(balance, zeros, zeros, [2])
    charged = balance.start[0] + 2 * 10_000 * battery.charge_step
    assert asks.windows == [(balance.start[0], 2), (charged, 1)]
    assert state == (charged - 10_000 * battery.discharge_step,)


def test_self_consumption_takes_what_is_left_over_and_gives_what_is_lacking():
    meter, pv = np.array([5_000, 0, 700]), np.array([2_000, 900, 700])
    assert SELF_CONSUMPTION.setpoints_dw(0, meter, pv).tolist() == [-3_000, 900, 0]
