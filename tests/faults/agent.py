"""An operator who works inside the broker: what `rabbitmqctl` does in 350 ms takes 2 ms there."""

import asyncio
import tempfile
from pathlib import Path

from tests.faults.processes import wait_until

from pvsim.adapters import node

__all__ = ["Agent"]

# A process of the node that looks for a file, evaluates it and writes what came out; it outlives `stop_app`,
# and ends with the node or when its directory has gone.
_AGENT = """
Work = fun Work() ->
  case file:read_file("{place}/order") of
    {{ok, Text}} ->
      ok = file:delete("{place}/order"),
      Answer = (catch begin
        {{ok, Words, _}} = erl_scan:string(binary_to_list(Text)),
        {{ok, Expressions}} = erl_parse:parse_exprs(Words),
        {{value, Value, _}} = erl_eval:exprs(Expressions, []),
        Value
      end),
      ok = file:write_file("{place}/answer.new", io_lib:format("~0p", [Answer])),
      ok = file:rename("{place}/answer.new", "{place}/answer");
    _ -> timer:sleep(2)
  end,
  case filelib:is_dir("{place}") of true -> Work(); false -> ok end
end,
spawn(fun() -> group_leader(whereis(init), self()), Work() end).
"""
_HERE_S = 1.0
_PATIENCE_S = 240.0


class Agent:
    """Evaluates Erlang on the node of a home, at once; the node must run.

    Args:
        home: The node's home.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._place = tempfile.TemporaryDirectory(prefix="pvsim-agent-")

    def close(self) -> None:
        """Be gone."""
        self._place.cleanup()

    def ready(self) -> None:
        """Be there; call it before the moment comes."""
        try:
            self._ask("ok.", _HERE_S)
        except TimeoutError:  # the node is another one since
            (self._path / "order").unlink(missing_ok=True)
            asyncio.run(node.control(self._home, "eval", _AGENT.format(place=self._path)))
            self._ask("ok.", _PATIENCE_S)

    def do(self, expression: str) -> str:
        """Evaluate an expression, and give its value as Erlang prints it.

        Raises:
            RuntimeError: if the expression fails.
            TimeoutError: if the node does not answer.
        """
        answer = self._ask(f"{expression}.", _PATIENCE_S)
        if answer.startswith("{'EXIT'"):
            raise RuntimeError(f"{expression}: {answer[:600]}")
        return answer

    @property
    def _path(self) -> Path:
        return Path(self._place.name)

    def _ask(self, order: str, patience_s: float) -> str:
        answer, fresh = self._path / "answer", self._path / "order.new"
        answer.unlink(missing_ok=True)
        fresh.write_text(order)
        fresh.rename(self._path / "order")
        if not wait_until(answer.exists, patience_s=patience_s):
            raise TimeoutError(order)
        return answer.read_text()
