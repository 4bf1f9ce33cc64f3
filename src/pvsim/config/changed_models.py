"""Which models of a run give other values now than in the version of pvsim that made it."""

import re
from typing import Literal, TypeAlias

from pvsim.config.run_config import BuildingMeter, RunConfig, SitePvConfig
from pvsim.core.site.schema import CloudyWeather

__all__ = ["ChangedModel", "changed_between", "changed_models"]

ChangedModel: TypeAlias = Literal["buildings", "clouds"]

_VERSION = re.compile(r"(\d+)\.(\d+)")

_CHANGED_IN: dict[tuple[int, int], frozenset[ChangedModel]] = {(0, 2): frozenset({"buildings", "clouds"})}
"""Versions that gave models other values, and those models; each has a line in the changelog."""


def changed_models(config: RunConfig, made_by: str) -> tuple[ChangedModel, ...]:
    """The models of a run whose values are others now, in alphabetical order; () where its rows are the same.

    Args:
        config: Of the run.
        made_by: The version in its manifest, such as "0.1.0"; one that cannot be read is the oldest.
    """
    return _used(config, {since for since in _CHANGED_IN if _version(made_by) < since})


def changed_between(config: RunConfig, one: str, other: str) -> tuple[ChangedModel, ...]:
    """The models of a run that have other values by one version than by another, in either order of the two."""
    versions = _version(one), _version(other)
    return _used(config, {since for since in _CHANGED_IN if min(versions) < since <= max(versions)})


def _used(config: RunConfig, changes: set[tuple[int, int]]) -> tuple[ChangedModel, ...]:
    """Those of the models that the changes are of, in alphabetical order, that a run's rows come from."""
    changed = {model for since in changes for model in _CHANGED_IN[since]}
    return tuple(sorted(changed & _models(config)))


def _version(made_by: str) -> tuple[int, int]:
    found = _VERSION.match(made_by)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _models(config: RunConfig) -> set[ChangedModel]:
    """The models that a run's rows come from, of those that have changed at some time."""
    models: set[ChangedModel] = set()
    if any(isinstance(meter.source, BuildingMeter) for meter in config.meters):
        models.add("buildings")
    if isinstance(config.pv, SitePvConfig) and isinstance(config.pv.site.weather, CloudyWeather):
        models.add("clouds")
    return models
