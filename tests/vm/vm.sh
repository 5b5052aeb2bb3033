#!/bin/bash
# Runs a command on a stock Linux kernel with cgroup v2, in a QEMU guest that needs neither KVM nor root.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

usage() {
	cat >&2 <<-'USAGE'
	usage: vm.sh [option]... [-- COMMAND [ARG]...]       (without a command: a shell)
	Exits with COMMAND's status; 77: QEMU or a kernel is missing; 124: timed out; 125: the guest died.
	  -f SRC[:DST]      copy a static executable, script or directory into the guest (default /bin/NAME)
	  -o DIR            unpack what COMMAND leaves in /out into DIR
	  -m MODULE         load this kernel module too
	  -k VERSION        Debian's kernel of its backports, 6.12; default that of this release
	  -d SIZE           attach an empty disk: /dev/vda, /dev/vdb, ...
	  -n SIZE           attach an empty NVMe disk: /dev/nvme0n1, ...
	  -g v2|hybrid|v1   what is mounted on /sys/fs/cgroup (default v2)
	  -M MIB            memory (default 512)
	  -q "ARG.."        more QEMU arguments
	  -t SECONDS        time limit (default 120)
	USAGE
	exit 2
}
give_up() { echo "vm.sh: $2" >&2; exit "$1"; }

modules=(virtio_pci virtio_console virtio_blk virtio-rng veth)
files=() disks=() nvmes=() extra=() out='' version='' cgroup=v2 memory=512 limit=120
while getopts f:o:m:k:d:n:g:M:q:t: option; do
	case $option in
	f) files+=("$OPTARG") ;;
	o) out=$OPTARG ;;
	m) modules+=("$OPTARG") ;;
	k) version=$OPTARG ;;
	d) disks+=("$OPTARG") ;;
	n) nvmes+=("$OPTARG") modules+=(nvme) ;;
	g) cgroup=$OPTARG ;;
	M) memory=$OPTARG ;;
	q) read -ra extra <<<"$OPTARG" ;;
	t) limit=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))

[[ $(uname -m) == x86_64 ]] || give_up 77 "the guest's kernel is for amd64 only"
for tool in qemu-system-x86_64 busybox modprobe cpio; do
	command -v $tool >/dev/null || give_up 77 "$tool is missing; try: apt-get install qemu-system-x86 busybox-static kmod cpio"
done
kernel=${NODEGAUGE_KERNEL:-}
[[ $kernel ]] || kernel=$("$here/../../tools/kernel.sh" "$version") || give_up 77 "no kernel to boot"
image=$( (find "$kernel/boot" -name 'vmlinuz-*' 2>/dev/null || true) | sort -V | tail -n 1)
[[ $image ]] || give_up 77 "no kernel in $kernel/boot"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
root=$tmp/root

add_modules() {
	local module verb path name
	for module in "${modules[@]}"; do
		modprobe -d "$kernel" -S "${image##*/vmlinuz-}" --show-depends "$module" >"$tmp/needed" ||
			give_up 125 "the kernel has no module $module"
		while read -r verb path _; do
			name=$(basename "$path") name=${name%.ko*}.ko
			[[ $verb == insmod && ! -e $root/modules/$name ]] || continue
			case $path in *.xz) xz -dc "$path" ;; *) cat "$path" ;; esac >"$root/modules/$name"
			echo "$name" >>"$root/modules/order"
		done <"$tmp/needed"
	done
}

add_file() {
	local source=${1%%:*} target=/bin/${1##*/}
	[[ $1 == *:* ]] && target=${1#*:}
	mkdir -p "$root$(dirname "$target")"
	cp -aLT "$source" "$root$target"
}

mkdir -p "$root"/{bin,dev,etc,host,mnt,modules,out,proc,root,sys,tmp,run,var}
cp "$(command -v busybox)" "$root/bin/"
cp "$here/init" "$root/init"
add_modules
for file in "${files[@]}"; do add_file "$file"; done
command=$( (($# == 0)) || printf '%q ' "$@")
printf 'cgroup=%q\ncommand=%q\n' "$cgroup" "$command" >"$root/etc/vm.conf"
(cd "$root" && find . | cpio -oH newc -R 0:0 --quiet) >"$tmp/initrd"

# Without cx16: QEMU 7.2 gets the flags of cmpxchg16b wrong, which Linux 6.12 allocates memory with.
args=(-nodefaults -no-user-config -display none -no-reboot -accel tcg -M q35 -cpu "Nehalem,+pdpe1gb,-cx16" -smp 2 -m "$memory"
	-kernel "$image" -initrd "$tmp/initrd" -nic none -device virtio-rng-pci
	-append "console=ttyS0 quiet panic=-1 mitigations=off no_timer_check tsc=reliable random.trust_cpu=on cryptomgr.notests psi=1")
for i in "${!disks[@]}"; do
	truncate -s "${disks[i]}" "$tmp/disk$i"
	args+=(-drive "if=virtio,format=raw,cache=unsafe,file=$tmp/disk$i")
done
for i in "${!nvmes[@]}"; do
	truncate -s "${nvmes[i]}" "$tmp/nvme$i"
	args+=(-drive "if=none,id=nvme$i,format=raw,cache=unsafe,file=$tmp/nvme$i" -device "nvme,drive=nvme$i,serial=nvme$i")
done
if (($# == 0)); then
	qemu-system-x86_64 "${args[@]}" "${extra[@]}" -serial mon:stdio
	exit
fi

# Serial ports carry the status, stdout, stderr and a tar of /out.
args+=(-device virtio-serial-pci -serial "file:$tmp/console")
for port in status stdout stderr out; do
	: >"$tmp/$port"
	args+=(-chardev "file,id=$port,path=$tmp/$port" -device "virtserialport,chardev=$port,name=$port")
done

# QEMU 7.2 hangs, or its guest dies, in about 1 of 130 boots before the first process, which says "up": it is started again.
boot() {
	local waited=0 rc=0
	timeout -k 5 "$limit" qemu-system-x86_64 "${args[@]}" "${extra[@]}" </dev/null &
	qemu=$!
	trap 'kill $qemu; exit 125' INT TERM
	while [[ ! -s $tmp/status ]] && kill -0 $qemu 2>/dev/null; do
		((waited++ < 300)) || { kill $qemu; wait $qemu || true; return 1; }
		sleep 0.1
	done
	wait $qemu || rc=$?
	((rc != 124)) || timed_out=1
	[[ -s $tmp/status ]]
}
timed_out=
boot || boot || { tail -n 30 "$tmp/console" >&2; give_up 125 "the guest does not start"; }
cat "$tmp/stdout"
cat "$tmp/stderr" >&2
[[ ! $out || ! -s $tmp/out ]] || { mkdir -p "$out"; tar -xf "$tmp/out" -C "$out" --no-same-owner --warning=no-timestamp; }
status=$(sed -n 2p "$tmp/status")
[[ $status ]] && exit "$status"
tail -n 30 "$tmp/console" >&2
[[ $timed_out ]] && give_up 124 "timed out after $limit s"
give_up 125 "the guest ended without a status"
