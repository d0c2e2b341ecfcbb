"""The command line. Nothing heavy is imported before a command has understood its arguments."""

import click

from oracle import __version__
from oracle.commands.check_command import check
from oracle.commands.explain_command import explain
from oracle.commands.trace_command import trace
from oracle.commands.verify_command import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="oracle")
def main() -> None:
    """Check hand-written backpropagation against torch.autograd."""


for command in (verify, check, trace, explain):
    main.add_command(command)
