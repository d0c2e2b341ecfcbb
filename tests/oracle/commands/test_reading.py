"""Files are read as Python reads them, and what is no file to read costs nothing but itself."""

import codecs
import os
import socket
import stat

import pytest

from oracle.discovery.folders import files_in
from oracle.discovery.text import reading
from tests.oracle.commands._files import RIGHT, WRONG, check, report, write

SILENCED = WRONG.replace("/ len(X)", "/ len(X)  # oracle: ignore")
DEEP = f"{RIGHT}\ntotal = {'1 + ' * 4000}1\n"


def as_bytes(text, encoding="utf-8", first=""):
    return (first + text).encode(encoding)


AS_PYTHON = {
    "bom": codecs.BOM_UTF8 + as_bytes(RIGHT),
    "latin": as_bytes(f"# é\n{RIGHT}", "latin-1", "# -*- coding: latin-1 -*-\n"),
    "greek": as_bytes(f"# α\n{RIGHT}", "iso8859-7", "#!python\n# vim: fileencoding=iso8859-7 :\n"),
    "carriage_returns": as_bytes(RIGHT.replace("\n", "\r")),
    "both": as_bytes(RIGHT.replace("\n", "\r\n")),
    "mixed": as_bytes(RIGHT.replace("\n", "\r\n", 4).replace("\n\n", "\r\r")),
    "form_feed": as_bytes(RIGHT.replace("\n\n", "\n\x0c\n\n")),
    "separator": as_bytes(f"TEXT = 'a\u2028b\x85c'\n{RIGHT}"),
    "no_line_end": as_bytes(RIGHT.rstrip("\n")),
    "tabs": as_bytes(RIGHT.replace("    ", "\t")),
    "long": as_bytes(f"{RIGHT}\n" + "x = 1\n" * 20_000),
    "silenced_below_form_feeds": as_bytes(SILENCED.replace("\n\n\ndef", "\n\x0c\x0c\n\ndef")),
    "silenced_below_separators": as_bytes(f"TEXT = '\u2028\u2029\x85\x1c\x0b'\n{SILENCED}"),
    "silenced_and_carriage_returns": as_bytes(SILENCED.replace("\n", "\r")),
}  # fmt: skip
UNREADABLE = {
    "deep": (as_bytes(DEEP), "RecursionError"),
    "minus": (as_bytes(f"{RIGHT}\nx = {'-' * 100_000}1\n"), "MemoryError"),
    "elif": (as_bytes(f"{RIGHT}\nif 0:\n    pass\n" + "elif 0:\n    pass\n" * 3000), "Error"),
    "null": (as_bytes(f"{RIGHT}\x00"), "null bytes"),
    "no_such_encoding": (as_bytes(RIGHT, first="# coding: klingon\n"), "unknown encoding"),
    "not_utf_8": (as_bytes(f"{RIGHT}# é\n", "latin-1"), "utf-8"),
    "unfinished": (as_bytes(f"{RIGHT}def f(\n"), "SyntaxError"),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """One run over a folder of all of them and of things that are no files."""
    folder = tmp_path_factory.mktemp("read")
    for name, data in AS_PYTHON.items():
        (folder / f"{name}.py").write_bytes(data)
    for name, (data, _) in UNREADABLE.items():
        (folder / f"{name}.py").write_bytes(data)
    write(folder, a_right_one=RIGHT, z_wrong_one=WRONG)
    os.mkfifo(folder / "pipe.py")
    (folder / "zero.py").symlink_to("/dev/zero")
    (folder / "nowhere.py").symlink_to("gone.py")
    (folder / "circle.py").symlink_to("circle.py")
    (folder / "above").symlink_to("..")
    (folder / "folder.py").mkdir()
    (folder / "odd name [1] % é.py").write_text(RIGHT, encoding="utf-8")
    (folder / os.fsdecode(b"\xff.py")).write_text(RIGHT, encoding="utf-8")
    with socket.socket(socket.AF_UNIX) as one:
        here = os.getcwd()
        os.chdir(folder)  # the name of a socket must be short
        try:
            one.bind("socket.py")
        finally:
            os.chdir(here)
        return report(folder, ".", "--timeout", "30")


@pytest.mark.parametrize("name", AS_PYTHON)
def test_a_file_is_read_as_python_reads_it(name, told):
    silenced = name.startswith("silenced")
    assert told[1][f"{name}.py"] == ("wrong" if silenced else "correct")


def test_comments_silence_the_lines_that_they_stand_on(told):
    assert told[0].stdout.count(b'"ignored": 3') == 1


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_one_error(name, told):
    assert UNREADABLE[name][1] in told[1][f"{name}.py"]


def test_the_others_keep_their_verdicts_and_what_is_no_file_is_left_out(told):
    done, found = told
    assert (found["a_right_one.py"], found["z_wrong_one.py"]) == ("correct", "wrong")
    assert found["odd name [1] % é.py"] == "correct"
    assert found["\\udcff.py"] == "correct"
    assert len(found) == len(AS_PYTHON) + len(UNREADABLE) + 4
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pipe.py", "a pipe"),
        ("/dev/null", "a device"),
        ("gone.py", "no such file"),
        ("a.py::f", "no"),
    ],
)
def test_what_is_no_file_is_refused_by_name(name, said, tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    done = check(tmp_path, name, timeout=60)
    assert done.returncode == 2
    assert said in done.stderr.decode()


def test_a_pipe_that_takes_the_place_of_a_file_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "x.py")
    with pytest.raises(OSError, match="a pipe"):
        reading.read(tmp_path / "x.py")


def test_a_file_that_is_far_too_large_is_refused(tmp_path):
    with (tmp_path / "x.py").open("wb") as opened:
        opened.truncate(reading.LARGEST + 1)
    with pytest.raises(OSError, match="at most"):
        reading.read(tmp_path / "x.py")
    assert list(files_in(tmp_path)) == [tmp_path / "x.py"], "an error that is to be told"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_listed_is_told(tmp_path):
    (tmp_path / "closed").mkdir(mode=stat.S_IWUSR)
    told = []
    assert list(files_in(tmp_path, unreadable=told.append)) == []
    assert len(told) == 1


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\r\rb\r\nc\n\n", ["a", "", "b", "c", ""]),
     ("a\x0cb\u2028c\x85d\x1ce", ["a\x0cb\u2028c\x85d\x1ce"])],
)  # fmt: skip
def test_lines_are_pythons(text, lines):
    assert reading.lines_of(text) == lines


NAMES = {
    "oracle": "raise ValueError('not this one')\n",
    "reference": "value = 3\n",
    "random": "value = 3\n",
    "types": "value = 3\n",
    "numpy": "value = 3\n",
    "torch": "value = 3\n",
    "utils": "value = 3\n",
}


def test_files_beside_it_that_are_named_like_ours_or_pythons_are_in_nobodys_way(tmp_path):
    users = f"from utils import value\nimport reference, torch\n{RIGHT}"
    users += "\nassert value == reference.value == torch.value == 3\n"
    write(tmp_path, **NAMES)
    write(tmp_path, net=users)
    write(tmp_path, types=RIGHT, random=WRONG)
    _, found = report(tmp_path, "net.py", "types.py", "random.py")
    assert found == {"net.py": "correct", "types.py": "correct", "random.py": "wrong"}
