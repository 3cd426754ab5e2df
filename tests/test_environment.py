"""The lock, pyproject.toml, environment.yml and what is installed name the same things."""

from __future__ import annotations

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


@pytest.mark.slow
def test_environment_yml_makes_a_working_environment(environment: dict, tmp_path: Path) -> None:
    """Does by hand what conda does with the pip part, and then what environment.yml's head says."""
    checkout = tmp_path / "checkout"
    kept = ["environment.yml", "pyproject.toml", "requirements.lock", "README.md", "LICENSE"]
    checkout.mkdir()
    for name in kept:
        shutil.copy(ROOT / name, checkout)
    no_builds = shutil.ignore_patterns("*.egg-info", "__pycache__")
    shutil.copytree(ROOT / "src", checkout / "src", ignore=no_builds)
    # conda writes the pip part into a file beside environment.yml and installs it in one call.
    part = checkout / "condaenv.requirements.txt"
    part.write_text("\n".join(pip_part(environment)) + "\n", encoding="utf-8")
    python = str(tmp_path / "environment/bin/python")
    [second_command] = re.findall(
        r"conda run -n cchc python (-m pip .*)", (ROOT / "environment.yml").read_text("utf-8")
    )

    def run(*command: str) -> str:
        done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout

    run(sys.executable, "-m", "venv", str(tmp_path / "environment"))
    run(python, "-m", "pip", "install", "-q", "-U", "-r", part.name, "--exists-action=b")
    run(python, *second_command.split())
    run(python, "-m", "pip", "check")

    assert run(python, "-c", "import cchc_analysis; print(cchc_analysis.__version__)").strip()
    assert "usage: cchc" in run(str(tmp_path / "environment/bin/cchc"), "--help")
