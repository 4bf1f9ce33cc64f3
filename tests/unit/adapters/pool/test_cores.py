"""The cores of the affinity, and of the quota of a cgroup or one above it."""

import os

import pytest

from pvsim.adapters.pool import cores


@pytest.mark.parametrize(
    ("quotas", "expected"),
    [
        ({}, 64),
        ({"a/b": "max 100000"}, 64),
        ({"a/b": "150000 100000"}, 2),
        ({"a": "300000 100000", "a/b": "max 100000"}, 3),
        ({"a": "300000 100000", "a/b": "50000 100000"}, 1),
        ({"a/b": "nonsense"}, 64),
    ],
)
def test_cores_of_a_cgroup(tmp_path, monkeypatch, quotas, expected):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    (tmp_path / "own").write_text("1:name=systemd:/x\n0::/a/b\n")
    groups = tmp_path / "groups"
    (groups / "a/b").mkdir(parents=True)
    (tmp_path / "cpu.max").write_text("100000 100000\n")  # above the groups: not asked
    for group, text in quotas.items():
        (groups / group / "cpu.max").write_text(text + "\n")
    assert cores(tmp_path / "own", groups) == expected


def test_cores_without_cgroups(tmp_path):
    assert cores(tmp_path / "none") == len(os.sched_getaffinity(0))
    assert cores() >= 1
