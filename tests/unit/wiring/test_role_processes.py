"""What the parent does while the roles work."""

import sys

from pvsim import Request
from pvsim.cli.report import prepare_page
from pvsim.wiring.configure import configure
from pvsim.wiring.models import Models
from pvsim.wiring.role_processes import _work_ahead
from pvsim.wiring.runs import Run


async def test_rows_come_first_and_then_what_else_is_prepared(monkeypatch):
    run = Run(None, Models(configure(Request(every="1h"))))
    done = []
    await _work_ahead(run, lambda: done.append(run.models.expected._rows))
    assert done == [24]
    await _work_ahead(run, None)
    monkeypatch.delitem(sys.modules, "pvsim.app.report.compose", raising=False)  # another test may have it
    await _work_ahead(run, prepare_page)
    assert "pvsim.app.report.compose" in sys.modules
