"""Several things at once in a test, none of which is left waiting for another that has failed."""

import asyncio
from collections.abc import Coroutine
from typing import Any

__all__ = ["together"]


async def together(*works: Coroutine[Any, Any, Any]) -> list[Any]:
    """The results in order. The first failure cancels what is still under way, and comes through by itself."""
    failures: list[BaseException] = []

    async def watched(work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await work
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            failures.append(error)
            raise

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(watched(work)) for work in works]
    except BaseExceptionGroup:
        raise failures[0] from None
    return [task.result() for task in tasks]
