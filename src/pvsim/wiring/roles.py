"""The two roles of a run, each with its adapters."""

from logging import getLogger

from pvsim.adapters.csvfile import CsvSampleFile
from pvsim.adapters.rundir import RunDirectory
from pvsim.app.meter import publish_run
from pvsim.app.ports import MeterProgress, Report, Stop, Transport
from pvsim.app.simulator import simulate_run
from pvsim.config import digest
from pvsim.core import rows
from pvsim.core.ledger import Accounted
from pvsim.wiring.models import Models

__all__ = ["CHECKPOINT_KEY_BYTES", "run_meter", "run_simulator"]

CHECKPOINT_KEY_BYTES = 16
_log = getLogger(__name__)


async def run_meter(models: Models, transport: Transport, *, report: Report, stop: Stop) -> MeterProgress:
    """Publish all readings of a run.

    Raises:
        PvsimError: as `app.meter.publish_run`.
    """
    loads = models.loads()
    async with transport.log(models.plan.stream) as log:
        _log.info(
            "the meter starts", extra={"facts": {"run": models.plan.run_id, "readings": models.plan.readings}}
        )
        done = await publish_run(plan=models.plan, loads=loads, log=log, report=report, stop=stop)
        _log.info("the meter has published everything", extra={"facts": {"confirmed": done.confirmed}})
        return done


async def run_simulator(
    models: Models, directory: RunDirectory, transport: Transport, *, report: Report, stop: Stop
) -> Accounted:
    """Write all rows of a run into its directory.

    Raises:
        PvsimError: as `app.simulator.simulate_run`, or if another simulator works on the directory.
    """
    plan, key = models.plan, digest(models.config)[:CHECKPOINT_KEY_BYTES]
    pv = models.pv()
    with (
        directory.lock("simulator"),
        CsvSampleFile(directory.path, header=rows.header(plan), run=key) as sample_file,
    ):
        _log.info("the simulator starts", extra={"facts": {"run": plan.run_id, **_counts(sample_file.accounted)}})
        async with transport.log(plan.stream) as log:
            done = await simulate_run(plan=plan, pv=pv, log=log, files=sample_file, report=report, stop=stop)
        _log.info("the simulator has written everything", extra={"facts": _counts(done)})
        return done


def _counts(accounted: Accounted) -> dict[str, int]:
    return {"next_position": accounted.next_position, "next_offset": accounted.next_offset}
