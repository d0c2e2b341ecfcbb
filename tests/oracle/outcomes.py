"""All derivations of a file, judged, with the reasons for what is wrong."""

from pathlib import Path

from oracle.commands.check import Open, Outcome, Settings, of_file


def outcomes(file: Path, settings: Settings) -> list[Outcome]:
    found = [judge() for _, _, judge in of_file(file, "", settings)]
    return [one.explained() if isinstance(one, Open) else one for one in found]
