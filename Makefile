# One list of tasks; `make help` prints it. Needs a shell, and Python 3.11 or curl.

UV := $(or $(shell command -v uv 2>/dev/null),.uv/bin/uv)
PYTHON := .venv/bin/python
RASA := .venv-rasa/bin/rasa
MODEL := models/qingting.tar.gz
LOG := .qingting/logs/setup.log

# Some accounts have no home; uv wants a place for its cache.
ifeq ($(strip $(HOME)),)
export HOME := $(CURDIR)/.uv/home
endif
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3
quiet-python := env PYTHONWARNINGS=ignore

.DEFAULT_GOAL := help
.PHONY: help run test demo train eval transcripts chaos lint format sync clean check ruff types imports data stories

help: ## This list
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1#/p' $(MAKEFILE_LIST) | awk -F'#' '{ printf "%-16s %s\n", $$1, $$2 }'

run: sync ## Start everything; Ctrl-C stops it
	@exec $(PYTHON) -m bot run

test: sync ## Everything that must hold: lint, types, imports, data, stories, tests
	@$(MAKE) --no-print-directory -j3 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) check
	@$(MAKE) --no-print-directory stories
	$(PYTHON) -m pytest --numprocesses auto --dist loadscope --max-worker-restart 0

demo: sync ## Fill a new desk with a believable month of complaints
	@$(PYTHON) -m bot demo

train: sync ## Train the model if it is missing or stale
	@$(PYTHON) -m bot train

eval: train ## How well it hears: make eval [DATA=FILE.jsonl] [STOCK=yes] [TEXTS=yes]
	@$(PYTHON) -m bot.evaluate $(if $(DATA),--data "$(DATA)") $(if $(STOCK),--stock) $(if $(TEXTS),--texts)

transcripts: train ## Write docs/transcripts.md and docs/three-cases.md anew, from tests/stories and tests/cases
	@$(PYTHON) -m tests.dialogue.transcripts
	@$(PYTHON) -m tests.dialogue.three_cases

chaos: train ## Break everything under load and audit what is left: make chaos [SEED=7]
	@$(PYTHON) -m tests.chaos $(if $(SEED),--seed $(SEED))

lint: sync ## Ruff, mypy, import contracts
	@$(MAKE) --no-print-directory ruff types imports

format: sync ## Format the code
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format .

clean: ## Remove what was built; the data folder .qingting stays
	rm -rf .venv .venv-rasa .uv models .rasa results .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

check: ruff types imports data train-model

ruff:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types:
	$(PYTHON) -m mypy

imports:
	.venv/bin/lint-imports

data:
	$(quiet-python) $(RASA) data validate --fail-on-warnings

.PHONY: train-model
train-model:
	@$(PYTHON) -m bot train

stories:
	$(quiet-python) $(RASA) test core --stories tests/test_stories.yml --model $(MODEL) \
	  --fail-on-prediction-errors --out results/stories

# Both environments, exactly as locked. On a terminal uv shows its progress, elsewhere it is silent; when it
# fails, the last line says so and the log says why.
sync: $(UV)
	@tools/sync $(UV) $(LOG)

.uv/bin/uv:
	@tools/get-uv .uv
