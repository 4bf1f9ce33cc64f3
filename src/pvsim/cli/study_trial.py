"""`pvsim study --dry-run`: what a study is and takes, from one of its cases that is tried."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pvsim.cli.study_lines import StudyLines, case_text, duration

if TYPE_CHECKING:
    from pvsim.wiring.study.file import StudyFacts

__all__ = ["try_study"]

_KB, _MB = 1_000, 1_000_000


def try_study(file: Path, size: int, lines: StudyLines, *, as_json: bool) -> None:
    """Tell what a study is and takes, from one of its cases.

    Args:
        file: The study file.
        size: Processes.
        lines: Show how far it is.
        as_json: Tell it as JSON.
    """
    from pvsim.wiring.study.file import check_all  # noqa: PLC0415
    from pvsim.wiring.study.opening import find_study  # noqa: PLC0415
    from pvsim.wiring.study.trial import try_one  # noqa: PLC0415

    _, found = find_study(file)
    facts = check_all(found, notify=lambda done, of: lines.show(f"checking case {done:,} of {of:,}"))
    lines.clear()
    trial = try_one(facts.study)
    runs = facts.count - facts.same
    used = min(size, runs)
    total_s, total_mb, total_bytes = trial.total_s(runs, used), trial.total_mb(runs, used), trial.total_bytes(runs)
    if as_json:
        told: dict[str, Any] = {
            "name": facts.study.name,
            "cases": facts.count,
            "same_run_as_another": facts.same,
            "tried": {
                "number": trial.case.number,
                "id": trial.case.id,
                "first_s": round(trial.first_s, 3),
                "next_s": round(trial.next_s, 3),
                "memory_mb": trial.memory_mb,
            },
            "processes": size,
            "estimated_s": round(total_s, 3),
            "estimated_memory_mb": total_mb,
            "estimated_disk_bytes": total_bytes,
        }
        click.echo(json.dumps(told, indent=2))
        return
    click.echo("\n".join(_described(facts)))
    click.echo(
        f"tried case {trial.case.number}: {trial.next_s:.2g} s, the first time {trial.first_s:.2g} s,"
        f" {trial.memory_mb:,} MB"
    )
    on = "1 process" if size == 1 else f"{size} processes"
    click.echo(
        f"all of them on {on}: about {duration(total_s)} where cases share nothing,"
        f" up to {total_mb:,} MB of memory, {_size(total_bytes)} on disk"
    )


def _size(count: int) -> str:
    return f"{count / _MB:,.0f} MB" if count >= _MB else f"{max(round(count / _KB), 1)} kB"


def _described(facts: "StudyFacts") -> Iterator[str]:
    """What a study comes to, in lines."""
    order = facts.study.order
    counted = [
        (order.repeats, "seeds"),
        (order.variants, "variants"),
        (order.samples, "sampled points"),
        (order.combinations, "combinations"),
    ]
    factors = " × ".join(f"{count:,} {name}" for count, name in counted if count > 1)
    yield f"{facts.study.name}: {facts.count:,} cases" + (f" ({factors})" if factors else "")
    if facts.same:
        yield f"{facts.same:,} of them are the same run as an earlier one, and share its record"
    for case in facts.first:
        yield f"  {case.number}  {case.id}  {case_text(case)}"
    if facts.count > len(facts.first):
        yield f"  and {facts.count - len(facts.first):,} more"
