#!/bin/sh
# The chart is installed, scraped under both sets of job names and uninstalled; what check.py wants to see is left in /out.
set -e
. /guest/cluster.sh

install() { # COMPAT
	helm upgrade --install nodegauge /guest/nodegauge -n monitoring -f /guest/values.yaml --set "prometheus.compat=$1" >/dev/null
}

# The manifests as they are, but for images and commands that the node has.
start_sidecars() {
	kubectl create namespace restricted
	kubectl label namespace restricted pod-security.kubernetes.io/enforce=restricted
	for name in pod job; do
		sed 's|image: nodegauge:.*|image: localhost/nodegauge:test|; s|image: registry.*|image: localhost/pause:1|
			s|\[sh, -c, .*|[/bin/busybox, sleep, "30"]|; /args: \[pause\]/d' "/guest/sidecar/$name.yaml" | kubectl -n restricted create -f -
	done
}
sidecar_page() { # NAME[-SUFFIX]
	address=$(kubectl -n restricted get pod -l "app.kubernetes.io/name=${1%%-*}" -o 'jsonpath={.items[0].status.podIP}')
	wget -q -O - "http://$address:9100/metrics" >"/out/sidecar-$1.prom"
}
take_sidecar_pages() {
	kubectl -n restricted wait --for=jsonpath='{.status.ready}'=1 job/job --timeout=300s
	sidecar_page job
	kubectl -n restricted wait --for=condition=Ready pod/app --timeout=300s
	sidecar_page app
	our_page /metrics/cadvisor >/out/sidecar-node.prom
}
# One more scrape and the job's sidecar ends; without it in a minute.
end_job() {
	kubectl -n restricted wait --for=jsonpath='{.status.containerStatuses[0].state.terminated.exitCode}'=0 \
		pod -l app.kubernetes.io/name=job --timeout=300s
	sidecar_page job-last
	kubectl -n restricted wait --for=condition=Complete job/job --timeout=300s
}

# Those that end do so under our eyes.
end_some() {
	kubectl create -f /guest/ending.yaml
	kubectl wait --for=condition=Complete job/ended --timeout=300s
	kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=2 pod/killed --timeout=300s
	kubectl wait --for=condition=Ready pod/killed --timeout=300s
	our_page /metrics/cadvisor >/out/ended.prom
}

our_page() { # PATH
	wget -q -O - "http://$(kubectl -n monitoring get pod -o 'jsonpath={.items[0].status.podIP}'):9100$1"
}
kubelet_page() { # PATH
	kubectl get --raw "/api/v1/nodes/node/proxy$1"
}
# Has the kubelet looked at what was started last?
kubelet_knows() {
	kubelet_page /metrics/cadvisor | grep -q '^container_memory_usage_bytes{container="main".*pod="killed"'
}
# Has the kubelet looked at every container since the time $3, in milliseconds? Its page $1 goes to $2.
kubelet_looked() {
	kubelet_page "$1" >"$2"
	awk -v time="$3" '/^[a-z]*_cpu_usage_seconds_total/ && $NF < time { exit 1 }' "$2"
}
# Ours between two of the kubelet's.
take_page() { # NAME
	kubelet_page "/metrics/$1" >"/out/before-$1.prom"
	our_page "/metrics/$1" >"/out/ours-$1.prom"
	await kubelet_looked "/metrics/$1" "/out/after-$1.prom" "$(date +%s)999"
}
take_pages() {
	await kubelet_knows
	take_page cadvisor
	take_page resource
	our_page /metrics >/out/node.prom
	for process in $(pidof nodegauge); do   # sidecars are such too
		! grep -q path.rootfs "/proc/$process/cmdline" || cat "/proc/$process/status" >/out/status
	done
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
kubectl wait --for=condition=Ready pod --all --timeout=300s >/dev/null
start_operator >/dev/null
kubectl create namespace monitoring >/dev/null
install native
kubectl -n monitoring rollout status daemonset/nodegauge --timeout=300s >/dev/null
say "rolled out"
start_sidecars >/dev/null
take_sidecar_pages >/dev/null
end_job >/dev/null
say "sidecars"
end_some >/dev/null
say "ended"
take_pages
say "looked at by the kubelet too"

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

kubectl get pod -A -o json >/out/pods.json
kubectl -n monitoring logs daemonset/nodegauge >/out/nodegauge.log
kinds=$(kubectl api-resources --verbs=list --namespaced -o name | grep -Ev "^(events|endpoints$)" | paste -s -d ,)
everything | grep -q daemonset.apps/nodegauge
helm uninstall nodegauge -n monitoring >/dev/null
await nothing_left
say "uninstalled"
