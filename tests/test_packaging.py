"""What is installed: one name, whole, beside whatever a stranger's project calls its own."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import pytest

from tests.kit.rules.tidy import PACKAGES, python_files

ROOT = Path(__file__).parent.parent
PATIENCE_S = 100.0
EXE = ".exe" if sys.platform == "win32" else ""
needs_builder = pytest.mark.skipif(
    not find_spec("hatchling"), reason="hatchling comes with the extra `test`"
)
# What is no module, and yet must be there.
DATA = [
    "py.typed",
    "specs/dialects/pos.toml",
    "specs/dialects/_iso87.toml",
    "specs/tables/currencies.toml",
    "specs/interop/dissector.lua",
    "lab/house/lab.toml",
    "lab/house/cards.toml",
]


def run(*command, cwd, code=0, **more):
    """The output of *command*, which ends with *code*; this checkout is not on its path."""
    free = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**free, "PYTHONDONTWRITEBYTECODE": "1", **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE_S,
        check=False,
    )
    output = done.stdout.decode()
    assert done.returncode == code, output
    return output


def build_wheel(source, folder):
    """The wheel of *source*, a checkout or an sdist, built in *folder* by what is installed."""
    pip = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation")
    run(*pip, "--no-index", "-w", folder, source, cwd=folder)
    [wheel] = folder.glob("*.whl")
    return wheel


def content(wheel):
    with ZipFile(wheel) as archive:
        return {each.filename: each.CRC for each in archive.infolist()}


class Installed(NamedTuple):
    """An environment with the wheel, which borrows all other packages from the running one."""

    python: Path
    command: Path
    packages: Path  # site-packages


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    paths = {
        name: Path(sysconfig.get_path(name, "venv", {"base": folder, "platbase": folder}))
        for name in ("scripts", "purelib")
    }
    python = paths["scripts"] / f"python{EXE}"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "-q")
    run(*pip, "--no-deps", "--no-index", "--no-compile", wheel, cwd=folder)
    # Behind its own packages, and without the links to this checkout that lie there.
    borrowed = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (paths["purelib"] / "borrowed.pth").write_text("\n".join(borrowed), "utf-8")
    return Installed(python, paths["scripts"] / f"cardswitch{EXE}", paths["purelib"])


# The files ----------------------------------------------------------------------------------------


@needs_builder
def test_one_name_is_installed(installed):
    there = {path.name for path in installed.packages.iterdir()} - {"borrowed.pth"}
    assert {name.partition("-")[0] for name in there} == {"cardswitch"}
    assert {name for name in there if not name.endswith(".dist-info")} == {"cardswitch"}


@needs_builder
def test_every_module_and_all_data_are_installed(installed):
    folder = installed.packages / "cardswitch"
    wanted = {
        path.relative_to(ROOT)
        for room in PACKAGES
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    found = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    assert found - wanted == {Path("__init__.py"), Path("__main__.py"), Path("py.typed")}
    assert wanted <= found
    assert {Path(name) for name in DATA} <= found


@needs_builder
def test_the_sdist_makes_the_same_wheel(wheel, tmp_path):
    build = (sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d")
    run(*build, tmp_path, cwd=ROOT)
    [sdist] = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        assert not [each.name for each in archive if each.issym()]
    assert content(build_wheel(sdist, tmp_path)) == content(wheel)


# In use -------------------------------------------------------------------------------------------

THEIR_TESTS = """
import lab, specs, switch
import cardswitch
from cardswitch import Message
from hypothesis import given, strategies as st

def test_their_own_packages_are_theirs():
    assert (lab.WHOSE, specs.WHOSE, switch.WHOSE) == ("theirs",) * 3
    assert "site-packages" in cardswitch.__file__

def test_a_fixture_of_ours(iso_dialect, iso_message):
    message = iso_message("0800", {11: "000001"})
    assert iso_dialect.unpack(iso_dialect.pack(message)) == message

@given(st.from_type(Message))
def test_messages_are_drawn(message):
    assert len(message.mti) == 4
"""


@needs_builder
def test_a_project_with_folders_of_our_names_keeps_them(installed, tmp_path):
    for room in ("lab", "specs", "switch"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text('WHOSE = "theirs"\n')
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_theirs.py").write_text(THEIR_TESTS)
    output = run(installed.python, "-m", "pytest", "-q", cwd=tmp_path)
    assert "3 passed" in output


THEIR_SCRIPT = """\
from cardswitch import Message, load_dialect

dialect = load_dialect("pos")
reveal_type(dialect)
reveal_type(dialect.unpack(b""))
Message("0200").mti + 1
"""


@needs_builder
@pytest.mark.skipif(not find_spec("mypy"), reason="mypy comes with the extra `test`")
def test_a_type_checker_sees_our_types(installed, tmp_path):
    (tmp_path / "theirs.py").write_text(THEIR_SCRIPT)
    mypy = (installed.python, "-m", "mypy", "--strict")
    output = run(*mypy, "theirs.py", cwd=tmp_path, code=1)
    assert '4: note: Revealed type is "cardswitch.specs.dialect.dialect.Dialect"' in output
    assert '5: note: Revealed type is "cardswitch.specs.message.Message"' in output
    assert "theirs.py:6: error: Unsupported operand types" in output
    assert "Found 1 error" in output


@needs_builder
def test_the_command_runs(installed, tmp_path):
    message = run(installed.command, "spec", "list", cwd=tmp_path)
    assert "iso87-ascii" in message
    assert "demo" in run(installed.python, "-m", "cardswitch", "--help", cwd=tmp_path)


# A checkout without symbolic links ----------------------------------------------------------------


@pytest.mark.parametrize("link", ["absent", "a file with the path in it"])
def test_a_checkout_without_links_is_whole(tmp_path, link):
    ours = tmp_path / "cardswitch"
    ours.mkdir()
    for module in (ROOT / "cardswitch").glob("*.py"):
        shutil.copy(module, ours)
    shutil.copytree(ROOT / "specs", tmp_path / "specs", ignore=shutil.ignore_patterns("*.pyc"))
    if link != "absent":
        (ours / "specs").write_text("../specs")
    code = """
import cardswitch.specs
from cardswitch import load_dialect
print(cardswitch.specs.__file__)
print(load_dialect("pos").name)
"""
    lines = run(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(tmp_path)).splitlines()
    assert Path(lines[0]).resolve() == (tmp_path / "specs" / "__init__.py").resolve()
    assert lines[1:] == ["pos"]


# Another system -----------------------------------------------------------------------------------

ON_WINDOWS = """
import importlib, sys
for name in ("fcntl", "grp", "pwd", "resource", "syslog", "termios", "tty", "uvloop"):
    sys.modules[name] = None  # as if it were not there
for name in sys.stdin.read().split():
    importlib.import_module(name)
"""


def test_every_module_is_imported_without_what_only_posix_has():
    modules = [
        ".".join(["cardswitch", *Path(path).with_suffix("").parts]).removesuffix(".__init__")
        for path in python_files(ROOT, *PACKAGES)
        if not path.endswith("__main__.py")
    ]
    done = subprocess.run(
        [sys.executable, "-c", ON_WINDOWS],
        input="\n".join(modules).encode(),
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
