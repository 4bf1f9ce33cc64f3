"""How a run is asked for and configured: a request, the checks of it, and the configuration that it makes."""

from pvsim.config.request import FileOptions, MeterRequest, PvRequest, Request
from pvsim.config.run_config import (
    BuildingMeter,
    CurveConfig,
    ExternalMeter,
    FileConfig,
    MeterConfig,
    NoPvConfig,
    PvConfig,
    RunConfig,
    SitePvConfig,
    SyntheticMeter,
    digest,
)
from pvsim.config.zones import zone_of

__all__ = [
    "BuildingMeter",
    "CurveConfig",
    "ExternalMeter",
    "FileConfig",
    "FileOptions",
    "MeterConfig",
    "MeterRequest",
    "NoPvConfig",
    "PvConfig",
    "PvRequest",
    "Request",
    "RunConfig",
    "SitePvConfig",
    "SyntheticMeter",
    "digest",
    "zone_of",
]
