"""Files cut or changed at every byte: the run is finished to the same bytes or refused, never to a wrong file."""

import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.faults import small

from pvsim.adapters.csvfile import CHECKPOINT, PARTIAL, REJECTED, SAMPLES, last_checkpoint
from pvsim.errors import BadInputError

FILES = (PARTIAL, REJECTED, CHECKPOINT)


@pytest.fixture(autouse=True, scope="module")
def _no_waiting_for_the_disk():
    """These files need not survive a power cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pvsim.adapters.csvfile.os.fdatasync", lambda _: None)
        patch.setattr("pvsim.adapters.csvfile.os.fsync", lambda _: None)
        yield


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """What the directory held at a crash, by its moment: file names and contents."""
    found = {}
    for moment in (("after-append", 10), ("after-fsync", 5), ("after-checkpoint", 4), ("before-rename", 1)):
        directory = tmp_path_factory.mktemp("state")
        assert small.crash_at(directory, *moment)
        found[moment[0]] = {name: (directory / name).read_bytes() for name in FILES}
    directory = tmp_path_factory.mktemp("state")
    small.finish(directory)
    found["complete"] = {name: (directory / name).read_bytes() for name in (SAMPLES, REJECTED, CHECKPOINT)}
    return found


@pytest.fixture(scope="module")
def normal(states):
    return states["complete"][SAMPLES], states["complete"][REJECTED]


def outcome(directory, files):
    """What resuming from these files gives: the two files, or the words of the refusal."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    for name, content in files.items():
        (directory / name).write_bytes(content)
    try:
        small.finish(directory)
    except BadInputError as error:
        return str(error)
    return small.result(directory)


@pytest.mark.parametrize("moment", ["after-append", "after-fsync"])
def test_the_part_file_cut_at_every_byte(tmp_path, states, normal, moment):
    files = states[moment]
    (tmp_path / CHECKPOINT).write_bytes(files[CHECKPOINT])
    vouched = last_checkpoint(tmp_path).samples_bytes
    assert 200 < vouched < len(files[PARTIAL])
    for length in range(len(files[PARTIAL]) + 1):
        got = outcome(tmp_path / "run", {**files, PARTIAL: files[PARTIAL][:length]})
        if length < vouched:
            assert "the checkpoint is ahead of the samples file" in got, length
        else:
            assert got == normal, length


@pytest.mark.parametrize("moment", ["after-append", "before-rename"])
def test_the_checkpoint_cut_at_every_byte(tmp_path, states, normal, moment):
    files = states[moment]
    for length in range(len(files[CHECKPOINT]) + 1):
        assert outcome(tmp_path / "run", {**files, CHECKPOINT: files[CHECKPOINT][:length]}) == normal, length


@pytest.mark.parametrize("moment", ["after-append", "before-rename"])
def test_the_rejected_messages_cut_at_every_byte(tmp_path, states, normal, moment):
    files = states[moment]
    (tmp_path / CHECKPOINT).write_bytes(files[CHECKPOINT])
    vouched = last_checkpoint(tmp_path).rejected_bytes
    assert vouched > 400
    for length in range(len(files[REJECTED]) + 1):
        got = outcome(tmp_path / "run", {**files, REJECTED: files[REJECTED][:length]})
        if length < vouched:
            assert "the checkpoint is ahead of the file of rejected messages" in got, length
        else:
            assert got == normal, length


def test_the_finished_file_cut_at_every_byte(tmp_path, states, normal):
    files = states["complete"]
    for length in range(len(files[SAMPLES])):
        got = outcome(tmp_path / "run", {**files, SAMPLES: files[SAMPLES][:length]})
        assert "the checkpoint is ahead of the samples file" in got, length
    assert outcome(tmp_path / "run", files) == normal


@pytest.mark.parametrize("moment", ["after-append", "complete"])
def test_every_byte_of_the_checkpoint_changed(tmp_path, states, normal, moment):
    """One slot is spoiled, the other counts."""
    files = states[moment]
    for at in range(len(files[CHECKPOINT])):
        changed = (
            files[CHECKPOINT][:at] + bytes([files[CHECKPOINT][at] ^ 1 << at % 8]) + files[CHECKPOINT][at + 1 :]
        )
        assert outcome(tmp_path / "run", {**files, CHECKPOINT: changed}) == normal, at


def test_a_checkpoint_names_what_overtook_a_message_that_waits(tmp_path, states):
    """So that the cuts above meet one."""
    (tmp_path / CHECKPOINT).write_bytes(states["after-append"][CHECKPOINT])
    accounted = last_checkpoint(tmp_path).accounted
    assert (accounted.ahead, accounted.next_offset) == (0b110, 52)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    moment=st.sampled_from(["after-append", "after-fsync", "after-checkpoint", "before-rename", "complete"]),
    rng=st.randoms(use_true_random=False),
    faults=st.lists(
        st.tuples(st.sampled_from(["cut", "flip", "zero", "grow"]), st.sampled_from(["rows", CHECKPOINT])),
        min_size=1,
        max_size=4,
    ),
)
def test_any_damage_is_healed_or_named(damaged_run, moment, rng, faults):
    got, normal = damaged_run(moment, faults, rng)
    assert got == normal or isinstance(got, str)


@pytest.fixture
def damaged_run(tmp_path, states, normal):
    """What resuming a damaged run gives, and what it should."""

    def damage_and_resume(moment, faults, rng):
        files = dict(states[moment])
        for kind, which in faults:
            name = which if which == CHECKPOINT else next(n for n in (PARTIAL, SAMPLES) if n in files)
            files[name] = damaged(files[name], kind, rng)
        return outcome(tmp_path / "run", files), normal

    return damage_and_resume


def damaged(content, kind, rng):
    if not content:
        return content
    at = rng.randrange(len(content))
    if kind == "cut":
        return content[:at]
    if kind == "flip":
        return content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :]
    if kind == "zero":
        return content[:at] + bytes(min(512, len(content) - at)) + content[at + 512 :]
    return content + rng.randbytes(rng.randrange(1, 600))
