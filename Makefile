# Two commands do everything on a fresh Debian or Ubuntu machine with Swift: `make demo` and `make test`.

PACKAGES := libopenblas-dev libdnnl-dev zlib1g-dev pkg-config
DATASET := dataset-fashion-mnist
BROWSER := chromium graphviz
MUJOCO := libmujoco-dev
COUNTING := valgrind binutils python3
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
SOURCES := Package.swift Sources Tests Examples Benchmarks/Package.swift Benchmarks/Sources

.PHONY: all deps demo-deps mujoco-deps browser-deps demo test test-debug test-release test-lesser counts test-mujoco test-browser test-dependency bench bench-peers format lint docs clean

all: deps
	swift build -c release

# Installs what is missing of the given packages, and asks for sudo only then.
install = @missing=""; for p in $(1); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "installing$$missing"; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; fi

deps:
	$(call install,$(PACKAGES))

demo-deps: deps
	$(call install,$(DATASET))

mujoco-deps: deps
	$(call install,$(MUJOCO))

browser-deps:
	$(call install,$(BROWSER))

# Trains WGAN-GP on Fashion-MNIST for about two minutes, through gradients of gradients, and names the files to look at: 3000 iterations on
# two cores with AVX-512. Where two minutes are too few for 1400, from which on most pictures are clothes (at 600 half of them are specks),
# it goes on to these: some four and a half minutes at five iterations a second. Steps ten times the paper's: in so few iterations the paper's
# own only reach blurred outlines.
demo: demo-deps
	swift build -c release --product nabla
	.build/release/nabla toy
	.build/release/nabla train wgan-gp --method penalty --minutes 2 --minimum-iterations 1400 --output runs/demo

# Debug finds what optimisation hides; release is what users run, and where a message must not be lost. Then as processors with less than
# this one has.
test: deps mujoco-deps test-dependency test-debug test-release test-lesser

# Tests of memory count what is alive in the whole process, so the suites run one after another. Whole trainings by the command are left to
# the optimised build, which runs them in a fifth of the time.
test-debug:
	Scripts/swift-test.sh --no-parallel --skip 'Train[A-Za-z]+CommandTests'

# With every trait, which the debug build has not: so both are tested, and none is built twice.
test-release: mujoco-deps
	Scripts/swift-test.sh -c release --no-parallel --traits MuJoCo

# Which kernels run depends on the processor, so all is tested as one with AVX2 and as the least x86-64, from the build of test-release.
test-lesser: test-release
	Scripts/test-as-lesser.sh avx2 --traits MuJoCo
	Scripts/test-as-lesser.sh baseline --traits MuJoCo

# What recording, walking and replaying cost in instructions, allocations and reference counts, from the build of test-release: numbers that do
# not depend on the machine's speed, each below its threshold in Benchmarks/counts.json. `Scripts/counts.py --update` writes these.
counts: test-release
	$(call install,$(COUNTING))
	Scripts/counts.py

# Only what concerns the simulated bodies.
test-mujoco: mujoco-deps
	Scripts/swift-test.sh -c release --no-parallel --traits MuJoCo --filter 'MuJoCo|TRPO'

# Only what needs a browser or Graphviz. Without them `make test` skips these tests and says so; with them it runs them.
test-browser: deps browser-deps
	Scripts/swift-test.sh --no-parallel --filter 'GraphP'

# A package that depends on this one by version must build and run.
test-dependency:
	Scripts/test-dependency.sh

# OpenBLAS chooses its kernels by the processor; a choice in the environment would be measured instead.
bench: deps
	swift build --package-path Benchmarks -c release
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE Benchmarks/.build/release/NablaBenchmarks

# The same workloads in PyTorch, JAX and Chainer, where python3 or the NABLA_*_PYTHON of compare.py has them, and the ratios.
bench-peers: deps
	swift build --package-path Benchmarks -c release
	python3 Benchmarks/peers/compare.py Benchmarks/.build/release/NablaBenchmarks --threads 1

format:
	swift format -i -r --configuration .swift-format $(SOURCES)

lint:
	swift format lint -r --strict --configuration .swift-format $(SOURCES)

# Reference pages from the doc comments, as one site with a front page: the toolchain's own symbol graphs and docc.
docs: deps
	Scripts/make-docs.sh

clean:
	rm -rf .build Benchmarks/.build runs docs-site
