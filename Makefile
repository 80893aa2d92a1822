# From a fresh clone: `make book` builds the pages, `make test` proves them. Needed: Python 3.11, make, network.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
PORT ?= 8000
RUN := $(VENV)/bin/python

# Kernels keep to one thread each, and there are as many as cores; no progress bar reaches a stored output.
export TQDM_DISABLE := 1
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
# A verdict that is not the one in book/claims.yml is an error here, and a finding for a reader.
export HOURGLASS_STRICT := 1
# Its kernel is the usual one, but silent about talking to us without encryption.
export JUPYTER_PATH := $(CURDIR)/tools/jupyter
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# A stamp tells that its requirements are in. It names this folder: a copied .venv still points to where it came from.
HERE := $(shell pwd | cksum | cut -d' ' -f1)
READY := $(VENV)/.book-$(HERE)
READY_TO_TEST := $(VENV)/.test-$(HERE)
TRUSTED := $(VENV)/.trusted-$(HERE)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help book test notebooks shaken studies serve clean benchmarks

help: ## this list
	@echo "Hourglass: how small neural networks compress"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

book: $(READY) $(TRUSTED) ## run every chapter and build the pages
	@$(build)
	@echo
	@echo "The book is ready. Open $$(pwd)/_build/html/index.html in a browser, or run: make serve"

# At home every chapter runs once, for nbval and for the pages, and before the tests bring their own needs: what a reader
# installs is enough. Then all the rest side by side; what needs the pages waits for them. An output that is not as it
# is stored fails in the end, when all the others have been checked, too.
test: $(READY) ## check the notebooks, build the pages from their runs, then check all the rest
	@echo "Running every chapter ..."
	@rm -rf _build
	@$(call SIDE_BY_SIDE) native/odd native/even; as_stored=$$?; \
		echo "Running every chapter elsewhere, building the pages, then checking package and pages." && \
		echo "Each reports when it is done." && \
		$(call SIDE_BY_SIDE,+1) elsewhere package pages readers FIRST=built && exit $$as_stored
	@echo "Everything passed."

notebooks: $(READY) ## run every chapter and refresh the outputs stored in it
	@$(RUN) tools/notebooks.py
	@$(trust)

shaken: $(READY_TO_TEST) ## run every chapter with numbers moved in their last places, for several seeds
	@$(call SIDE_BY_SIDE) $(foreach size,4e-16 1e-12,$(foreach seed,1 2 3,shaken/$(size)/$(seed)))

studies: $(READY) ## run the long experiments, or what is missing of them
	@for study in capacity storing patches priced denoised heads convolutions objectives regressors retrieval \
		fewlabels unlabelled stacking smallest slimming alike smallconv \
		published seeds phases twelvebits noisydigits; do \
		echo "studies/$$study.py"; env -u TQDM_DISABLE $(RUN) -m studies $$study || exit 1; done

serve: ## show the built book on http://localhost:8000 (or PORT=...)
	@test -e _build/html/index.html || $(MAKE) --no-print-directory book
	@echo "http://localhost:$(PORT)  (stop with Ctrl-C)"
	@$(RUN) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

benchmarks: ## speed against an older commit, PyTorch, JAX and scikit-learn, in an environment of its own
	@$(PYTHON) -m venv .venv-benchmarks
	@.venv-benchmarks/bin/python -m pip install --quiet -r requirements.txt
	@.venv-benchmarks/bin/python -m pip install --quiet -r benchmarks/requirements.txt
	@env -u TQDM_DISABLE .venv-benchmarks/bin/python benchmarks/run.py

clean: ## remove what was built (not .venv)
	@rm -rf _build .pytest_cache .ruff_cache .hypothesis .import_linter_cache .venv-benchmarks
	@find book src studies tests tools \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

# --- setting up ---

# With uv, which takes seconds where pip takes half a minute. It does not read pip's settings: where these lead to the
# packages, it finds none, and pip does it, or says what is wrong. Python compiles a module when it is first imported,
# and most never are.
# An installation that was cut short leaves `.venv-unfinished` behind, and the next one starts from an empty environment.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 is needed: make PYTHON=/path/to/python3.11")'
	@echo "Installing $(1) into $(VENV) ..."
	@clear=$$(test -e $(VENV)-unfinished && echo --clear); touch $(VENV)-unfinished; $(PYTHON) -m venv $$clear $(VENV)
	@{ $(RUN) -m pip install --quiet --only-binary uv --constraint constraints.txt uv && \
		$(RUN) -m uv pip install --quiet --system-certs --python $(RUN) --requirement $(1); } 2> /dev/null || \
		$(RUN) -m pip install --quiet --no-compile --requirement $(1)
	@rm $(VENV)-unfinished
	@touch $@
