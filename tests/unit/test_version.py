"""The version stands in pyproject.toml for the package, and in the package for itself: one and the same."""

import tomllib
from pathlib import Path

import pvsim


def test_the_version_of_the_package_is_that_of_the_project():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert pvsim.__version__ == project["version"]
