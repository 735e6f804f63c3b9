# `make run` opens the dashboard, `make test` proves it; both install what they need first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8501
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist worksteal
export KAM_WAREHOUSE ?= data/warehouse
# Commands start half a second sooner with compiled modules, and the tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-quick test-long lint docs sample browser clean

help: ## list what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(VENV)/run.stamp: requirements.txt
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

# The settings of the sample company go with its files, not with what is uploaded afterwards.
run: $(VENV)/run.stamp ## open the dashboard (on sample data if the warehouse is empty)
	KAM_SETTINGS="data/sample/settings$${KAM_SETTINGS:+:$$KAM_SETTINGS}" $(BIN)/python -m kam_core load --if-empty data/sample/*.csv
	$(BIN)/python -m streamlit run app.py --server.port $(PORT)

test: $(VENV)/dev.stamp browser lint ## run every test, those in a real browser included (under half an hour)
	$(PYTEST)

test-quick: $(VENV)/dev.stamp lint ## run what needs no browser and no patience (a few minutes)
	$(PYTEST) -m "not (browser or slow or long)"

# The same assertions over more companies, kills and orders of uploads; see docs/operations.md.
test-long: $(VENV)/dev.stamp browser ## run what draws at random many times over, and every look (hours)
	KAM_PICTURES=1 KAM_EXAMPLES=2000 KAM_RANDOM_COMPANIES=1000 KAM_KILLS=300 KAM_UPLOAD_ORDERS=100 \
	  $(PYTEST) --timeout 36000 -m "long or random or hypothesis"

lint: $(VENV)/dev.stamp ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/run.stamp ## write docs/metrics.md from the metric headers
	$(BIN)/python -m kam_core.render.metrics_reference docs/metrics.md

sample: $(VENV)/run.stamp ## write data/sample again from its seed
	$(BIN)/python -m kam_core demo --to data/sample

# The browser tests need Debian's chromium and fonts for Chinese.
browser:
	@command -v chromium >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q . || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk; \
	  else echo "Please install chromium and a Chinese font (Debian: apt-get install chromium fonts-noto-cjk)"; exit 1; fi; }

clean: ## remove the environment and caches, never data
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache
