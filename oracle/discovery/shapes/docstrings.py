"""Shapes as people put them: docstrings of any of the usual forms, and comments by the arguments.

What values mean is told by the words of the grammar, where they are said of the argument itself,
and otherwise by what descriptions have in common.
"""

import ast
import re

from oracle.cases.values import ALONG_AN_AXIS, MATRICES, along
from oracle.discovery import naming
from oracle.discovery.shapes import grammar
from oracle.discovery.shapes.grammar import Said, Shapes
from oracle.discovery.text.functions import Function, parameters
from oracle.discovery.text.source import Text
from oracle.discovery.text.usage import subscripts
from oracle.subject import size_names

CLASSES = ("C", "n_classes", "num_classes", "K", "n_class", "classes", "V")
NESTED = r"(?:[^()\[\]]|\([^()\[\]]*\))*"  # what stands between brackets: N, 2*(K+1)
INLINE = re.compile(rf"(\w+)\s*(?::|=|is|has shape|of shape|->|--?|—|–)?\s*\(({NESTED})\)")


def inline(user: Text, function: Function) -> Shapes:
    """Comments in and below the ``def`` line: ``# x: (N, D), w: (D, M)``."""
    found: Shapes = {}
    first = min([function.lineno, *(d.lineno for d in function.decorator_list)])
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:] or body
    lines = list(range(function.lineno, body[0].lineno))
    while first > 1 and user.lines[first - 2].lstrip().startswith("#"):
        first -= 1
        lines.insert(0, first)
    lines += [at for at in (body[0].lineno,) if at not in lines]
    known = parameters(function)
    for at in lines:
        _, mark, text = user.lines[at - 1].partition("#")
        if not mark or text.lstrip().startswith("oracle"):
            continue
        entries = [e for e in INLINE.finditer(text) if e[1] in known and _dims(e[2]) is not None]
        entries = [e for e in entries if not _is_call(e)]
        for i, entry in enumerate(entries):
            dims = _dims(entry[2])
            end = entries[i + 1].start() if i + 1 < len(entries) else len(text)
            said = _described(f"of shape ({entry[2]}) {text[entry.end() : end]}")
            found.setdefault((entry[1],), said or Said(dims))
    return found


def _is_call(entry: re.Match[str]) -> bool:
    """``D(x)`` in a formula: a name right before brackets that hold a single lower-case name."""
    return f"{entry[1]}(" in entry[0] and bool(re.fullmatch(r"[a-z]\w*(\([^()]*\))?", entry[2]))


def beside(line: str) -> Said | None:
    """Shapes in a comment at the end of a line: ``# (N, D) fixed``."""
    _, mark, text = line.partition("#")
    return _described(text.strip()) if mark and text.strip()[:1] in "([" else None


# Docstrings

ENTRY = re.compile(
    r"^\s*(?:[-*•]\s+|:param\s+(?:[\w.]+\s+)?|@param\s+)?`*(?P<names>\*{0,2}[A-Za-z_]\w*`*"
    r"(?:\s*(?:,|and|/)\s*`*[A-Za-z_]\w*`*)*)\s*(?P<kind>"
    r"\([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*\))?\s*"
    r"(?::{1,2}|--|—|–|\s-|=)\s*(?P<rest>.*)$"
)
ENDS = re.compile(
    r"^\s*(returns?|outputs?|yields?|raises?|examples?|notes?|see also|references?)\s*:?\s*"
    r"(-+\s*)?(a tuple of.*)?:?\s*$",
    re.IGNORECASE,
)
BEGINS = re.compile(r"^\s*(inputs?|args?|arguments?|parameters?|params)\s*:?\s*$", re.IGNORECASE)
SHAPED = re.compile(
    rf"(?:shapes?|sizes?|dims?|dimensions?)\s*(?:of|is|:|=|are)?\s*:?\s*[`'\"]*[\(\[]({NESTED})[\)\]]",
    re.IGNORECASE,
)
WHOLE = re.compile(rf"[\(\[]({NESTED})[\)\]]")
BARE = re.compile(r"[\(\[]([^()\[\]]*)[\)\]]")
TIMES = re.compile(
    r"(?<![\w.])([A-Z]\w?|\d+|[a-z]+_[a-z]+)\s*(?:\bx\b|×|(?<=[\dA-Z])x(?=[\dA-Z]))\s*"
    r"([A-Z]\w?|\d+|[a-z]+_[a-z]+)(?![\w.])"
)


# Where the next argument begins on the same line: "theta: (n,) parameters; y: (m,) binary".
NEXT = re.compile(r"[,;.]\s*(?:and\s+)?`*(?!(?:shape|size|dim)\w*\b)\w+`*\s*(?::|--|=)\s*`*[(\[]")


