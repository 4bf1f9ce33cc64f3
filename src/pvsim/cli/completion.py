"""`pvsim completion`: what a shell needs to complete commands, options and their values."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from pvsim.cli.command import Configured
from pvsim.cli.values import Choice

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["COMMANDS", "Completer", "or_a_file", "scenario_names", "zones"]

Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]

_VARIABLE = "_PVSIM_COMPLETE"


def or_a_file(*words: str) -> Completer:
    """Complete one of the words, or the path of a file."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":  # noqa: ARG001 - click's signature
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only on a Tab

        found = [CompletionItem(word) for word in words if word.startswith(incomplete)]
        return found or [CompletionItem(incomplete, type="file")]

    return complete


def zones(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":  # noqa: ARG001 - click's signature
    """Complete a time zone."""
    from zoneinfo import available_timezones  # noqa: PLC0415 - reads a directory tree

    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only on a Tab

    return [CompletionItem(zone) for zone in sorted(available_timezones()) if zone.startswith(incomplete)]


def scenario_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":  # noqa: ARG001 - click's signature
    """Complete the name of a golden scenario."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only on a Tab

    from pvsim.adapters.scenario_files import SCENARIOS  # noqa: PLC0415 - `pvsim --help` needs none

    return [CompletionItem(name) for name in SCENARIOS if name.startswith(incomplete)]


@click.command(cls=Configured)
@click.argument("shell", type=Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script with which a shell completes pvsim's commands, options and values.

    \b
    Examples:
      eval "$(pvsim completion bash)"                      now; in ~/.bashrc for every shell
      eval "$(pvsim completion zsh)"                       the same, in ~/.zshrc
      pvsim completion fish > ~/.config/fish/completions/pvsim.fish

    The shell must find pvsim: after ./run it is in .venv/bin of the clone
    (export PATH="$PWD/.venv/bin:$PATH").
    """  # noqa: D301
    from click.shell_completion import BashComplete, FishComplete, ZshComplete  # noqa: PLC0415 - only here

    script = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}[shell]
    root = context.find_root().command
    if shell == "bash":  # not done: a Tab would call the ./run of any directory
        click.echo("# in the clone, for ./run too: complete -o nosort -F _pvsim_completion ./run")
    click.echo(script(root, {}, "pvsim", _VARIABLE).source(), nl=False)


COMMANDS = (completion,)
