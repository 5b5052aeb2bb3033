#!/bin/sh
# Shell scripts by shellcheck, the C sources and unit tests by clang's warnings and clang-tidy, in build-lint.
set -eu
echo "==> shellcheck"
find tools tests deploy .ci -type f \( -name '*.sh' -o -path .ci/run -o -path tests/vm/init \) \
	-exec shellcheck --severity=warning {} +
tools/build.sh build-lint -DCMAKE_C_COMPILER=clang -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
echo "==> clang-tidy"
# Off: what this code does on purpose. clang-analyzer 14 is off as a whole, its findings here were all false.
off=easily-swappable-parameters,reserved-identifier,sizeof-expression,macro-parentheses,narrowing-conversions
off=$off,not-null-terminated-result,integer-division
find src tests/unit -name '*.c' -exec clang-tidy --quiet -p build-lint --warnings-as-errors='*' \
	--checks="-*,bugprone-*,-bugprone-$(echo "$off" | sed 's/,/,-bugprone-/g')" {} +
