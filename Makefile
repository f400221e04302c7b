# Everything that a person does with this repository. `make` alone lists the targets.
# Nothing is fetched by address: pip and npm use the registries they are configured for.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Tests start the program in many processes: none of them shall compile it again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo quick test check format generated pictures faults fuzz scanners terrain compatibility bench clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .install/python .install/node ## Install everything into .venv and node_modules, and nothing else

.install/python: requirements/development.txt pyproject.toml
	@mkdir -p .install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing Python packages (about two minutes the first time)"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/development.txt
	@$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

.install/node: package-lock.json
	@mkdir -p .install
	@echo "installing cdktf-cli (about half a minute)"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

demo: install ## Deploy the sample organization into the embedded AWS and show its keys
	@$(BIN)/kms-baseline demo

quick: install check ## Run every check, and every test that needs no Terraform, with a fifth of its cases
	@$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder --hypothesis-profile quick -m "not terraform" --ignore tests/test_scanners.py --ignore tests/test_cdk_terrain.py

# Terraform and its provider collect no garbage below this size, which saves 40 percent of their CPU.
test: export GOGC := off
test: export GOMEMLIMIT := 700MiB
test: install check ## Run every check and test
	@$(BIN)/python -m pytest --numprocesses 5 --dist loadfile --no-loadscope-reorder

check: install ## Format, lint, types, layers and generated pages
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy .
	@$(BIN)/python docs/generate.py --check

generated: install ## Renew the pages and the schema that follow from the code
	@$(BIN)/python docs/generate.py

pictures: install ## Take the pictures of the documentation, by a Chromium that is on the PATH
	@$(BIN)/python -m tests.report.browser

faults: install ## Try everything that can go wrong in a deployment, half an hour; write docs/faults.md
	@$(BIN)/python -m tests.forever.faults

fuzz: install ## Hold prover, evaluator and z3 against each other on 20,000 random policies, a few minutes
	@$(BIN)/python -m tests.prover.fuzz 20000

scanners: install .install/scanners ## Run Checkov and parliament on an export with every feature
	@$(BIN)/python -m pytest -rs tests/test_scanners.py

# In an environment of their own: they pull in a hundred packages. Where they cannot be had, their tests are skipped.
.install/scanners: requirements/scanners.txt
	@echo "installing Checkov and parliament (a few minutes)"
	@rm -rf $@ && $(PYTHON) -m venv $@
	@$@/bin/python -m pip install --quiet --require-hashes -r $< || rm -rf $@

terrain: install .install/terrain ## Synthesize by CDK Terrain in the place of CDKTF, and compare
	@$(BIN)/python -m pytest -rs tests/test_cdk_terrain.py

# Python packages and a Node of their own. Where they cannot be had, the test is skipped.
.install/terrain: requirements/terrain.txt
	@echo "installing CDK Terrain and Node 22 (about two minutes)"
	@rm -rf $@ && $(PYTHON) -m venv $@
	@$@/bin/python -m pip install --quiet --require-hashes -r $< && npm install --prefix $@ --silent node@22 || rm -rf $@

compatibility: install ## Try other versions of Python and Node, ten minutes; write docs/compatibility.md
	@$(BIN)/python -m tests.compatibility

bench: install .install/aws-cdk ## Measure at 30 to 51,000 keys beside the alternatives; write docs/performance.md
	@$(BIN)/python -m benchmarks

# An alternative to compare with. Where it cannot be had, the comparison goes without it.
.install/aws-cdk: benchmarks/requirements.txt
	@$(BIN)/python -m pip install --quiet --no-deps --target $@ -r $< || rm -rf $@

format: install ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## Remove what the targets made
	@rm -rf $(VENV) node_modules .install cdktf.out .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	@find . -name __pycache__ -prune -exec rm -rf {} +
