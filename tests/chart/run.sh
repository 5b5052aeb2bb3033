#!/bin/sh
# Lints the chart, checks what it renders and that deploy/ holds the same; ends 77 where helm cannot be had.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
chart=$root/helm/nodegauge
HELM=${HELM:-$("$root/tools/helm.sh")}
export HELM

"$HELM" lint --strict --quiet "$chart"
for values in "$chart"/ci/*-values.yaml; do
	"$HELM" lint --strict --quiet --values "$values" "$chart"
done

python3 "$here/chart_test.py"

rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
"$root/deploy/render.sh" "$rendered"
for manifest in "$rendered"/*.yaml; do
	diff -u "$root/deploy/${manifest##*/}" "$manifest" || {
		echo "deploy/${manifest##*/} is not what the chart renders; run deploy/render.sh" >&2
		exit 1
	}
done
