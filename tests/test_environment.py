"""The lock, pyproject.toml, environment.yml and what is installed name the same things."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from cchc_analysis.data.reference import Project
from conftest import confirm_all

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def environment() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lock_entries() -> list[str]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return "\n".join(lines).replace("\\\n", " ").splitlines()


@pytest.fixture(scope="module")
def locked(lock_entries: list[str]) -> dict[str, Requirement]:
    requirements = [Requirement(entry.split(" --hash=")[0].strip()) for entry in lock_entries]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def pip_part(environment: dict) -> list[str]:
    [part] = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    return part


def conda_part(environment: dict) -> dict[str, str]:
    entries = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    return {name: rest for name, _, rest in (entry.partition(" ") for entry in entries)}


def wanted(project: dict) -> list[str]:
    return project["project"]["dependencies"] + project["dependency-groups"]["dev"]


def test_every_locked_package_has_one_version_and_hashes(
    lock_entries: list[str], locked: dict[str, Requirement]
) -> None:
    assert len(locked) == len(lock_entries), "a package stands twice in requirements.lock"
    loose = [e for e in lock_entries if not re.match(r"[\w.-]+==[\w.+-]+ .*--hash=sha256:", e)]
    assert not loose


def test_the_lock_names_no_place_to_fetch_from() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.findall(r"://|^\s*-(?!-hash=)\S*", text, flags=re.MULTILINE)


def test_the_lock_holds_what_the_project_asks_for(
    project: dict, locked: dict[str, Requirement]
) -> None:
    for text in wanted(project):
        requirement = Requirement(text)
        found = locked[canonicalize_name(requirement.name)]
        [pin] = found.specifier
        assert requirement.specifier.contains(pin.version), f"{text}, locked is {found}"
        assert found.marker is None, f"{found} is left out of some environments"


def test_the_build_backend_is_the_locked_one(project: dict, locked: dict[str, Requirement]) -> None:
    [backend] = project["build-system"]["requires"]
    assert str(locked["setuptools"]) == backend


def test_what_is_installed_is_what_is_locked(locked: dict[str, Requirement]) -> None:
    here = [r for r in locked.values() if r.marker is None or r.marker.evaluate()]
    installed = {r.name: f"{r.name}=={version(r.name)}" for r in here}
    assert installed == {r.name: f"{r.name}{r.specifier}" for r in here}


def test_environment_yml_installs_the_lock(environment: dict) -> None:
    assert environment["name"] == "cchc"
    assert pip_part(environment) == ["-r requirements.lock"]


def test_environment_yml_asks_for_the_same_pythons(environment: dict, project: dict) -> None:
    asked = conda_part(environment)
    assert "pip" in asked
    assert SpecifierSet(asked["python"]) == SpecifierSet(project["project"]["requires-python"])


def run(*command: str, folder: Path, **more: str) -> str:
    """The output of a command that has to end well; nothing of this environment reaches it."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | more
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def checkout(environment: dict, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is needed to install, beside an environment with the pip part in it.

    Does by hand what conda does: it writes the pip part into a file and installs it in one call.
    """
    place = tmp_path_factory.mktemp("install") / "checkout"
    place.mkdir()
    for name in (
        *("environment.yml", "pyproject.toml", "requirements.lock", "README.md", "LICENSE"),
        *("setup.py", "MANIFEST.in"),
    ):
        shutil.copy(ROOT / name, place)
    unwanted = shutil.ignore_patterns("*.egg-info", "__pycache__", ".ipynb_checkpoints")
    for name in ("src", "data/reference", "expectations", "notebooks"):
        shutil.copytree(ROOT / name, place / name, ignore=unwanted)
    part = place / "condaenv.requirements.txt"
    part.write_text("\n".join(pip_part(environment)) + "\n", encoding="utf-8")
    run(sys.executable, "-m", "venv", "../environment", folder=place)
    install = ("-m", "pip", "install", "-q", "-U", "-r", part.name, "--exists-action=b")
    # What is imported is compiled then, and not all of it at once.
    run("../environment/bin/python", *install, folder=place, PIP_NO_COMPILE="1")
    return place


@pytest.mark.slow
def test_environment_yml_makes_a_working_environment(checkout: Path) -> None:
    """Does what the head of environment.yml says to do second."""
    python = "../environment/bin/python"
    [second_command] = re.findall(
        r"conda run -n cchc python (-m pip .*)", (ROOT / "environment.yml").read_text("utf-8")
    )
    run(python, *second_command.split(), folder=checkout)
    run(python, "-m", "pip", "check", folder=checkout)
    version_of = "import cchc_analysis; print(cchc_analysis.__version__)"
    assert run(python, "-c", version_of, folder=checkout).strip()
    assert "usage: cchc" in run("../environment/bin/cchc", "--help", folder=checkout)


@pytest.mark.slow
def test_the_wheel_and_a_folder_are_enough(checkout: Path, tmp_path: Path) -> None:
    bin_ = checkout.parent / "environment" / "bin"
    python, cchc = str(bin_ / "python"), str(bin_ / "cchc")
    pip = (python, "-m", "pip")
    wheel = ("wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), ".")
    run(*pip, *wheel, folder=checkout)
    [built] = tmp_path.glob("*.whl")
    run(*pip, "uninstall", "-q", "-y", "cchc-analysis", folder=tmp_path)
    run(*pip, "install", "-q", "--no-deps", str(built), folder=tmp_path)
    shutil.rmtree(checkout / "src")  # whatever is found now is found in the wheel
    project = tmp_path / "project"
    run(cchc, "init", str(project), folder=tmp_path)
    made_up = ROOT / "tests" / "made_up"
    with (project / "data/reference/areas.csv").open("a", encoding="utf-8", newline="") as areas:
        areas.write("".join((made_up / "areas.csv").read_text("utf-8").splitlines(True)[1:]))
    report = made_up / "reports" / "dong_gio_2022_9m.txt"
    assert "cchc accept dong_gio_2022_9m" in run(cchc, "read", str(report), folder=project)
    confirm_all(Project(project), "dong_gio_2022_9m")
    run(cchc, "accept", "dong_gio_2022_9m", folder=project)
    run(cchc, "site", "--quiet", folder=project)
    assert (project / "site" / "index.html").is_file()
    kept = run(cchc, "init", "--update", str(project), folder=tmp_path)
    assert "kept as you changed it: data/reference/areas.csv" in kept
    assert "0 files written" in kept