# A value that is an example: "sizes of the layers (e.g. [100, 50])".
EXAMPLE = re.compile(
    r"(?:e\.?g\.?|for example|for instance|such as|like)\W{0,3}[\[(][\d\s,.-]*[\])]", re.IGNORECASE
)
WHOLE_NUMBER = re.compile(r"[`(\s]*(?:int|integer)\b(?!\s+(?:array|ndarray|tensor|list|matrix))")


def whole_numbers(text: str) -> set[str]:
    """The arguments that a docstring says are whole numbers: ``n_out : int``, ``k (int): ...``."""
    found: set[str] = set()
    for line in text.splitlines():
        start = ENTRY.match(line)
        if start and WHOLE_NUMBER.match(start["kind"] or start["rest"]):
            found |= {n.strip("`* ") for n in re.split(r"\s*(?:,|\band\b|/)\s*", start["names"])}
    return found


def docstring(text: str) -> Shapes:
    """The arguments' shapes in a docstring of any of the usual forms."""
    found: Shapes = {}
    text = EXAMPLE.sub("", text)
    text = re.sub(r":(?:py:)?\w+:`[^`<]*(?:<[^>]*>)?`", "ndarray", text)
    text = re.sub(r";\s*(?=`*[A-Za-z_]\w*`*\s*(?::|--)\s)", "\n", text)  # several in a line
    entry: list[str] = []
    names: list[str] = []
    ended = False
    for line in [*text.splitlines(), "end:"]:
        start = ENTRY.match(line)
        if ENDS.match(line) or BEGINS.match(line) or start or not line.strip():
            for name in names:
                said = _described(" ".join(entry)) or _as_another(" ".join(entry), found)
                if said is not None and (name,) not in found:
                    found[(name,)] = said
            names, entry = [], []
        if ENDS.match(line):
            ended = True
        elif BEGINS.match(line):
            ended = False
        elif start and not ended:
            names = [n for n in re.split(r"\s*(?:,|\band\b|/)\s*", start["names"]) if n]
            names = [n.strip("`* ") for n in names]
            rest = NEXT.split(start["rest"])[0]
            entry = [start["kind"] or "", rest]
        elif names:
            entry.append(line.strip())
    return found


# Between a name and its shape, in a sentence: "x of shape (N, D)", "w: array of shape (D, M)".
OF_SHAPE = (
    r"(?:\s*(?::|--|=|is|are|,\s*(?=(?:an?|the)\b)|an?|the|float|int|input|array|ndarray|matrix|tensor|vector))*"
    r"(?:\s*(?:of|with|has|have|having|in)?\s*(?:the\s+)?(?:shapes?|sizes?|dims?|dimensions?))?"
    r"\s*(?:of|is|are|:|=)?\s*`*"
)


def in_prose(function: Function) -> Shapes:
    """Shapes of several arguments in a sentence: ``x: [N, D], y: [N] integers``.

    Or ``x and y of shape (N, D), w of shape (D, M)``; each says what stands before the next one.
    """
    found: Shapes = {}
    prose = ast.get_docstring(function) or ""
    known = parameters(function)
    known += [key for name in known for key in subscripts(function, name) if key.isidentifier()]
    either = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    if not known:
        return found
    listed = rf"(?:`*(?:{either})\b`*\s*(?:,\s*and|,|and|&)\s*)*`*(?:{either})\b`*"
    entry = re.compile(rf"(?<![\w.'\"])({listed})({OF_SHAPE})([\(\[]{NESTED}[\)\]])")
    entries = [
        e
        for e in entry.finditer(prose)
        if "," in e[3] or re.fullmatch(r".\w+.", e[3]) or re.search(r"shape|size|dim", e[2])
    ]
    for i, each in enumerate(entries):
        end = entries[i + 1].start() if i + 1 < len(entries) else len(prose)
        rest = re.split(r"[.;\n]|,\s*\w+\s*:", prose[each.end() : end])[0]
        said = _described(f"of shape {each[3]} {rest}")
        for name in re.findall(rf"\b(?:{either})\b", each[1]):
            if said is not None:
                found.setdefault((name,), said)
    return found


def _described(text: str) -> Said | None:
    """The shape and values of an argument by its description."""
    low = text.lower()
    if re.search(r"\bdict(ionary)?\b", low):
        return None
    dims, after = _shape_in(text)
    scalar = False
    if dims is None and ONE_NUMBER.search(low) and not ARRAYS.search(low):
        scalar = True
    if dims is None and not scalar:
        return None
    stated = _stated(text[after:], dims) if after else Said()
    values, classes, integer = stated.values, stated.classes, bool(stated.classes)
    if not values and not classes:
        values, classes, integer = _meant(text, dims, scalar)
    if values in ALONG_AN_AXIS and dims is not None and len(dims) == 2 and COLUMNS.search(low):
        values = along(values, 0)
    return Said(dims, values, classes, integer, stated.fixed, scalar)


