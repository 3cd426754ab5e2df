"""Put what a new project begins with into the wheel, from the one copy in the repository."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

KIT = ("data/reference", "expectations", "notebooks", "requirements.lock")
"""As ``cchc_analysis.site.kit`` expects them."""


class BuildWithKit(build_py):
    """Build the package, and lay the kit beside its modules."""

    def run(self) -> None:
        """Copy after the modules; an editable install finds the kit where it is."""
        super().run()
        if self.editable_mode:
            return
        kit = Path(self.build_lib) / "cchc_analysis" / "project"
        shutil.rmtree(kit, ignore_errors=True)
        for name in KIT:
            source = Path(__file__).parent / name
            (kit / name).parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                unwanted = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__", ".*")
                shutil.copytree(source, kit / name, ignore=unwanted)
            else:
                shutil.copyfile(source, kit / name)


setup(cmdclass={"build_py": BuildWithKit})
