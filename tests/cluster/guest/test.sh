#!/bin/sh
# The chart is installed, scraped under both sets of job names and uninstalled; what check.py wants to see is left in /out.
set -e
. /guest/cluster.sh

install() { # COMPAT
	helm upgrade --install nodegauge /guest/nodegauge -n monitoring -f /guest/values.yaml --set "prometheus.compat=$1" >/dev/null
}

# Has the kubelet looked at what was started last?
kubelet_knows() {
	kubectl get --raw /api/v1/nodes/node/proxy/metrics/cadvisor >/out/kubelet.prom
	grep -q '^container_memory_usage_bytes{container="nodegauge"' /out/kubelet.prom
}
take_pages() {
	await kubelet_knows
	address=$(kubectl -n monitoring get pod -o 'jsonpath={.items[0].status.podIP}')
	wget -q -O /out/node.prom "http://$address:9100/metrics"
	wget -q -O /out/cadvisor.prom "http://$address:9100/metrics/cadvisor"
	cat "/proc/$(pidof nodegauge)/status" >/out/status
}

start_operator() {
	kubectl create -f /crds.yaml
	await kubectl wait --for=condition=Established crd --all
	start prometheus-operator
	kubectl create -f /guest/prometheus.yaml
}

# What the operator wrote, once it has the job $1; the rest is what its reloader does in a pod.
configuration() {
	kubectl get secret prometheus-test -o 'jsonpath={.data.prometheus\.yaml\.gz}' | base64 -d | gunzip |
		sed 's/\$(SHARD)/0/; s/\$(POD_NAME)/test-0/' >/out/prometheus.yaml
	grep -q "replacement: $1\$" /out/prometheus.yaml
}
# Gives Prometheus what a pod of it would have.
start_prometheus() {
	account=/var/run/secrets/kubernetes.io/serviceaccount
	mkdir -p $account
	cp /pki/certificate $account/ca.crt
	kubectl create clusterrolebinding prometheus --clusterrole=cluster-admin --serviceaccount=default:default
	kubectl create token default >$account/token
	export KUBERNETES_SERVICE_HOST=10.0.2.15 KUBERNETES_SERVICE_PORT=6443
	start prometheus --config.file=/out/prometheus.yaml --storage.tsdb.path=/run/prometheus --web.listen-address=127.0.0.1:9090
}
query() {
	wget -q -O - "http://127.0.0.1:9090/api/v1/query?query=$1"
}
jobs_up() {
	[ "$(query up==1 | grep -o '"job":"[^"]*"' | sort | tr -d '\n')" = "$1" ]
}

everything() {
	kubectl -n monitoring get "$kinds" -o name
}
nothing_left() {
	everything >/tmp/everything && ! grep nodegauge /tmp/everything
}

start_cluster
kubectl create -f /guest/idle.yaml >/dev/null
start_operator >/dev/null
kubectl create namespace monitoring >/dev/null
install native
kubectl -n monitoring rollout status daemonset/nodegauge --timeout=300s >/dev/null
say "rolled out"
take_pages

await configuration nodegauge-containers
start_prometheus >/dev/null
await jobs_up '"job":"nodegauge""job":"nodegauge-containers"'
query '%7B__name__=~%22.%2B%22%7D' >/out/native.json
say "scraped as nodegauge and nodegauge-containers"

install kube-prometheus
await configuration kubelet
kill -HUP "$(pidof prometheus)"
await jobs_up '"job":"kubelet""job":"node-exporter"'
query '%7B__name__=~%22.%2B%22%7D' >/out/kube-prometheus.json
say "scraped as node-exporter and kubelet"

kubectl -n monitoring get pod -o json >/out/pods.json
kubectl -n monitoring logs daemonset/nodegauge >/out/nodegauge.log
kinds=$(kubectl api-resources --verbs=list --namespaced -o name | grep -Ev "^(events|endpoints$)" | paste -s -d ,)
everything | grep -q daemonset.apps/nodegauge
helm uninstall nodegauge -n monitoring >/dev/null
await nothing_left
say "uninstalled"
