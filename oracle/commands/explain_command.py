"""``oracle explain``."""

import click

from oracle.commands import options, output


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
    from oracle.verify import names as known_names

    with output.writing():
        known = known_names.in_reference()
        if name is None:
            explanation.print_list(known, no_color)
            explanation.print_findings(no_color)
        elif name in findings.names():
            explanation.print_finding(findings.page(name), no_color)
        elif name in derivations.in_reference():
            explanation.print_derivation(derivations.in_reference()[name], no_color)
        elif name in known:
            explanation.print_named(known[name], known, no_color)
        else:
            raise options.unknown(name, [*known, *findings.names()])
