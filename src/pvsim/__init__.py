"""pvsim: how PV generation and a building's consumption interact, simulated reading by reading.

The names below are the public surface; everything else may change without notice. They are imported when they are
first used, so that `import pvsim` costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pvsim.config import FileOptions, MeterRequest, PvRequest, Request, RunConfig
    from pvsim.core.results.samples import Samples
    from pvsim.core.results.summary import Summary
    from pvsim.core.site.energy import EnergyPopulation
    from pvsim.core.site.schema import (
        AzimuthRange,
        Battery,
        ClearWeather,
        CloudyWeather,
        DepotLoad,
        DimmingWindow,
        ElectricCar,
        FileWeather,
        Grid,
        HeatPump,
        Home,
        HomePlant,
        HorizonPoint,
        HouseholdLoad,
        Location,
        OfficeLoad,
        PeakRange,
        Plant,
        Site,
        TiltRange,
    )
    from pvsim.core.site.tariff import Co2, Cost, DataSeries, Demand, PriceWindow, Tariff
    from pvsim.core.study.record import CaseError, CaseRecord
    from pvsim.errors import (
        BadInputError,
        BrokerError,
        BrokerLostError,
        BrokerRefusedError,
        CannotWriteError,
        ClusterError,
        ConfigurationError,
        InternalError,
        InterruptedRunError,
        PartialResultError,
        PvsimError,
        UsageError,
    )
    from pvsim.wiring.build import Built, build
    from pvsim.wiring.configure import configure
    from pvsim.wiring.finished import FinishedRun, open_run
    from pvsim.wiring.simulated import SimulatedRun, simulate
    from pvsim.wiring.study.here import study

__all__ = [
    "AzimuthRange",
    "BadInputError",
    "Battery",
    "BrokerError",
    "BrokerLostError",
    "BrokerRefusedError",
    "Built",
    "CannotWriteError",
    "CaseError",
    "CaseRecord",
    "ClearWeather",
    "CloudyWeather",
    "ClusterError",
    "Co2",
    "ConfigurationError",
    "Cost",
    "DataSeries",
    "Demand",
    "DepotLoad",
    "DimmingWindow",
    "ElectricCar",
    "EnergyPopulation",
    "FileOptions",
    "FileWeather",
    "FinishedRun",
    "Grid",
    "HeatPump",
    "Home",
    "HomePlant",
    "HorizonPoint",
    "HouseholdLoad",
    "InternalError",
    "InterruptedRunError",
    "Location",
    "MeterRequest",
    "OfficeLoad",
    "PartialResultError",
    "PeakRange",
    "Plant",
    "PriceWindow",
    "PvRequest",
    "PvsimError",
    "Request",
    "RunConfig",
    "Samples",
    "SimulatedRun",
    "Site",
    "Summary",
    "Tariff",
    "TiltRange",
    "UsageError",
    "__version__",
    "build",
    "configure",
    "open_run",
    "simulate",
    "study",
]

__version__ = "0.2.0"

_MODULES = {
    "Built": "pvsim.wiring.build",
    "CaseError": "pvsim.core.study.record",
    "CaseRecord": "pvsim.core.study.record",
    "Co2": "pvsim.core.site.tariff",
    "Cost": "pvsim.core.site.tariff",
    "DataSeries": "pvsim.core.site.tariff",
    "Demand": "pvsim.core.site.tariff",
    "EnergyPopulation": "pvsim.core.site.energy",
    "FileOptions": "pvsim.config",
    "FinishedRun": "pvsim.wiring.finished",
    "MeterRequest": "pvsim.config",
    "PriceWindow": "pvsim.core.site.tariff",
    "PvRequest": "pvsim.config",
    "Request": "pvsim.config",
    "RunConfig": "pvsim.config",
    "Samples": "pvsim.core.results.samples",
    "SimulatedRun": "pvsim.wiring.simulated",
    "Summary": "pvsim.core.results.summary",
    "Tariff": "pvsim.core.site.tariff",
    "build": "pvsim.wiring.build",
    "configure": "pvsim.wiring.configure",
    "open_run": "pvsim.wiring.finished",
    "simulate": "pvsim.wiring.simulated",
    "study": "pvsim.wiring.study.here",
}
"""Where each name is; the errors are in `pvsim.errors`, and what a site is made of in its schema."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'pvsim' has no attribute {name!r}", name=name, obj=None)
    from importlib import import_module  # noqa: PLC0415 - as all that is public: when it is first used

    module = _MODULES.get(name, "pvsim.errors" if name.endswith("Error") else "pvsim.core.site.schema")
    value = globals()[name] = getattr(import_module(module), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
