#!/bin/sh
# Shell scripts by shellcheck, the C sources by clang's warnings and clang-tidy; build-lint is the build directory.
set -eu
echo "==> shellcheck"
find tools tests .ci -type f \( -name '*.sh' -o -path .ci/run \) -exec shellcheck --severity=warning --exclude=SC2187 {} +
tools/build.sh build-lint -DCMAKE_C_COMPILER=clang -DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DBUILD_TESTING=OFF
echo "==> clang-tidy"
# Off: what this code does on purpose. clang-analyzer 14 is off as a whole, its findings here were all false.
off=easily-swappable-parameters,reserved-identifier,sizeof-expression,macro-parentheses,narrowing-conversions
off=$off,not-null-terminated-result,integer-division
find src -name '*.c' -exec clang-tidy --quiet -p build-lint --warnings-as-errors='*' \
	--checks="-*,bugprone-*,-bugprone-$(echo "$off" | sed 's/,/,-bugprone-/g')" {} +
