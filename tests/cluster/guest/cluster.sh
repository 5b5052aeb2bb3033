#!/bin/sh
# A cluster of one node, for test.sh to start.
export PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin HOME=/root KUBECONFIG=/guest/kubeconfig.yaml GOGC=400
cgroups=/sys/fs/cgroup

say() {
	echo "[$(cut -d ' ' -f 1 /proc/uptime)] $*"
}
# Tries a command for some minutes.
await() {
	for _ in $(seq 150); do
		! "$@" >/tmp/await 2>&1 || return 0
		sleep 2
	done
	say "never succeeded: $*"
	cat /tmp/await
	return 1
}
# Starts a daemon in a cgroup of its own, with its log in /out.
start() {
	mkdir "$cgroups/system.slice/$1.service"
	{
		(echo 0 >"$cgroups/system.slice/$1.service/cgroup.procs" && exec "$@") >"/out/$1.log" 2>&1
		say "$1 ended with $?:" "$(tail -n 1 "/out/$1.log")"
	} &
}

prepare_kernel() {
	mount --make-rshared /
	mkdir $cgroups/system.slice
	sed 's/[^ ]*/+&/g' $cgroups/system.slice/cgroup.controllers >$cgroups/system.slice/cgroup.subtree_control
	ip link set eth0 up
	ip address add 10.0.2.15/24 dev eth0
	ip route add default via 10.0.2.2
	sysctl -qw net.ipv4.ip_forward=1 vm.overcommit_memory=1 kernel.panic=10 kernel.panic_on_oops=1
}

start_api_server() {
	start etcd --name=node --data-dir=/run/etcd --unsafe-no-fsync
	start kube-apiserver --etcd-servers=http://127.0.0.1:2379 --advertise-address=10.0.2.15 --service-cluster-ip-range=10.96.0.0/16 \
		--allow-privileged --authorization-mode=RBAC --client-ca-file=/pki/certificate \
		--tls-cert-file=/pki/certificate --tls-private-key-file=/pki/key \
		--kubelet-client-certificate=/pki/certificate --kubelet-client-key=/pki/key --kubelet-preferred-address-types=InternalIP \
		--service-account-issuer=https://kubernetes.default.svc \
		--service-account-key-file=/pki/certificate --service-account-signing-key-file=/pki/key
}

start_containerd() {
	mkdir -p /etc/containerd
	cp /guest/containerd.toml /etc/containerd/config.toml
	start containerd
	await ctr version
	for image in /pause.tar /guest/nodegauge.tar; do ctr -n k8s.io images import $image >/dev/null; done
}

start_node() {
	start kubelet --config=/guest/kubelet.yaml --kubeconfig="$KUBECONFIG" --hostname-override=node --node-ip=10.0.2.15
	start kube-scheduler --kubeconfig="$KUBECONFIG" --leader-elect=false
	start kube-controller-manager --kubeconfig="$KUBECONFIG" --leader-elect=false \
		--service-account-private-key-file=/pki/key --root-ca-file=/pki/certificate
	kubectl wait --for=create node/node --timeout=300s
	kubectl wait --for=create serviceaccount/default --timeout=300s
	kubectl wait --for=condition=Ready node/node --timeout=300s
}

# kubectl takes a second here, so that it is better let wait than asked again.
start_cluster() {
	prepare_kernel
	start_api_server
	start_containerd
	await wget -q -O - --no-check-certificate https://127.0.0.1:6443/readyz
	say "API server ready"
	start_node >/dev/null
	say "node ready"
}
