"""The same two bodies as people hand them on: pairs, caches, pullbacks, classes, one function."""

import ast
import re
from collections.abc import Callable
from textwrap import dedent, indent

import numpy as np

from .base import Base, Draft, names

Form = Callable[[Draft, str, np.random.Generator], str]

UPSTREAMS = ("dout", "grad_output", "upstream", "g_out", "dY")
GRADIENTS = ("d{}", "d{}", "grad_{}", "d_{}")
CACHES: dict[str, tuple[str, str]] = {  # how values are put away, and how they are taken out
    "tuple": ("({items},)", "{items}, = cache"),
    "list": ("[{items}]", "{items}, = cache"),
    "dict": ("{{{pairs}}}", "{lookups}"),
    "object": ("types.SimpleNamespace({keywords})", "{attributes}"),
}


def renamed(base: Base, rng: np.random.Generator) -> Draft:
    """The base with new names for inputs, gradients, upstream and everything between."""
    gradient = GRADIENTS[rng.integers(len(GRADIENTS))]
    upstream = UPSTREAMS[rng.integers(len(UPSTREAMS))]
    inner = names(base.forward, ast.Store) | names(base.backward, ast.Store)
    new: dict[str, str] = {}
    for name in base.inputs:
        renaming = f"{name}_in" if len(name) > 1 or name.islower() else name.lower()
        free = renaming not in inner | set(base.inputs)
        new[name] = renaming if free and rng.random() < 0.5 else name
    for number, name in enumerate(sorted(inner - set(base.inputs) - {"loss"})):
        if name[:1] == "d" and name[1:] in base.inputs:
            new[name] = gradient.format(new[name[1:]])
        elif rng.random() < 0.4:
            new[name] = (f"v{number}", f"{name}_", f"mid_{name}")[rng.integers(3)]
    if not base.is_loss:
        new["d" + base.out] = upstream

    def put(text: str) -> str:
        return re.sub(r"(?<![.\w])[A-Za-z_]\w*\b", lambda word: new.get(word[0], word[0]), text)

    return Draft(
        name=base.name,
        inputs={new[name]: shape for name, shape in base.inputs.items()},
        forward=put(base.forward),
        backward=put(base.backward),
        out=new.get(base.out, base.out),
        upstream="" if base.is_loss else upstream,
        gradients={new[name]: new["d" + name] for name in base.wanted},
        parameters=tuple(new[name] for name in base.parameters),
    )


def _joined(parts: list[str]) -> str:
    return ", ".join(parts)


def _cache(kept: list[str], rng: np.random.Generator) -> tuple[str, str]:
    if not kept:
        return "None", ""
    put, take = list(CACHES.values())[rng.integers(len(CACHES))]
    words = {
        "items": _joined(kept),
        "pairs": _joined([f"'{k}': {k}" for k in kept]),
        "keywords": _joined([f"{k}={k}" for k in kept]),
        "lookups": "\n".join(f"{k} = cache['{k}']" for k in kept),
        "attributes": "\n".join(f"{k} = cache.{k}" for k in kept),
    }
    return put.format(**words), take.format(**words)


def _returned(draft: Draft, rng: np.random.Generator) -> str:
    """The gradients as one array, or as a tuple or a dict in the order of the inputs."""
    made = draft.gradients
    if len(made) == 1:
        return next(iter(made.values()))
    ways = [_joined(list(made.values())), _joined([f"'{n}': {d}" for n, d in made.items()])]
    chosen = int(rng.random() < 0.25)
    return "{" + ways[1] + "}" if chosen else ways[0]


def _function(head: str, *body: str) -> str:
    return f"def {head}:\n" + indent("\n".join(part for part in body if part), "    ")


def _value(draft: Draft, rng: np.random.Generator) -> str:
    return "float(loss)" if draft.is_loss and rng.random() < 0.2 else draft.out


def pair_with_cache(draft: Draft, shapes: str, rng: np.random.Generator) -> str:
    put, take = _cache(draft.kept, rng)
    arguments = _joined(list(draft.inputs))
    forward = _function(f"{draft.name}_forward({arguments})", draft.forward, f"cache = {put}",
                        f"return {draft.out}, cache")  # fmt: skip
    backward = _function(f"{draft.name}_backward({draft.upstream}, cache)", take, draft.backward,
                         f"return {_returned(draft, rng)}")  # fmt: skip
    return f"{shapes}\n{forward}\n\n\n{backward}"


