"""One page of text for each finding, which `oracle explain NAME` prints."""

from importlib.resources import files


def names() -> list[str]:
    """The findings that have a page, sorted."""
    return sorted(p.name[:-3] for p in files(__name__).iterdir() if p.name.endswith(".md"))


def page(name: str) -> str:
    """The page of one finding; KeyError where there is none."""
    if name not in names():
        raise KeyError(name)
    return (files(__name__) / f"{name}.md").read_text(encoding="utf-8")
