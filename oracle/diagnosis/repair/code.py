"""Functions of the user's file, compiled anew from an edited tree and put in place for a while."""

import __future__

import ast
import contextlib
import functools
import inspect
import linecache
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from oracle.diagnosis.repair import names

ENDLESS = 2.0  # seconds: what an edit makes take longer in one small case will never end


@dataclass
class Source:
    """An outermost function or method of the user's: the object, and its tree."""

    function: FunctionType
    node: ast.FunctionDef
    owner: str = ""  # the class that it is a method of
    words: tuple[str, ...] = ()  # keys and attributes in the file
    constants: tuple[str, ...] = ()  # names of the module's own numbers

    @property
    def file(self) -> str:
        return self.function.__code__.co_filename

    @functools.cached_property
    def atoms(self) -> list[ast.expr]:
        """Names that the function uses, and keys and attributes of the file that it could use."""
        return names.atoms(self.node, self.words)

    @functools.cached_property
    def sizes(self) -> list[ast.expr]:
        """Expressions that may be sizes."""
        return names.counts(self.node)

    @functools.cached_property
    def parts(self) -> list[ast.expr]:
        """Numbers that sizes are divided by."""
        return names.parts(self.node)

    @functools.cached_property
    def idle(self) -> list[ast.expr]:
        """Names that are available and never used."""
        return names.idle(self.node)

    @functools.cached_property
    def called(self) -> list[ast.expr]:
        """The functions of one argument that it calls, or could."""
        return names.functions(self.node)

    @functools.cached_property
    def in_torch(self) -> bool:
        """True if the function works with torch tensors."""
        space = {n.id for n in ast.walk(self.node) if isinstance(n, ast.Name)}
        return bool(space & {"torch", "ctx"})

    def holds(self, line: int) -> bool:
        """True if a line belongs to the function."""
        return self.node.lineno <= line <= (self.node.end_lineno or self.node.lineno)

    def compiled(self) -> CodeType | None:
        """The tree as it is now; None if it is no code that could take the function's place."""
        flags = self.function.__code__.co_flags & __future__.annotations.compiler_flag
        try:
            made = compile(self._module, self.file, "exec", flags, dont_inherit=True)
        except (SyntaxError, ValueError, TypeError):
            return None
        found = _find(made, self.node.name, self.node.lineno)
        free = self.function.__code__.co_freevars
        return found if found is not None and found.co_freevars == free else None

    @functools.cached_property
    def _module(self) -> ast.Module:
        """The function where its free names are bound as they are in the user's file."""
        self.node.decorator_list = []
        free = self.function.__code__.co_freevars
        body: ast.stmt = self.node
        if self.owner:  # for the mangling of __names, and for super()
            body = ast.ClassDef(
                name=self.owner, bases=[], keywords=[], body=[self.node], decorator_list=[]
            )
        arguments = ast.arguments(
            posonlyargs=[], args=[ast.arg(n) for n in free if n != "__class__"], kwonlyargs=[],
            kw_defaults=[], defaults=[],
        )  # fmt: skip
        outer = ast.FunctionDef(name="_outer", args=arguments, body=[body], decorator_list=[])
        return ast.fix_missing_locations(ast.Module(body=[outer], type_ignores=[]))

    @contextlib.contextmanager
    def replaced(self, code: CodeType) -> Iterator[None]:
        """The function runs other code for a while."""
        kept = self.function.__code__
        self.function.__code__ = code
        try:
            yield
        finally:
            self.function.__code__ = kept


class TooLong(BaseException):
    """Code that an edit has made endless; no ``Exception``, which the user's code might catch."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Ends what takes longer, by ``TooLong``. Only a main thread can be woken; others wait."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        yield
        return

    def late(*_: Any) -> None:
        raise TooLong

    handler = signal.signal(signal.SIGALRM, late)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)


def _find(code: CodeType, name: str, line: int) -> CodeType | None:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_name == name and constant.co_firstlineno == line:
                return constant
            found = _find(constant, name, line)
            if found is not None:
                return found
    return None


def sources(things: tuple[Any, ...]) -> list[Source]:
    """The functions and methods that the user's things are, and those that they can call.

    That is: of the same files, and of files in the same folder that these import from.
    """
    found: dict[CodeType, tuple[FunctionType, str]] = {}
    spaces: dict[int, dict[str, Any]] = {}
    folders: set[str] = set()

    def add(thing: Any, owner: str = "") -> None:
        if isinstance(thing, staticmethod | classmethod):
            thing = thing.__func__
        if isinstance(thing, property):
            thing = thing.fget
        thing = inspect.unwrap(thing) if callable(thing) else thing
        here = isinstance(thing, FunctionType) and os.path.dirname(thing.__code__.co_filename)
        if isinstance(thing, FunctionType) and (not folders or here in folders):
            found.setdefault(thing.__code__, (thing, owner))
            spaces[id(thing.__globals__)] = thing.__globals__
        elif isinstance(thing, type) and not owner:
            for base in thing.__mro__[:-1]:
                for part in vars(base).values():
                    add(part, base.__name__)

    for thing in things:
        add(getattr(thing, "__func__", thing))
    folders.update(os.path.dirname(code.co_filename) for code in found)
    looked_into: set[int] = set()
    while left := [space for key, space in spaces.items() if key not in looked_into]:
        for space in left:
            looked_into.add(id(space))
            for thing in list(space.values()):
                if isinstance(thing, FunctionType | type):
                    add(thing)
    made = []
    trees: dict[str, ast.Module] = {}
    for code, (function, owner) in found.items():
        if code.co_filename not in trees:
            trees[code.co_filename] = _tree(code.co_filename)
        tree = trees[code.co_filename]
        node = _functions(tree).get(code.co_firstlineno)
        if node is not None and node.name == code.co_name:
            constants = tuple(names.constants_of(tree))
            made.append(Source(function, node, owner, tuple(names.words_of(tree)), constants))
    return made


def _tree(file: str) -> ast.Module:
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _functions(tree: ast.Module) -> dict[int, ast.FunctionDef]:
    """By the line at which their code begins."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            found[first] = node
    return found
