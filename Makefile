# The interface of the project: demo, test, check, bench. Each does its own set-up.
PYTHON ?= python3
BIN := .venv/bin
# Everything that `make check` reads.
CODE := config ingest parsers reports store tests benchmarks

.DEFAULT_GOAL := help
.PHONY: help demo test check bench fuzz manual pictures reference lock clean

help:  ## Show what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

.venv/run.stamp: requirements.lock pyproject.toml deploy/setup.sh
	@sh deploy/setup.sh run $(PYTHON)

.venv/dev.stamp: requirements-dev.lock pyproject.toml deploy/setup.sh
	@sh deploy/setup.sh dev $(PYTHON)

demo: .venv/run.stamp  ## Take in a sample inbox and leave digest, brief and ledger in demo/
	@$(BIN)/python -m tests.demo demo

test: .venv/dev.stamp  ## Run all tests, against real servers on loopback
	@sh deploy/setup.sh debian-test
	$(BIN)/python -m pytest -n auto --dist loadfile --cov --cov-report=term:skip-covered $(ARGS)

check: .venv/dev.stamp  ## Lint, types, import directions, spelling, campaign file
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/zhengji check-config

bench: .venv/dev.stamp  ## Measure; never part of the tests
	@sh deploy/setup.sh debian-bench
	$(BIN)/python -m benchmarks $(ARGS)

fuzz: .venv/dev.stamp  ## Fuzz one reader for some seconds: make fuzz ARGS="letter 600"
	@sh deploy/setup.sh fuzz
	$(BIN)/python -m tests.fuzz $(ARGS)

manual: .venv/dev.stamp  ## Write the staff's manual with its pictures, as HTML and PDF, into demo/manual/
	@sh deploy/setup.sh debian-test
	@$(BIN)/python -m tests.manual demo/manual

pictures: .venv/dev.stamp  ## Draw the pictures of README and manual anew from the sample campaign, then the manual
	@sh deploy/setup.sh debian-test
	@$(BIN)/python -m tests.manual demo/manual --pictures

reference: .venv/dev.stamp  ## Write docs/commands.md, settings.md and facts.md anew from the code
	@$(BIN)/python -m tests.reference

lock:  ## Write both lock files anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade --extra dev pyproject.toml -o requirements-dev.lock

clean:  ## Remove the virtual environment and what the demo made
	rm -rf .venv demo
