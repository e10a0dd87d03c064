# The two commands of the README are `make demo` and `make test`; everything else is for those who work on Morgue.
VENV := .venv
RUN := $(VENV)/bin
PYTHON ?= python3
# tests side by side, a database server each; JOBS=0 runs them one after the other
JOBS ?= auto
SIDE_BY_SIDE := -n $(JOBS) --maxprocesses 4 --dist worksteal

.PHONY: demo up env dev check test lint types contracts unit lock docs clean bench

demo: env ## watch fictional sites being crawled into an archive
	$(RUN)/morgue demo

up: env ## crawl your own sites, for as long as it runs
	@test -f morgue.yaml || $(RUN)/morgue init
	$(RUN)/morgue up

env: $(VENV)/.run ## the environment, nothing else

dev: $(VENV)/.dev

$(VENV)/.run: requirements.lock pyproject.toml scripts/make-env
	PYTHON=$(PYTHON) scripts/make-env requirements.lock $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	PYTHON=$(PYTHON) scripts/make-env requirements-dev.lock $@

test: dev lint types contracts ## everything
	$(RUN)/python -m pytest $(SIDE_BY_SIDE)

check: dev lint types contracts unit ## fast

lint: dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .

types: dev
	$(RUN)/mypy

contracts: dev
	$(RUN)/lint-imports

unit: dev
	$(RUN)/python -m pytest $(SIDE_BY_SIDE) tests/unit

docs: dev ## write the generated passages again
	$(RUN)/python -m morgue.docs

lock: ## resolve the locks again (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
