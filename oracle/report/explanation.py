"""``oracle explain``: a derivation on one page."""

import inspect
import textwrap
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.syntax import Syntax
from rich.text import Text

from oracle import cases
from oracle.cases import shapes
from oracle.discovery.text import places
from oracle.report import findings
from oracle.report.terminal import console
from oracle.truth import twins
from oracle.verify.derivations import Derivation
from oracle.verify.names import Named


def print_list(known: Mapping[str, Named], no_color: bool) -> None:
    """All functions of reference/, with the first line of what each says of itself."""
    screen = console(no_color)
    family = ""
    for named in known.values():
        if is_module(named):
            continue
        if named.module != family:
            family = named.module
            screen.print(Text(f"reference/{family}.py", "dim"))
        line = Text.assemble("  ", (f"{named.name:34}", "bold"), " ", named.summary)
        screen.print(line, no_wrap=True, overflow="ellipsis")


def print_named(named: Named, known: Mapping[str, Named], no_color: bool) -> None:
    """A function, a class or a file of reference/ that is no derivation of its own."""
    screen = console(no_color)
    file = f"reference/{named.module}.py"
    is_file = is_module(named)
    place = file if is_file else f"{file}:{inspect.getsourcelines(inspect.unwrap(named.thing))[1]}"
    screen.print(Text.assemble((named.name, "bold"), "  ", (place, "dim")))
    screen.print()
    doc = inspect.getdoc(named.thing) or ""
    screen.print(Text(textwrap.indent(doc.strip(), "  ")), soft_wrap=True)
    if is_file:
        _heading(screen, "Functions")
        own = [n for n in known.values() if n.module == named.module and not is_module(n)]
        for one in own:
            line = Text.assemble("  ", (f"{one.name:34}", "bold"), " ", one.summary)
            screen.print(line, no_wrap=True, overflow="ellipsis")
    else:
        _heading(screen, "Code")
        _print_code(screen, without_docstring(named.thing))
    if named.targets:
        _heading(screen, "Verified by oracle verify " + named.name)
        screen.print(Text(f"  {', '.join(named.targets)}"), soft_wrap=True)


def is_module(named: Named) -> bool:
    return inspect.ismodule(named.thing)


def print_derivation(derivation: Derivation, no_color: bool) -> None:
    """Equation, shapes, code, source, twin, and what ``oracle verify`` checks of it."""
    screen = console(no_color)
    place = f"{places.spoken(derivation.place.file)}:{derivation.place.line}"
    screen.print(Text.assemble((derivation.name, "bold"), "  ", (place, "dim")))
    screen.print()
    doc = inspect.getdoc(derivation.function) or ""
    body, _, cited = doc.partition("Source: ")
    screen.print(Text(textwrap.indent(body.strip(), "  ")), soft_wrap=True)
    _heading(screen, "Shapes")
    for argument in derivation.arguments:
        screen.print(Text(f"  {argument}"))
    for option in derivation.options:
        one_of = f", one of {', '.join(map(repr, option.choices))}" if option.choices else ""
        screen.print(Text(f"  {option.name} = {option.default!r}{one_of}"))
    if cited:
        _heading(screen, "Source")
        screen.print(Text(textwrap.indent(cited.strip(), "  ")), soft_wrap=True)
    _heading(screen, "Code")
    _print_code(screen, code(derivation))
    _heading(screen, f"Torch twin (oracle/truth/twins/{derivation.module}.py)")
    _print_code(screen, twins.source(derivation.module, derivation.name))
    _heading(screen, "Verified by oracle verify " + derivation.name)
    differentiated = [a.name for a in derivation.arguments if a.differentiated]
    small = len(shapes.small(derivation.sizes))
    screen.print(
        f"  the value and the gradient of {', '.join(differentiated)} against torch, in float64\n"
        f"  and float32, over up to {small} small shapes and random rectangular ones, on values"
    )
    for regime in cases.regimes(derivation):
        screen.print(Text(f"    {regime:10} {cases.REGIMES[regime]}"))
    screen.print(
        "  no argument is changed or aliased, a second call gives the same, and a central\n"
        "  difference of the forward agrees with torch in one random direction a case"
    )
    fixed = [a.name for a in derivation.arguments if not a.differentiated]
    if fixed:
        screen.print(f"  not differentiated, being integers or data: {', '.join(fixed)}")


def print_findings(no_color: bool) -> None:
    """All findings, with the sentence that says what each is."""
    screen = console(no_color)
    screen.print(Text("findings", "dim"))
    for name in findings.names():
        sentence = findings.page(name).split("\n")[1].strip() or findings.page(name).split("\n")[2]
        line = Text.assemble("  ", (f"{name:38}", "bold"), " ", sentence)
        screen.print(line, no_wrap=True, overflow="ellipsis")


def print_finding(page: str, no_color: bool) -> None:
    """The page of a finding: set for a terminal, and as it stands elsewhere."""
    screen = console(no_color)
    if screen.is_terminal:
        screen.print(Markdown(page, code_theme="ansi_dark"))
    else:
        screen.print(Text(page.rstrip()), soft_wrap=True)


def code(derivation: Derivation) -> str:
    """The function without its docstring, which has been printed above it."""
    return without_docstring(derivation.function)


def without_docstring(thing: Any) -> str:
    """The source of a function or class without its docstring."""
    text = inspect.getsource(inspect.unwrap(thing))
    before, quote, rest = text.partition('    """')
    after = rest.partition('"""\n')[2] if quote else rest
    return before + after


def _heading(screen: Console, text: str) -> None:
    screen.print()
    screen.print(Text(text, "bold"))


def _print_code(screen: Console, text: str) -> None:
    """Highlighted on a terminal; elsewhere as it stands, so that it can be copied."""
    text = textwrap.indent(text.rstrip(), "  ")
    if screen.is_terminal:
        screen.print(Syntax(text, "python", theme="ansi_dark", background_color="default"))
    else:
        screen.print(Text(text), soft_wrap=True)
