"""``oracle explain``."""

import click

from oracle.commands import names, options, output


@click.command()
@click.argument("name", required=False)
@options.no_color
def explain(name: str | None, no_color: bool) -> None:
    """Print a derivation: its equation, shapes, code, source and torch twin, and what is verified.

    Or what a finding of ``oracle check`` means, why it happens, and how to mend it. Without a NAME,
    lists all there are.
    """
    from oracle.report import explanation, findings
    from oracle.verify import derivations

    with output.writing():
        known = derivations.in_reference()
        if name is None:
            explanation.print_list(known, no_color)
            explanation.print_findings(no_color)
        elif name in findings.names():
            explanation.print_finding(findings.page(name), no_color)
        else:
            others = tuple(findings.names())
            (only,) = names.chosen((name,), known, families=False, others=others)
            explanation.print_derivation(known[only], no_color)
