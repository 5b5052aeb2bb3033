# What a developer types: each target installs what is missing and hands over to cmake, ctest or a script.
MAKEFLAGS += --no-print-directory
FUZZ_SECONDS ?= 60
LISTEN ?= 127.0.0.1:9100

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

build: ## the static binary build/nodegauge
	@tools/install.sh build
	@tools/build.sh build $(if $(wildcard build/Makefile),,-DBUILD_TESTING=OFF)

run: build ## build, then serve this machine's metrics on 127.0.0.1:9100 (LISTEN=address:port)
	@echo "==> serving; stop with Ctrl-C"
	@for path in /metrics /metrics/cadvisor /; do echo "    http://$(LISTEN)$$path"; done
	@exec build/nodegauge --web.listen-address=$(LISTEN)

test: ## build, then run every test
	@tools/install.sh build test
	@tools/build.sh build -DBUILD_TESTING=ON
	@echo "==> test"
	@ctest --test-dir build --output-on-failure || \
		{ echo "a test failed, see above; again: ctest --test-dir build --rerun-failed --output-on-failure" >&2; exit 1; }

debug: ## build-debug/nodegauge, with symbols and without optimisation
	@tools/install.sh build
	@tools/build.sh build-debug -DCMAKE_BUILD_TYPE=Debug -DBUILD_TESTING=OFF

sanitize: ## every test but chart, docs and those with machines under ASan, UBSan and LSan
	@tools/install.sh build test
	@tools/build.sh build-sanitize -DCMAKE_BUILD_TYPE=Debug -DNODEGAUGE_SANITIZE=address,undefined
	@echo "==> test with sanitizers"
	@ctest --test-dir build-sanitize --output-on-failure -LE '^(vm|cadvisor|runtimes|usage|chart|docs)$$'

fuzz: ## every fuzz target for a minute (FUZZ_SECONDS)
	@tools/install.sh build fuzz
	@tools/build.sh build-fuzz -DCMAKE_C_COMPILER=clang -DNODEGAUGE_FUZZ=ON -DNODEGAUGE_SANITIZE=address,undefined
	@tools/fuzz.sh build-fuzz $(FUZZ_SECONDS)

bench: build ## CPU, system calls and memory beside node_exporter and the kernel floor
	@tools/install.sh bench
	@NODEGAUGE=$(CURDIR)/build/nodegauge tests/bench/run.sh

docs: build ## write docs/metrics.md anew from the tables
	@build/nodegauge --markdown >docs/metrics.md

lint: ## shellcheck, clang's warnings, clang-tidy
	@tools/install.sh build test lint
	@tools/lint.sh

image: ## the container image as an OCI archive in build-image, built twice and compared (root)
	@tools/install.sh image
	@tools/image.sh

chart: ## lint and render the Helm chart, compare it with deploy/
	@tools/install.sh test
	@tests/chart/run.sh

vm: build ## the tests in a virtual machine with cgroup v2
	@tools/install.sh test
	@NODEGAUGE=$(CURDIR)/build/nodegauge tests/vm/run.sh

cluster-test: ## the chart in a cluster of one node (needs Go; a quarter of an hour the first time)
	@tools/install.sh build test image
	@tests/cluster/run.sh

clean: ## remove every build directory; fetched sources and programs stay in the cache
	@rm -rf build build-*

.PHONY: help build run test debug sanitize fuzz bench docs lint image chart vm cluster-test clean