endef

$(READY): requirements.txt constraints.txt pyproject.toml
	$(call install,requirements.txt)

$(READY_TO_TEST): requirements-dev.txt $(READY)
	$(call install,requirements-dev.txt)

# JupyterLab shows the figures stored in a notebook only if it trusts the notebook: every time that its contents change.
trust = $(RUN) -m nbformat.sign $(wildcard book/*.ipynb) > $(TRUSTED)

$(TRUSTED): $(wildcard book/*.ipynb) | $(READY)
	@$(trust)

# --- building ---

# Always from clean: after a failed build, a second one would find nothing left to warn about.
# (Called as a module would be: the scripts in a copied .venv still start the interpreter of the original.)
build = rm -rf _build && $(pages)
pages = $(RUN) -c 'from jupyter_book.cli.main import main; main()' build . -W -n --keep-going

# --- testing ---

# As many at a time as there are cores, or so many more.
SIDE_BY_SIDE = $(MAKE) --no-print-directory --keep-going --output-sync=target --jobs=$$(($$(getconf _NPROCESSORS_ONLN)$(1)))
PYTEST = $(RUN) -m pytest --quiet -p no:cacheprovider
# All but one part stand back when cores are wanted, and share what it leaves.
STANDS_BACK = nice -n 15

.PHONY: built pages package readers native/odd native/even elsewhere no-vectors two-threads
built:
	@HOURGLASS_EXECUTED="$(EXECUTED)" $(STANDS_BACK) $(pages) > /dev/null
	@$(MAKE) --no-print-directory $(READY_TO_TEST)

# FIRST: what `make test` has to do before.
pages package readers: $(FIRST)

pages:
	@$(STANDS_BACK) $(PYTEST) tests/test_pages.py --junitxml _build/tests.xml

# What somebody does with the chapters: opens them in JupyterLab, and changes a number.
READERS = tests/test_jupyterlab.py tests/test_edits.py
readers:
	@$(STANDS_BACK) $(PYTEST) $(READERS)

package:
	@$(STANDS_BACK) $(PYTEST) tests --ignore tests/test_pages.py $(addprefix --ignore ,$(READERS)) --durations 5

# The notebooks on one machine or another, as far as they can tell; tools/machine.py makes sure of that.
lane = @export $(1); $(RUN) tools/machine.py && $(PYTEST) --nbval $(or $(2),book)

# At home, in halves, a core each. What comes of it is kept for the pages (tools/keeping.py).
EXECUTED = $(CURDIR)/_build/executed
KEEPING = PYTHONPATH="$(CURDIR)/tools"
ODD = $(wildcard book/*[13579]-*.ipynb)
EVEN = $(filter-out $(ODD),$(wildcard book/*.ipynb))
native/odd:
	$(call lane,$(KEEPING),-p keeping --keep "$(EXECUTED)" $(ODD))
native/even:
	$(call lane,$(KEEPING),-p keeping --keep "$(EXECUTED)" $(EVEN))

# Numbers drawn are moved by up to the first argument of themselves, differently for each seed, the second.
# While this lane runs, the tests' own needs are installed, and for a moment the package is not: so it has the way there.
ELSEWHERE = PYTHONPATH="$(CURDIR)/tools/elsewhere:$(CURDIR)/src"
SHAKEN = $(ELSEWHERE) SHAKEN_BY=$(1) SHAKEN_SEED=$(2)
# Two BLAS threads wait for one another at every product, all the longer if other programs are in their way: so whatever
# runs beside this lane stands back. A thread that waits goes to sleep at once.
TWO = $(ELSEWHERE) OPENBLAS_NUM_THREADS=2 OPENBLAS_THREAD_TIMEOUT=4

# Both at once: what neither changes alone, a run of both would not. If it fails, `two-threads` and `shaken` tell which of
# the two it was.
elsewhere:
	$(call lane,$(TWO) $(call SHAKEN,1e-12,0))

two-threads: $(READY_TO_TEST)
	$(call lane,$(TWO))

# A processor without any vector extension that NumPy has code for. (tools/notebooks.py stores nothing that fails here.)
no-vectors: $(READY_TO_TEST)
	$(call lane,NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4 AVX512_ICL AVX512_SPR" OPENBLAS_CORETYPE=Nehalem)

# shaken/SIZE/SEED
shaken/%: $(READY_TO_TEST)
	$(call lane,$(call SHAKEN,$(*D),$(*F)))
