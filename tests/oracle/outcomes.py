"""All derivations of a file, judged, with the reasons for what is wrong."""

from pathlib import Path

from oracle.commands.check import Outcome, Settings, closed, of_file


def outcomes(file: Path, settings: Settings) -> list[Outcome]:
    return [closed(judge()) for _, _, judge in of_file(file, "", settings)]
