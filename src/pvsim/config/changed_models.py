"""Which models of a run give other values now than in the version of pvsim that made it."""

import re

from pvsim.config.run_config import BuildingMeter, RunConfig, SitePvConfig
from pvsim.core.site.schema import CloudyWeather

__all__ = ["changed_models"]

_VERSION = re.compile(r"(\d+)\.(\d+)")

_CHANGED_IN: dict[tuple[int, int], frozenset[str]] = {(0, 2): frozenset({"buildings", "clouds"})}
"""Versions that gave models other values, and those models; each has a line in the changelog."""


def changed_models(config: RunConfig, made_by: str) -> tuple[str, ...]:
    """The models of a run whose values are others now, in alphabetical order; () where its rows are the same.

    Args:
        config: Of the run.
        made_by: The version in its manifest, such as "0.1.0"; one that cannot be read is the oldest.
    """
    found = _VERSION.match(made_by)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    changed = {model for since, models in _CHANGED_IN.items() if version < since for model in models}
    return tuple(sorted(changed & _models(config)))


def _models(config: RunConfig) -> set[str]:
    """The models that a run's rows come from, of those that have changed at some time."""
    models = {"buildings"} if any(isinstance(meter.source, BuildingMeter) for meter in config.meters) else set()
    if isinstance(config.pv, SitePvConfig) and isinstance(config.pv.site.weather, CloudyWeather):
        models.add("clouds")
    return models
