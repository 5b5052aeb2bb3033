#!/bin/sh
# Shell scripts by shellcheck, the C sources by clang's warnings and clang-tidy; build-lint is the build directory.
set -eu
echo "==> shellcheck"
find tools tests .ci -type f \( -name '*.sh' -o -path .ci/run \) -exec shellcheck {} +
tools/build.sh build-lint -DCMAKE_C_COMPILER=clang -DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DBUILD_TESTING=OFF
echo "==> clang-tidy"
find src -name '*.c' -exec clang-tidy --quiet -p build-lint --warnings-as-errors='*' \
	--checks='-*,clang-analyzer-*,-clang-analyzer-security.insecureAPI.*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier' {} +
