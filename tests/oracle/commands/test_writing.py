"""A change of a file is the whole change and nothing else, or none at all."""

import codecs
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from oracle.commands import check_command, fix, writing
from oracle.commands.check import Settings
from oracle.results import Report
from tests.oracle.commands._files import FEW, WRONG, check, write

OLD, NEW = "a = 1\nb = 2\nc = 3\n", "a = 1\nb = 20\nb2 = 2\nc = 3\n"


@pytest.fixture
def file(tmp_path):
    (tmp_path / "net.py").write_text(OLD, encoding="utf-8")
    return tmp_path / "net.py"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_are_kept(end, file):
    file.write_bytes(OLD.replace("\n", end).encode())
    writing.replace(file, OLD, NEW)
    assert file.read_bytes().decode() == NEW.replace("\n", end)


def test_each_line_keeps_its_own_end(file):
    file.write_bytes(b"a = 1\r\nb = 2\nc = 3")
    writing.replace(file, OLD.rstrip("\n"), NEW.rstrip("\n"))
    assert file.read_bytes() == b"a = 1\r\nb = 20\nb2 = 2\nc = 3"


@pytest.mark.parametrize(
    ("first", "encoding"),
    [("", "utf-8-sig"), ("# coding: latin-1\n", "latin-1"), ("# coding: cp1253\n", "cp1253")],
)
def test_encoding_and_byte_order_mark_are_kept(first, encoding, file):
    sign = "ά" if encoding == "cp1253" else "é"
    old, new = (f"{first}# {sign}\n{text}" for text in (OLD, NEW))
    file.write_bytes(old.encode(encoding))
    writing.replace(file, old, new)
    assert file.read_bytes() == new.encode(encoding)
    assert file.read_bytes().startswith(codecs.BOM_UTF8) == (encoding == "utf-8-sig")


def test_what_the_encoding_lacks_is_not_written(file):
    file.write_bytes(b"# coding: latin-1\n")
    with pytest.raises(writing.NotWritten, match="lacks"):
        writing.replace(file, "# coding: latin-1\n", "# coding: latin-1\n# ω\n")
    assert file.read_bytes() == b"# coding: latin-1\n"


def test_mode_and_owner_are_kept(file):
    file.chmod(0o751)
    if os.geteuid() == 0:
        os.chown(file, 1, 2)
    before = file.stat()
    writing.replace(file, OLD, NEW)
    after = file.stat()
    assert stat.S_IMODE(after.st_mode) == 0o751
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_links_go_on_leading_to_the_file(file):
    link, hard = file.with_name("link.py"), file.with_name("hard.py")
    link.symlink_to("net.py")
    writing.replace(link, OLD, NEW)
    assert link.is_symlink()
    os.link(file, hard)
    writing.replace(file, NEW, OLD)
    assert hard.read_text() == OLD
    assert hard.samefile(file)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file.write_text("a = 7\n"), "changed since it was judged"),
        (lambda file: file.chmod(0o444), "read-only"),
    ],
)
def test_a_file_that_has_changed_or_is_read_only_is_left_alone(spoil, said, file):
    spoil(file)
    before = file.read_bytes()
    with pytest.raises(writing.NotWritten, match=said):
        writing.replace(file, OLD, NEW)
    assert file.read_bytes() == before


@pytest.mark.parametrize("fails", ["fsync", "replace", "chmod"])
def test_what_goes_wrong_on_the_way_leaves_the_file_and_nothing_beside_it(fails, file, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, fails, full)
    with pytest.raises(OSError, match="No space"):
        writing.replace(file, OLD, NEW)
    assert file.read_text() == OLD
    assert os.listdir(file.parent) == ["net.py"]


def test_fix_changes_files_of_every_kind_and_nothing_but_the_line(tmp_path):
    """The command as a whole: a byte order mark, carriage returns, an encoding."""
    write(tmp_path, bom="", crlf="", latin="", locked=WRONG)
    fixed = WRONG.replace(" / len(X)", "")
    (tmp_path / "bom.py").write_bytes(WRONG.encode("utf-8-sig"))
    (tmp_path / "crlf.py").write_bytes(WRONG.replace("\n", "\r\n").encode())
    (tmp_path / "latin.py").write_bytes(f"# coding: latin-1\n# é\n{WRONG}".encode("latin-1"))
    (tmp_path / "locked.py").chmod(0o444)
    done = check(tmp_path, "--fix", ".")
    assert done.returncode == 2, done.stderr
    assert "locked.py: not changed: it is read-only" in done.stderr.decode()
    assert (tmp_path / "bom.py").read_bytes() == fixed.encode("utf-8-sig")
    assert (tmp_path / "crlf.py").read_bytes() == fixed.replace("\n", "\r\n").encode()
    expected = f"# coding: latin-1\n# é\n{fixed}".encode("latin-1")
    assert (tmp_path / "latin.py").read_bytes() == expected
    assert Path(tmp_path / "locked.py").read_text() == WRONG
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "bom.py",
        "crlf.py",
        "latin.py",
        "locked.py",
    ]


def test_fix_leaves_a_file_alone_that_has_changed_since_it_was_judged(file, monkeypatch, capsys):
    changed = fix.Fixed(file, OLD, NEW, ["net.py:2: b"], [])
    monkeypatch.setattr(fix, "fixes", lambda *_: [changed])
    judged = {str(file): "something = 3\n"}
    report = Report(0)
    status = check_command._fix(report, Settings(), 60, False, judged, threading.Event())
    assert status == 2
    assert file.read_text() == OLD
    assert "not changed: it has changed since it was judged" in capsys.readouterr().err
    status = check_command._fix(report, Settings(), 60, False, {str(file): OLD}, threading.Event())
    assert (status, file.read_text()) == (0, NEW)


CTRL_C_AFTER_THE_FIRST = """
import os, signal
from oracle import __main__
from oracle.commands import writing

replace = writing.replace

def replace_and_interrupt(*told):
    replace(*told)
    os.kill(os.getpid(), signal.SIGINT)

writing.replace = replace_and_interrupt
__main__.main()
"""


def test_fix_stops_at_ctrl_c_before_the_next_file(tmp_path):
    names = [f"net_{at}.py" for at in range(3)]
    write(tmp_path, **{name[:-3]: WRONG for name in names})
    done = subprocess.run(
        [sys.executable, "-P", "-c", CTRL_C_AFTER_THE_FIRST, "check", *FEW, "--fix", "."],
        cwd=tmp_path, capture_output=True, timeout=200,
    )  # fmt: skip
    fixed = WRONG.replace(" / len(X)", "")
    assert [(tmp_path / name).read_text() for name in names] == [fixed, WRONG, WRONG]
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"interrupted" in done.stderr
    assert len(list(tmp_path.iterdir())) == len(names)