def pair_that_computes_again(draft: Draft, shapes: str, rng: np.random.Generator) -> str:
    arguments = list(draft.inputs)
    forward = _function(f"{draft.name}({_joined(arguments)})", draft.forward,
                        f"return {_value(draft, rng)}")  # fmt: skip
    first = [] if draft.is_loss else [draft.upstream]
    name = f"{draft.name}_{'grad' if draft.is_loss else 'backward'}"
    backward = _function(f"{name}({_joined(first + arguments)})", draft.forward, draft.backward,
                         f"return {_returned(draft, rng)}")  # fmt: skip
    return f"{shapes}\n{forward}\n\n\n{backward}"


def pullback(draft: Draft, shapes: str, rng: np.random.Generator) -> str:
    inner = _function(
        f"pullback({draft.upstream})", draft.backward, f"return {_returned(draft, rng)}"
    )
    return f"{shapes}\n" + _function(f"{draft.name}({_joined(list(draft.inputs))})", draft.forward,
                                     inner, f"return {draft.out}, pullback")  # fmt: skip


def value_and_gradients(draft: Draft, shapes: str, rng: np.random.Generator) -> str:
    head = f"{draft.name}_loss_and_grad({_joined(list(draft.inputs))})"
    returned = _returned(draft, rng)
    returned = f"({returned})" if "," in returned and returned[0] != "{" else returned
    return f"{shapes}\n" + _function(head, draft.forward, draft.backward,
                                     f"return {_value(draft, rng)}, {returned}")  # fmt: skip


def layer_class(draft: Draft, shapes: str, rng: np.random.Generator) -> str:
    held = draft.parameters
    given = {name: shape for name, shape in draft.inputs.items() if name not in held}
    sizes = sorted({s for p in held for s in re.findall(r"[A-Z]", draft.inputs[p])})
    made = [f"self.{p} = np.random.randn({_joined(draft.inputs[p].split())})" for p in held] or [
        "self.training = True"
    ]
    kept = [name for name in draft.kept if name not in held]
    in_grads = rng.random() < 0.4
    left = [
        f"self.grads['{p}'] = {draft.gradients[p]}"
        if in_grads
        else f"self.d{p} = {draft.gradients[p]}"
        for p in held
    ]
    returned = _joined([d for name, d in draft.gradients.items() if name not in held])
    load = "\n".join(f"{p} = self.{p}" for p in held)
    methods = [
        _function(f"__init__({_joined(['self', *sizes])})", *made, "self.grads = {}"),
        _function(f"forward({_joined(['self', *given])})", load, draft.forward,
                  *(f"self.kept_{name} = {name}" for name in kept), f"return {draft.out}"),
        _function(f"backward({_joined(['self', *([draft.upstream] if draft.upstream else [])])})",
                  "\n".join(f"{p} = self.{p}" for p in held if p in draft.kept),
                  *(f"{name} = self.kept_{name}" for name in kept), draft.backward, *left,
                  f"return {returned}"),
    ]  # fmt: skip
    stated = "# oracle: shapes " + _joined([f"{n}: {s}" for n, s in given.items()])
    title = "".join(word.title() for word in draft.name.split("_"))
    return f"{stated}\nclass {title}:\n" + indent("\n\n".join(methods), "    ")


LAYER_FORMS: tuple[Form, ...] = (pair_with_cache, pair_that_computes_again, pullback, layer_class)
LOSS_FORMS: tuple[Form, ...] = (pair_that_computes_again, value_and_gradients, layer_class)


def written(draft: Draft, helpers: list[str], rng: np.random.Generator) -> str:
    """A whole file: the draft in one of the forms, its helpers before or after it."""
    forms = LOSS_FORMS if draft.is_loss else LAYER_FORMS
    form = forms[rng.integers(len(forms))]
    shapes = _joined([f"{name}: {shape}" for name, shape in draft.inputs.items()])
    parts = [form(draft, f"# oracle: shapes {shapes}", rng)]
    parts = helpers + parts if rng.random() < 0.5 else parts + helpers
    text = "import types\n\nimport numpy as np\n\n\n" + "\n\n\n".join(dedent(p) for p in parts)
    return text + "\n"
