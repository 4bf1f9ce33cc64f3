"""What is drawn: a run's plan, its figures and its powers over time."""

from dataclasses import dataclass

from pvsim.core.results.profile import ProfileResult
from pvsim.core.results.summary import Summary
from pvsim.core.run.plan import RunPlan

__all__ = ["Subject"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A run that is drawn."""

    plan: RunPlan
    summary: Summary
    profile: ProfileResult