SAME_AS = re.compile(
    r"\b(?:(?:of\s+)?(?:the\s+)?same\s+(?:shape|size|dimensions?)|shaped)\s+(?:as|like)\s+`*(\w+)"
    r"|\b(?:shape|size)\s+of\s+`+(\w+)"
)


def _as_another(text: str, found: Shapes) -> Said | None:
    """The shape of an argument that is said to have that of an argument before it."""
    same = SAME_AS.search(text)
    other = found.get(((same[1] or same[2]),)) if same else None
    return _meaning(text, other) if other is not None and other.dims is not None else None


def _meaning(text: str, shaped: Said) -> Said:
    """The shape of an argument, with the values that a description states."""
    values, classes, integer = _meant(text, shaped.dims, False)
    return Said(shaped.dims, values, classes, integer)


def _shape_in(text: str) -> tuple[tuple[str, ...] | None, int]:
    """The sizes in a description, and where what is said after them begins; 0 if in no brackets."""
    for pattern in (SHAPED, WHOLE, BARE):
        for found in pattern.finditer(text):
            inside, before = found[1], text[: found.start()]
            if pattern is not SHAPED and before.count("[") > before.count("]"):
                continue  # of an entry: theta = [log scales (D), log noise]
            if pattern is not SHAPED and "," not in inside:
                if not re.fullmatch(r"\s*[A-Z]\w?\s*", inside):
                    continue  # a remark, not a shape
                if before.endswith("labels"):
                    continue
            dims = _dims(inside)
            if dims is not None:
                return dims, found.end()
    if re.search(r"\b(any|arbitrary)\s+(shape|size)|shape\s+`*\(?\*", text.lower()):
        return ("*shape",), 0
    if times := TIMES.search(text):
        return (times[1], times[2]), 0
    if one := re.search(r"\b(?:shape|length|size)\s+`?([A-Z]\w?)\b", text):
        return (one[1],), 0
    return None, 0


ONE_NUMBER = re.compile(r"\b(scalar|float|real number|real[- ]valued|single (number|value))\b")
ARRAYS = re.compile(r"array|\b(vectors?|matrix|matrices|tensors?|lists?)\b")
# The words of the grammar as people write them, and longer words that begin alike.
STATED = re.compile(
    r"(?P<labels>(?:integer\s+)?labels\((?P<classes>[^()]+)\))"
    r"|(?P<spd>spd\b|(?:symmetric(?:,|\s+and)?\s+)?positive[- ]definite(?:\s+and\s+symmetric)?)"
    r"|(?P<symmetric>symmetric)|(?P<sorted>sorted|(?:in\s+)?ascending)|(?P<distinct>distinct)"
    r"|(?P<onehot>one[- _]?hot)|(?P<nonnegative>non-?negative)"
    r"|(?P<positive>(?:strictly\s+)?positive(?!\s+(?:class|example|sample|pair)))"
    r"|(?P<probabilities>probabilities)|(?P<binary>binary)|(?P<fixed>(?:held\s+|kept\s+)?fixed)"
    r"|(?P<unit>unit(?=\s*(?:interval|[,;.)]|$)))|(?P<mask>mask(?=\s*(?:[,;.)]|$)))",
    re.IGNORECASE,
)
# Samples in columns: "each column is one-hot", "one-hot columns", "columns sum to 1".
COLUMNS = re.compile(
    r"one[- _]?hot columns|((each|every|per) column|columns? (sums?|is|are|adds?|hold)\b)"
    r"(?!(?:(?!hot)[^.;,]){0,24}\bclass)"  # "each column is a different class"
)
OF_A_KIND = re.compile(
    r"[- ](?:size|length|width|dim|number|point|step|shape|rank|order|batch|grid|seed|window)"
)


def _stated(text: str, dims: tuple[str, ...] | None) -> Said:
    """Words of the grammar that are said of the argument itself.

    They follow the shape, as in ``(N, D) fixed design matrix``, or stand between commas on their
    own, as in ``(N, C) teacher's output, probabilities, fixed``.
    """
    values, classes, fixed = "", "", False
    text = text.lstrip(" `'\")]:-—–")
    parts = grammar.split(text, ",;.")
    for i, part in enumerate(parts):
        words: list[re.Match[str]] = []
        at = 0
        while found := STATED.match(part, at):
            whole = not re.match(r"\w|-\w", part[found.end() :])
            if not whole or OF_A_KIND.match(part, found.end()):
                break
            words.append(found)
            at = found.end() + len(part[found.end() :]) - len(part[found.end() :].lstrip())
        if i and at < len(part):
            continue  # a part of a sentence, in which the word may be of anything
        for word in words:
            kind = word.lastgroup if word.lastgroup != "classes" else "labels"
            if kind == "fixed":
                fixed = True
            elif kind == "labels" and not values:
                classes = word["classes"].strip()
            elif kind is not None and not classes:
                values = values or kind
    if values == "probabilities" and not _sums_to_one(dims):
        values = "unit"
    return Said(None, _fitting(values, dims), classes, bool(classes), fixed)


