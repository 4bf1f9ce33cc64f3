"""How a run's messages are cut into batches, and which publishing id each batch has.

    position       0 … N−1   N … 2N−1   …   the last ones   end marker
    publishing id     1          2      …          k           k + 1

The batch of a position is a function of the position alone, so that a meter which was killed cuts what it
publishes again as it was cut before, and the broker knows each batch by its id. A batch of one is a message by
itself. Each size counts under a publisher name of its own: a meter that comes with another one takes no id for
what it does not mean.
"""

from dataclasses import dataclass

__all__ = ["DEFAULT_BATCH", "MAX_BATCH", "Numbering", "batch_at_pace"]

DEFAULT_BATCH = 100
"""Of a new run; larger ones gain little (docs/explanation/decisions.md)."""

MAX_BATCH = 1_000
"""Messages of a batch at most; with the longest names that is 190 kB, where a frame has 1 MB."""

MAX_WAIT_S = 0.05
"""So long may a reading wait until its batch is full."""


def batch_at_pace(batch: int, readings_per_s: float) -> int:
    """The batches of a meter that publishes so many readings a second: one by one where filling takes long.

    The ids of both are counted apart, so that a run may be begun at one pace and finished at another.
    """
    return batch if batch <= MAX_WAIT_S * readings_per_s else 1


@dataclass(frozen=True, slots=True)
class Numbering:
    """The publishing ids of a run.

    Attributes:
        readings: Of the run.
        batch: Readings of each batch; the last one may have fewer.
    """

    readings: int
    batch: int = 1

    @property
    def publisher(self) -> str:
        """The name under which the broker counts the ids."""
        return "meter" if self.batch == 1 else f"meter-{self.batch}"

    @property
    def end_id(self) -> int:
        """The id of the end marker, the last one."""
        return -(-self.readings // self.batch) + 1

    def id_at(self, position: int) -> int:
        """The id of the batch that holds a position; the end marker's is that of the readings."""
        return position // self.batch + 1 if position < self.readings else self.end_id

    def start_at(self, published: int) -> int:
        """The first position to publish where so many messages are published: the batch that is not whole."""
        return published - published % self.batch if published < self.readings else published

    def published(self, last_id: int) -> int:
        """How many messages of the run are published with the ids up to the last one."""
        return self.readings + 1 if last_id >= self.end_id else min(last_id * self.batch, self.readings)
