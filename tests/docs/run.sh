#!/bin/bash
# docs/metrics.md is what the program prints; elsewhere links lead to files, flags exist, and no help text is told again.
set -eu
cd "$(dirname "$0")/../.."
nodegauge=${NODEGAUGE:-build/nodegauge}
help=$("$nodegauge" --help)
flag_name='(?<![\w-])--\K(no-)?(collector|log|once|path|web)(\.[\w.-]*\w)?(?![\w.]*\*|\.?NAME)'
failed=0

wrong() {
	echo "$*" >&2
	failed=1
}

# A flag with a value takes the first --version for it, or is a number or a duration.
is_flag() {
	"$nodegauge" "--$1" --version --version >/dev/null 2>&1 || "$nodegauge" "--$1=0" --version >/dev/null 2>&1
}

"$nodegauge" --markdown | diff -u docs/metrics.md - || wrong "docs/metrics.md: make docs writes it anew"
twice=$(grep -oE '^  --[^ =,]+' <<<"$help" | sort | uniq -d)
[ -z "$twice" ] || wrong "--help has twice: $twice"

for page in *.md docs/*.md deploy/*.md; do
	for link in $(grep -oP '\]\(\K[^)#]+' "$page" | grep -v '://'); do
		[ -e "$(dirname "$page")/$link" ] || wrong "$page: no such file: $link"
	done
	[ "$page" != docs/metrics.md ] || continue
	for flag in $(sed 's/\[no-\]//g; s/--collector\.NAME//g' "$page" | grep -oP -- "$flag_name" | sort -u); do
		is_flag "$flag" || wrong "$page: no such flag: --$flag"
	done
	! grep -nFf <(grep -oP '^ {8}\K.{30,}' <<<"$help") "$page" || wrong "$page: that is what --help says"
done
exit $failed