def _fitting(values: str, dims: tuple[str, ...] | None) -> str:
    """The word, unless it is said of square matrices and the shape is not that of one."""
    square = dims is not None and len(dims) > 1 and dims[-1] == dims[-2]
    return values if square or values not in MATRICES else ""


def _sums_to_one(dims: tuple[str, ...] | None) -> bool:
    """True if probabilities of this shape are over classes, rather than one for each sample."""
    return (
        dims is not None and dims[-1:] not in ((), ("1",)) and (len(dims) > 1 or dims[0] in CLASSES)
    )


PROBABILITIES = re.compile(
    r"sums? to (1|one)|softmax (output|prob)|class prob"
    r"|probabilit\w+ (of|for|over)\b[^.]{0,24}\bclass"
)


def _meant(text: str, dims: tuple[str, ...] | None, scalar: bool) -> tuple[str, str, bool]:
    """The kind of values by a free description: values, classes, integers or not."""
    low = text.lower()
    values, classes, integer = "", "", False
    ranged = re.search(r"0\s*<=?\s*[^<>]{1,24}<\s*`?([A-Za-z_]\w*)", text)
    ranged = ranged or re.search(r"\[0,\s*([A-Za-z_]\w*)\s*(?:\)|-\s*1\s*\])", text)
    zero_one = re.search(r"\b0\b.{0,40}\b1\b", text) and re.search(
        r"label|binary|true|target|class|cat\b", low
    )
    if re.search(r"one[- _]?hot", low):
        values = "onehot"
    elif re.search(r"positive[- ]definite|\bspd\b|covariance matrix", low):
        values = _fitting("spd", dims)
    elif re.search(r"\bsymmetric\b", low):
        values = _fitting("symmetric", dims)
    elif ranged:
        classes, integer = ranged[1], True
    elif re.search(r"\bbinary\b", low) or (zero_one and not ranged and "{0, 1, " not in text):
        values = "binary"
    elif re.search(PROBABILITIES, low):
        values = "probabilities"
    elif "probabilit" in low and not re.search(r"log|dropout|keep", low):
        values = "unit"
    elif re.search(r"\bmask\b", low) and "bool" in low:
        values = "mask"
    elif re.search(r"\b(integers?|int|indices|class (ids?|index)|int64|int32)\b", low) or (
        re.search(r"\blabels?\b", low) and dims is not None and len(dims) == 1
    ):
        integer = not scalar
    return values, classes, integer


def _dims(text: str) -> tuple[str, ...] | None:
    """The sizes between brackets, or None where these are no sizes."""
    text = text.strip().strip("`'\"")
    if not text:
        return ()
    if re.search(r"d_?1\s*,\s*(\.\.\.|…)\s*,\s*d_?k|(\.\.\.|…)", text):
        text = re.sub(r"d_?1\s*,\s*(\.\.\.|…)\s*,\s*d_?\w", "D", text)
        text = re.sub(r"\.\.\.|…", "*rest", text)
    found = []
    for part in _between_commas(text.rstrip(", ")):
        part = part.strip("`'\" ")
        if not part or part == "0":  # [0, 1) is an interval
            return None
        part = re.sub(r"^(number|size|dimension|num|no\.?|length) of (the )?", r"\1_of_", part)
        part = re.sub(r"\s*([*+/])\s*|\s+(-)\s+", r"\1\2", part)
        part = re.sub(r"(?<!/)/(?!/)", "//", part)  # H/2 is a size, so it is whole
        part = re.sub(r"(?<![\w.])(\d+)([A-Z]\w?)(?!\w)", r"\1*\2", part)  # 4H
        part = re.sub(r"(?<=\w)[ ]+(?=[A-Za-z])", "_", part).replace("^", "_")
        part = re.sub(r"\bnum_of\b", "n", part)
        part = re.sub(r"(?<=[A-Za-z\]])\[[^\]]*\]", "", part)
        if part.count("_") > 6 or re.search(r"\d\.\d", part):
            return None
        try:
            size_names((part,))
        except ValueError:
            return None
        if part.lower() in NO_SIZES:
            return None
        found.append(part)
    return tuple(found)


def _between_commas(text: str) -> list[str]:
    """The parts between the commas that stand in no brackets; empty ones are kept."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


NO_SIZES = naming.words(
    "float int array optional ndarray np numpy_array numpy scalar string str bool dict "
    "list tuple default tensor vector matrix object none relu sigmoid tanh callable "
    "number constant array_like mean sum true false required inputs input data e.g"
)
