"""pvsim: how PV generation and a building's consumption interact, simulated reading by reading."""

__all__ = ["__version__"]

__version__ = "0.1.0"
