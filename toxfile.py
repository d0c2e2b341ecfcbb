"""Two things that tox cannot be told in tox.ini."""

import os
import shutil
from pathlib import Path
from typing import Any

from tox.plugin import impl


@impl
def tox_add_core_config(core_conf: Any, state: Any) -> None:
    # The shims of pyenv answer for the chosen Python only: name the others.
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    kept = sorted(pyenv.glob("versions/3.1[23].*/bin/python3"))
    state.conf.options.discover += map(str, kept)
    # setuptools packs all that an earlier build left here, modules that have moved away included.
    shutil.rmtree(core_conf["tox_root"] / "build", ignore_errors=True)
