"""The same command gives the same bytes as when it was pinned, from one version of pvsim to the next."""

import pytest
from tests.named import COMMANDS
from tests.pins.runs import carry_out, differences
from tests.pins.table import parse, read, with_pins

from pvsim.adapters.site_file import EXAMPLES

ROWS = read()


@pytest.mark.broker
@pytest.mark.parametrize("name", ROWS)
def test_a_pinned_run_gives_what_it_gave(name, tmp_path, broker):
    row = ROWS[name]
    assert row.pinned, f"nothing is pinned for {name}: python -m tests.pins {name}"
    changed = differences(row.pinned, carry_out(row, tmp_path, broker))
    assert not changed, "\n".join([f"{name}: {changed[0]}", *changed[1:], row.command, str(tmp_path / "runs")])


WITHOUT_EFFECT = {
    "--allow-unsafe-filesystem", "--broker", "--dir", "--figure-width", "--format", "--json", "--keep-stream",
    "--lang", "--no-report", "--open", "--out", "--part", "--partitions", "--patience", "--plot", "--quiet",
    "--resume",
}  # fmt: skip
OF_A_STUDY = {"--case"}  # its settings stand in the study file
TIMED = {"--meter-timeout"}  # what comes out depends on the wall clock


def test_every_option_on_which_the_results_could_depend_is_in_the_table():
    shown = [
        one for name in ("run", "simulate") for one in COMMANDS[name].params if not getattr(one, "hidden", False)
    ]
    options = {option for one in shown for option in one.opts if option.startswith("--")}
    words = {word for row in ROWS.values() for word in row.command.split()}
    assert options - words == WITHOUT_EFFECT | TIMED | OF_A_STUDY


def test_the_table_has_every_shipped_site_and_meter():
    commands = [f"{row.command} " for row in ROWS.values()]
    wanted = [f"--site {name} " for name in EXAMPLES] + [
        f"--meter {model} " for model in ("walk", "household", "office", "depot")
    ]
    assert [words for words in wanted if not any(words in command for command in commands)] == []


def test_a_row_is_pinned_anew_without_touching_others():
    text = (
        '# of runs\n\n[a]\ncommand = "pvsim run"\nsamples = "1"\n\n'
        '[b]\ncommand = "pvsim run --days 2"  # two\nsamples = "2"\nenergy_kwh = { load = 1.5 }\n'
    )
    pinned = {"energy_kwh": {"load": 2.5, "import": 0.0}, "samples": "3"}
    for name in ("a", "b"):
        after = parse(with_pins(text, name, pinned))
        before = parse(text)
        assert after[name].pinned == pinned
        assert after[name].command == before[name].command
        assert [row for row in after.values() if row.name != name] == [
            row for row in before.values() if row.name != name
        ]
    assert with_pins(with_pins(text, "b", pinned), "b", pinned) == with_pins(text, "b", pinned)
    assert "# two" in with_pins(text, "b", pinned)


def test_a_row_that_differs_says_in_what():
    pinned = {"energy_kwh": {"load": 1.5}, "samples": "1", "summary": "2", "rejected": "none"}
    assert differences(pinned, pinned) == []
    assert differences(pinned, pinned | {"rejected": "3", "energy_kwh": {"load": 2.0}}) == [
        "energy_kwh: {'load': 1.5} pinned, now {'load': 2.0}",
        "rejected.jsonl: another SHA-256",
    ]
    assert differences(pinned, pinned | {"exit": 75}) == ["exit: None pinned, now 75"]
