import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.adapters.node.repair import Pair, leftovers, needs_repair, repair


@given(st.lists(st.none() | st.integers(0, 20), max_size=6))
def test_only_the_newest_pairs_without_a_message_go_and_one_always_stays(sizes):
    pairs = [Pair(f"{number:020}", size) for number, size in enumerate(sizes)]
    doomed = leftovers(pairs)
    kept = [pair for pair in pairs if pair.stem not in doomed]
    assert leftovers(list(reversed(pairs))) == doomed
    assert bool(kept) == bool(pairs)
    assert all((pair.segment_bytes or 0) <= 8 for pair in pairs if pair.stem in doomed)
    if doomed:
        assert max(pair.stem for pair in kept) < min(doomed)
        assert len(kept) == 1 or (kept[-1].segment_bytes or 0) > 8


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], ()),
        ([None], ()),
        ([500, 500], ()),
        ([500, None], ("1",)),
        ([500, 0, 8], ("2", "1")),
        ([None, 500], ()),
        ([None, None], ("1",)),
    ],
)
def test_leftovers(sizes, expected):
    assert leftovers([Pair(str(number), size) for number, size in enumerate(sizes)]) == expected


@pytest.mark.parametrize(("version", "needed"), [("3.10.8", True), ("3.1.0", False), ("4.0.5", False)])
def test_only_3_10_needs_it(version, needed):
    assert needs_repair(version) is needed


def test_files_of_a_torn_rollover_are_removed_and_nothing_else(tmp_path):
    whole, torn = (tmp_path / "node@127.0.0.1" / "stream" / f"__{name}" for name in ("whole", "torn"))
    for stream in (whole, torn):
        stream.mkdir(parents=True)
        (stream / "00.index").write_bytes(bytes(40))
        (stream / "00.segment").write_bytes(bytes(400))
    (torn / "07.index").write_bytes(bytes(8))
    (torn / "09.index").write_bytes(bytes(8))
    (torn / "09.segment").touch()
    assert repair(tmp_path) == (torn / "09.index", torn / "07.index")
    assert sorted(path.name for path in torn.iterdir()) == ["00.index", "00.segment"]
    assert sorted(path.name for path in whole.iterdir()) == ["00.index", "00.segment"]
    assert repair(tmp_path) == ()
