# Every target does its own set-up: the first one makes .venv from requirements.lock, later ones
# reuse it. `make` alone says what there is.

# A Python to make .venv with. Left empty, the first of these that fits is taken.
PYTHON ?=
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11

# The resolver behind `make lock`. It gets an environment of its own, which nothing else uses.
UV := uv==0.13.9

# Bytecode is kept beside the sources, whatever the environment says: else each of the many processes
# that tests and builds begin compiles them anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help site test test-slow test-all soak docs bench sample bench-read check lab pictures setup lock wheels environment-test clean
.PHONY: check-format check-style check-types check-imports check-data check-notebooks

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

site: .venv/ready ## Read, validate and build everything: data/processed and site/
	@.venv/bin/cchc site

test: .venv/ready ## Run the tests, on all cores
	@.venv/bin/pytest -n auto --dist loadgroup

test-slow: .venv/ready ## Run the slow tests: browser, cluster, kills, samples of mutations
	@.venv/bin/pytest -n auto --dist loadgroup -m 'slow and not soak' --deselect tests/test_environment.py

# In one run the cores have work to the end, while a browser or a killed command is waited for.
test-all: .venv/ready ## Run both, as CI does
	@.venv/bin/pytest -n auto --dist loadgroup -m 'not soak' \
	  --deselect tests/test_environment.py::test_environment_yml_makes_a_working_environment \
	  --deselect tests/test_environment.py::test_the_wheel_and_a_folder_are_enough

soak: .venv/ready ## Run what takes longer than CI should: all mutations, a hundred kills, a million rows
	@.venv/bin/pytest -m soak

sample: .venv/ready ## Make a project of made-up districts in build/sample, with a report to read
	@.venv/bin/python tools/sample.py

bench-read: .venv/ready ## Score how reports are read, and time one of 300 pages
	@.venv/bin/python benchmarks/bench_read.py
	@.venv/bin/python benchmarks/bench_read.py --long 300

check: check-format check-style check-types check-imports check-data check-notebooks ## Look at style, types, imports, reference data and notebooks
	@echo "Style, types, imports, reference data and notebooks are well."

check-format: .venv/ready
	@.venv/bin/ruff format --quiet --check --output-format concise . || { echo "Run: .venv/bin/ruff format ."; exit 1; }

check-style: .venv/ready
	@.venv/bin/ruff check --quiet --output-format concise .

check-types: .venv/ready
	@.venv/bin/mypy --no-error-summary

check-imports: .venv/ready
	@found=$$(.venv/bin/lint-imports --no-logo) || { echo "$$found"; exit 1; }

check-data: .venv/ready
	@.venv/bin/cchc check

check-notebooks: .venv/ready
	@.venv/bin/pytest tests/test_hygiene.py

bench: .venv/ready ## Time briefs and sites on a made-up country, as one table of ratios; takes a while
	@.venv/bin/python benchmarks/bench_briefs.py

docs: .venv/ready ## Build the documentation into build/docs; a dead link is a failure
	@NO_MKDOCS_2_WARNING=1 DISABLE_MKDOCS_2_WARNING=true .venv/bin/mkdocs build --quiet --strict && echo build/docs/index.html

lab: .venv/ready ## Open JupyterLab on the notebooks
	@.venv/bin/jupyter lab --notebook-dir=notebooks

pictures: .venv/ready data/processed/manifest.json ## Photograph a brief for the README: docs/pictures
	@.venv/bin/python tools/pictures.py

data/processed/manifest.json: | .venv/ready
	@.venv/bin/cchc process

setup: .venv/ready ## Only set up .venv
	@:

lock: ## Resolve requirements.lock anew (OPTIONS=--upgrade for newer versions)
	@$(call make_venv,build/lock)
	@build/lock/bin/pip install -qq --disable-pip-version-check '$(UV)'
	@build/lock/bin/uv pip compile pyproject.toml --group dev --output-file requirements.lock \
	  --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --custom-compile-command 'make lock' --quiet $(OPTIONS)

wheels: ## Resolve requirements.lock to wheels for Linux, macOS, Windows and Python 3.11 to 3.14 (needs the network)
	@$(call make_venv,build/lock)
	@build/lock/bin/pip install -qq --disable-pip-version-check '$(UV)'
	@build/lock/bin/python tools/check_wheels.py build/lock/bin/uv

environment-test: .venv/ready ## Install environment.yml's pip part into an empty environment
	@.venv/bin/pytest -m slow tests/test_environment.py

clean: ## Remove what was built, but for .venv and data/processed
	@rm -rf site .site.pages build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find src tests benchmarks notebooks \( -name __pycache__ -o -name '*.egg-info' -o -name .ipynb_checkpoints \) \
	  -prune -exec rm -rf {} + 2>/dev/null || true

# The editable install is built without isolation: the lock holds the build backend, so nothing
# outside the lock is ever fetched.
.venv/ready: requirements.lock pyproject.toml
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || { $(call make_venv,.venv); }
	@echo "Installing what requirements.lock names; this takes a minute or two."
	@.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Debian keeps ensurepip apart (python3-venv); without it a Python cannot make an environment.
define make_venv
found=; for python in $(or $(PYTHON),$(PYTHONS)); do \
  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then \
    found="$$python"; break; \
  fi; \
done; \
if [ -z "$$found" ]; then \
  echo "Python 3.11 to 3.14 with its venv module is needed; none found among: $(or $(PYTHON),$(PYTHONS)). Install one (on Debian: apt-get install python3-venv) or name one: make PYTHON=/path/to/python3" >&2; \
  exit 1; \
fi; \
echo "Making $(1) with $$("$$found" --version)."; \
"$$found" -m venv --clear $(1)
endef
