"""The error tree: facts, exit codes, and travel between processes."""

import inspect
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim import errors
from pvsim.core.delivery.receiver import AnchorLostError, SequenceGapError
from pvsim.errors import ConfigurationError, PvsimError, UsageError

EXIT_CODES = {
    "PvsimError": 1,
    "UsageError": 2,
    "ConfigurationError": 2,
    "BadInputError": 65,
    "BrokerError": 69,
    "BrokerLostError": 69,
    "BrokerRefusedError": 69,
    "ClusterError": 69,
    "InternalError": 70,
    "CannotWriteError": 73,
    "PartialResultError": 75,
    "InterruptedRunError": 130,
}
KINDS = [getattr(errors, name) for name in EXIT_CODES]


def test_every_error_has_its_own_exit_code():
    assert {name: getattr(errors, name).exit_code for name in errors.__all__} == EXIT_CODES


def test_the_docstring_draws_the_tree_that_exists():
    lines = [line for line in inspect.getdoc(errors).splitlines() if "...." in line]
    drawn = {line.strip("│├└─ ").split()[0]: int(line.split("....")[-1].strip(". ").split()[0]) for line in lines}
    assert drawn == EXIT_CODES


@given(kind=st.sampled_from([*KINDS, SequenceGapError]), what=st.text(), texts=st.tuples(*[st.text()] * 3))
@settings(max_examples=50, deadline=None)
def test_an_error_survives_pickling_with_its_facts(kind, what, texts):
    where, field, fix = texts
    error = pickle.loads(pickle.dumps(kind(what, where=where, field=field, fix=fix)))  # noqa: S301 - our own bytes
    assert (type(error), error.what, error.where, error.field, error.fix) == (kind, what, where, field, fix)


def test_several_mistakes_are_one_error_that_lists_them():
    days, tz = UsageError("`days` is 1 to 9, not 0", field="days", fix="give 1"), UsageError("no such zone")
    error = ConfigurationError("2 settings are wrong", problems=[days, tz])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert str(error) == str(again) == "2 settings are wrong\n  `days` is 1 to 9, not 0; give 1\n  no such zone"
    assert error.problems == (days, tz)
    assert [problem.field for problem in again.problems] == ["days", ""]
    assert days.problems == (days,)


def test_an_error_says_where_and_what():
    error = UsageError("2 s is too short", where="--every", fix="use 3s")
    assert str(error) == "--every: 2 s is too short"
    assert error.fix == "use 3s"
    assert str(UsageError("no day")) == "no day"


@pytest.mark.parametrize("kind", [*KINDS, SequenceGapError, AnchorLostError])
def test_every_error_can_be_caught_as_ours(kind):
    with pytest.raises(PvsimError, match="lost"):
        raise kind("lost")
