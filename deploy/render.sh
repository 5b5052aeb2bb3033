#!/bin/sh
# Renders the chart into the manifests of this directory, or into directory $1; $HELM may name a helm.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
chart=$here/../helm/nodegauge
helm=${HELM:-$("$here/../tools/helm.sh")}

render() {
	echo "# Rendered from helm/nodegauge by deploy/render.sh."
	"$helm" template nodegauge "$chart" --namespace monitoring --values "$1"
}

render "$chart/ci/default-values.yaml" >"$out/nodegauge.yaml"
render "$chart/ci/kube-prometheus-values.yaml" >"$out/kube-prometheus.yaml"
