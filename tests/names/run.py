#!/usr/bin/env python3
"""Any bytes as the name of a pod, a container, an image, a label or a cgroup: the page is one that a strict parser takes, and the
names of a neighbour stay. run.py [SEED [TREES]] makes that many nodes of random names; the same seed makes the same ones. promtool
has its say too where there is one.
"""
import os, random, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/../identity")
from run import LABELS, NODEGAUGE, make

SIX = set(LABELS)
BUNDLES = "run/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json"
USERDATA = "run/containers/storage/overlay-containers/%s/userdata/config.json"
DOCKER = "var/lib/docker/containers/%s/config.v2.json"
PODMAN = "var/lib/containers/storage/overlay-containers/containers.json"
NEIGHBOUR = "5a" * 32


# names ---------------------------------------------------------------------------------------------------------------------------

PIECES = ['"', "\\", "\n", "\r", "\t", "\0", "\x7f", "{", "}", ",", "=", "#", " ", "/", "_", "-", ":", "@", "\u00e9", "\u2028", "\ufeff",
          "\ufffd", "\U0001f4a9", '",pod="x', "\n# TYPE a counter\na 1\n", "\\n", "\\\"", "nginx", "docker.io", "sha256:", "a.b/c"]


def text(rng):
    """Bytes of any kind, mostly but not always UTF-8."""
    kind = rng.randrange(8)
    if kind == 0:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(40)))
    if kind == 1:
        return rng.choice([b"x", b"\xc3\xa9", b'"', b"\xff", b"a/"]) * rng.choice([4095, 4096, 4097, 1 << 20])
    if kind == 2:
        return chr(rng.choice([rng.randrange(0xd800), rng.randrange(0xe000, 0x110000)])).encode() * rng.randrange(5)
    return "".join(rng.choice(PIECES) for _ in range(rng.randrange(6))).encode()


def quoted(rng, value):
    """A JSON string: escaped, raw but for what ends it, with surrogates of which one may be alone, or broken."""
    kind = rng.randrange(10)
    if kind == 0:
        return b'"' + value + b'"'
    if kind == 1:
        return b'"' + value[:50].replace(b"\\", b"").replace(b'"', b"") + rng.choice([b"\\ud800", b"\\ud83d\\ude00", b"\\u0000", b"\\x"]) + b'"'
    escaped = b"".join(b"\\u%04x" % c if c < 32 or c in b'"\\' else bytes([c]) for c in value[:8192]) if len(value) < 8192 else \
        value.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return b'"' + (escaped.decode("utf-8", "replace").encode() if kind < 8 else escaped) + b'"'


def members(rng, keys):
    """Some of these keys with any values, and one key of any name."""
    pairs = [(b'"' + key.encode() + b'"', text(rng)) for key in keys if rng.randrange(8)]
    pairs.append((quoted(rng, text(rng)[:2000]) if rng.randrange(2) else b'"app"', text(rng)))
    rng.shuffle(pairs)
    return b"{" + b",".join(key + b":" + quoted(rng, value) for key, value in pairs) + b"}"


def containerd(rng, _):
    cri = "io.kubernetes.cri."
    kind = rng.choice([b"sandbox", b"container"])
    annotations = members(rng, [cri + key for key in ("sandbox-namespace", "sandbox-name", "sandbox-uid", "container-name", "image-name")])
    return b'{"annotations":{"%scontainer-type":"%s",' % (cri.encode(), kind) + annotations[1:] + b"}"


def crio(rng, _):
    names = members(rng, ["io.kubernetes.pod.name", "io.kubernetes.pod.namespace", "io.kubernetes.container.name",
                          "io.kubernetes.cri-o.Name", "io.kubernetes.cri-o.ContainerName", "io.kubernetes.cri-o.ImageName"])
    labels = quoted(random.Random(8), members(rng, ["app", "app.kubernetes.io/name", "team"]))
    return b'{"annotations":{"io.kubernetes.cri-o.ContainerType":"sandbox","io.kubernetes.cri-o.Labels":' + labels + b"," + names[1:] + b"}"


def docker(rng, _):
    labels = members(rng, ["io.kubernetes.pod.name", "io.kubernetes.pod.namespace", "io.kubernetes.container.name", "annotation.team"])
    return b'{"Name":%s,"Config":{"Image":%s,"Labels":%s}}' % (quoted(rng, text(rng)), quoted(rng, text(rng)), labels)


def podman(rng, container):
    metadata = quoted(random.Random(8), members(rng, ["name", "image-name"]))
    return b'[{"id":"%s","metadata":%s}]' % (container.encode(), metadata)


def cgroup(rng, container):
    """A container's, a pod's or any name; the kernel allows every byte but the slash."""
    odd = text(rng)[:60]
    name = rng.choice([b"cri-containerd-%s.scope", b"crio-%s.scope", b"docker-%s.scope", b"libpod-%s", b"%s", odd + b"-%s.scope",
                       odd + b":%s", odd + b".slice", odd, b"pod" + odd])
    name = (name.replace(b"%s", container.encode())).replace(b"/", b"|").replace(b"\0", b"0")[:255]
    return b"_" if name in (b"", b".", b"..") else name


# nodes ---------------------------------------------------------------------------------------------------------------------------

def write(root, path, data):
    os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
    with open(os.path.join(root, path), "wb") as f:
        f.write(data)


