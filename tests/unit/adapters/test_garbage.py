"""Cycles are kept while a command starts, and collected from then on, in the roles too."""

import gc

import pytest

from pvsim.adapters.garbage import collected_later
from pvsim.adapters.processes import fork_role
from pvsim.app.ports import MeterProgress
from pvsim.app.role_messages import Begin
from pvsim.core.messages.address import BrokerAddress

BEGIN = Begin(BrokerAddress("127.0.0.1", 1, 2, "u", "p"), "streams", 60.0)


def test_garbage_is_collected_again_however_the_start_ends():
    with collected_later():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), collected_later():
        raise KeyError
    assert gc.isenabled()


async def test_a_role_collects_garbage():
    def work(_begin, reports):
        reports(MeterProgress(int(gc.isenabled()), gc.get_freeze_count(), 0))

    with collected_later():
        role = fork_role("pvsim-test", work, RuntimeError)
    gc.unfreeze()
    role.tell(BEGIN)
    progress, _done = [said async for said in role.reports()]
    assert await role.wait() == 0
    assert progress.published == 1
    assert progress.confirmed > 10_000  # what it has from the parent is not looked through