def link(rng, root, container):
    name = (text(rng)[:150] + b"-" + container.encode() + b".log").replace(b"/", b"_").replace(b"\0", b"0")
    target = text(rng)[:900].replace(b"\0", b"/") + rng.choice([b"", b"/a_b_c/d/0.log"])
    logs = os.fsencode(root) + b"/var/log/containers/"
    os.makedirs(logs, exist_ok=True)
    if not os.path.lexists(logs + name):
        os.symlink(target or b"x", logs + name)


def node(rng, root):
    """A tree of cgroups with records of every runtime. The neighbour is plain."""
    pod = "/kubepods/burstable/pod5f0c2b5e-1d1e-4c8b-9d3f-0a1b2c3d4e5f"
    make(root, [pod + "/" + NEIGHBOUR])
    write(root, BUNDLES % NEIGHBOUR, b'{"annotations":{"io.kubernetes.cri.sandbox-namespace":"default","io.kubernetes.cri.sandbox-name":"web-0",'
          b'"io.kubernetes.cri.container-name":"app","io.kubernetes.cri.image-name":"a.example/web:1"}}')
    write(root, "etc/containerd/config.toml", b'sandbox_image = "' + text(rng)[:5000] + b'"\n')
    for _ in range(12):
        container = "%064x" % rng.getrandbits(256)
        path = os.fsencode(root) + b"/sys/fs/cgroup/" + rng.choice([b"", b"kubepods/", pod[1:].encode() + b"/"]) + cgroup(rng, container)
        os.makedirs(path, exist_ok=True)
        for file in b"/cgroup.procs", b"/cpu.stat":
            with open(path + file, "wb") as f:
                f.write(b"usage_usec 1\n" if file == b"/cpu.stat" else b"")
        record, where = rng.choice([(containerd, BUNDLES), (crio, USERDATA), (docker, DOCKER), (podman, PODMAN)])
        data = record(rng, container)
        write(root, where % container if "%s" in where else where, data[:rng.randrange(len(data))] if rng.randrange(8) == 0 else data)
        if rng.randrange(3) == 0:
            link(rng, root, container)


# pages ---------------------------------------------------------------------------------------------------------------------------

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
PAIR = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
VALUE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|Inf)|NaN")


def sample(line):
    """The name and the labels of a sample. Text format 0.0.4, and nothing that a parser would but tolerate."""
    name = NAME.match(line)
    assert name, "no name"
    at, labels = name.end(), {}
    if line[at] == "{":
        while line[at] != "}":
            pair = PAIR.match(line, at + 1)
            assert pair, "no label"
            assert pair[1] not in labels, "label twice"
            labels[pair[1]] = pair[2]
            at = pair.end()
            assert line[at] in ",}", "labels do not end"
        at += 1
    assert list(labels) == sorted(labels), "labels not in order"
    rest = re.fullmatch(r" (\S+)( -?[0-9]+)?", line[at:])
    assert rest and VALUE.fullmatch(rest[1]), "no value"
    return name[0], labels


def parse(page):
    """[(name, labels)] of a page of bytes."""
    lines = page.decode("utf-8", "strict").split("\n")
    assert lines.pop() == "", "the last line does not end"
    families, series, found, current = set(), set(), [], None
    for line in lines:
        try:
            if line.startswith("# TYPE "):
                current, kind = line[7:].split(" ")
                assert kind in ("counter", "gauge", "untyped") and current not in families, "TYPE"
                families.add(current)
            elif line.startswith("#"):
                assert re.fullmatch(r"# HELP [a-zA-Z_:][a-zA-Z0-9_:]* (?:[^\\]|\\[\\n])*", line), "HELP"
            else:
                name, labels = sample(line)
                key = (name, *labels.items())
                assert name == current and key not in series, "twice, or not of its family"
                series.add(key)
                found.append((name, labels))
        except (AssertionError, IndexError, ValueError) as error:
            raise AssertionError(f"{error}: {line[:300]!r}") from error
    return found


def check(page):
    found = [labels for name, labels in parse(page) if name == "container_cpu_usage_seconds_total"]
    assert all(SIX <= labels.keys() for labels in found), "not all six labels"
    neighbour = [labels for labels in found if labels["name"] == NEIGHBOUR]
    assert len(neighbour) == 1, "no neighbour"
    assert [neighbour[0][name] for name in LABELS[1:]] == ["app", "a.example/web:1", NEIGHBOUR, "default", "web-0"], neighbour
    return len(found)


def find_promtool():
    done = subprocess.run([HERE + "/../../tools/prometheus.sh"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() + "/promtool" if done.returncode == 0 else None


def main(seed=1, trees=40):
    print(f"seed {seed}, {trees} trees")
    promtool, exported, labelled = find_promtool(), 0, 0
    for i in range(trees):
        rng = random.Random(f"{seed} {i}")
        with tempfile.TemporaryDirectory() as root:
            node(rng, root)
            allow = rng.choice(["*", "app*,team,*x", "io.kubernetes.*", ",*,", "app"])
            page = subprocess.run([NODEGAUGE, "--once", "--once.path=/metrics/cadvisor", "--path.rootfs=" + root, "--log.level=error",
                                   "--collector.container.labels-allow=" + allow], stdout=subprocess.PIPE, check=True).stdout
        try:
            exported += check(page)
        except AssertionError as error:
            print(f"seed {seed}, tree {i}: {error}")
            return 1
        labelled += page.count(b"container_label_") > 0
        if promtool and subprocess.run([promtool, "check", "metrics"], input=page, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).returncode == 1:
            print(f"seed {seed}, tree {i}: promtool cannot parse the page")
            return 1
    print(f"{exported} cgroups, {labelled} pages with labels of containers, {'with' if promtool else 'without'} promtool")
    return exported < 4 * trees or labelled < trees / 4


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
