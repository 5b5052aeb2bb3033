"""What the chart renders, checked against what Kubernetes and the Prometheus Operator need of it; $HELM names helm."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import yaml

CHART = pathlib.Path(__file__).resolve().parents[2] / "helm" / "nodegauge"
CASES = sorted(path.name.removesuffix("-values.yaml") for path in CHART.glob("ci/*-values.yaml"))
SELECTOR = {"app.kubernetes.io/name": "nodegauge", "app.kubernetes.io/instance": "nodegauge"}
MONITOR = "prometheus.serviceMonitor.enabled=true"

NODE_NAME = ["__meta_kubernetes_pod_node_name"]
INSTANCE = {"action": "replace", "sourceLabels": NODE_NAME, "targetLabel": "instance"}
NODE = {"action": "replace", "sourceLabels": NODE_NAME, "targetLabel": "node"}
PATH = {"action": "replace", "sourceLabels": ["__metrics_path__"], "targetLabel": "metrics_path"}
NOT_OURS = {"action": "labeldrop", "regex": "(pod|container|service|namespace)"}


def job(name):
    return {"action": "replace", "targetLabel": "job", "replacement": name}


RELABELINGS = {
    "native": ("nodegauge", [INSTANCE], [job("nodegauge-containers"), NODE, INSTANCE, NOT_OURS]),
    "kube-prometheus": ("node-exporter", [INSTANCE], [PATH, job("kubelet"), NODE, INSTANCE, NOT_OURS]),
}

PRIVILEGES = {
    "nonroot-filecap": (65532, {"drop": ["ALL"], "add": ["DAC_READ_SEARCH"]}),
    "root": (0, {"drop": ["ALL"]}),
    "none": (65532, {"drop": ["ALL"]}),
}


class UniqueKeys(yaml.SafeLoader):
    """YAML in which a key that comes twice is an error, as it is for the API server."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise yaml.constructor.ConstructorError(None, None, f"a key twice in {keys}", node.start_mark)
        return super().construct_mapping(node, deep)


def template(*sets, values=None, chart=CHART):
    command = [os.environ["HELM"], "template", "nodegauge", str(chart), "--namespace", "monitoring"]
    command += [arg for value in sets for arg in ("--set", value)]
    command += ["--values", str(values)] if values else []
    return subprocess.run(command, capture_output=True, text=True)


def render(*sets, **options):
    """The objects of the chart by kind."""
    result = template(*sets, **options)
    if result.returncode:
        raise AssertionError(result.stderr)
    return {item["kind"]: item for item in yaml.load_all(result.stdout, UniqueKeys) if item}


def case(name, *sets):
    return render(*sets, values=CHART / "ci" / f"{name}-values.yaml")


def pod_of(objects):
    return objects["DaemonSet"]["spec"]["template"]["spec"]


def container_of(objects):
    return pod_of(objects)["containers"][0]


def listen_args(objects):
    return [arg for arg in container_of(objects)["args"] if arg.startswith("--web.listen-address")]


class EveryCase:
    """Holds whatever the values; one class for each file in ci/."""

    @classmethod
    def setUpClass(cls):
        objects = case(cls.name, MONITOR)
        cls.kinds = objects
        cls.daemonset, cls.service, cls.account, cls.monitor = (
            objects[kind] for kind in ("DaemonSet", "Service", "ServiceAccount", "ServiceMonitor"))
        cls.pod, cls.container = pod_of(objects), container_of(objects)

    def test_objects(self):
        self.assertEqual(len(self.kinds), 4)
        self.assertEqual({item["metadata"]["namespace"] for item in self.kinds.values()}, {"monitoring"})

    def test_one_selector(self):
        self.assertEqual(self.daemonset["spec"]["selector"], {"matchLabels": SELECTOR})
        self.assertEqual(self.service["spec"]["selector"], SELECTOR)
        self.assertEqual(self.monitor["spec"]["selector"], {"matchLabels": SELECTOR})
        self.assertEqual(self.monitor["spec"]["namespaceSelector"], {"matchNames": ["monitoring"]})
        self.assertLessEqual(SELECTOR.items(), self.daemonset["spec"]["template"]["metadata"]["labels"].items())
        self.assertLessEqual(SELECTOR.items(), self.service["metadata"]["labels"].items())

    def test_ports_by_name(self):
        port = self.service["spec"]["ports"][0]
        self.assertEqual([entry["name"] for entry in self.container["ports"]], ["metrics"])
        self.assertEqual((port["name"], port["targetPort"]), ("metrics", "metrics"))
        self.assertEqual([entry["port"] for entry in self.monitor["spec"]["endpoints"]], ["metrics"] * 2)
        for probe, path in (("startup", "/readyz"), ("readiness", "/readyz"), ("liveness", "/livez")):
            self.assertEqual(self.container[probe + "Probe"]["httpGet"], {"path": path, "port": "metrics"})

    def test_host_is_read_only(self):
        self.assertEqual(self.pod["volumes"], [{"name": "rootfs", "hostPath": {"path": "/"}}])
        self.assertEqual(self.container["volumeMounts"], [{"name": "rootfs", "mountPath": "/host", "readOnly": True,
                                                           "mountPropagation": "HostToContainer"}])
        self.assertIn("--path.rootfs=/host", self.container["args"])

    def test_hardening(self):
        context = self.container["securityContext"]
        self.assertIs(self.pod["automountServiceAccountToken"], False)
        self.assertIs(self.account["automountServiceAccountToken"], False)
        self.assertEqual(self.pod["serviceAccountName"], self.account["metadata"]["name"])
        self.assertIs(self.pod["enableServiceLinks"], False)
        self.assertIs(self.pod["hostPID"], False)
        self.assertIs(self.pod["hostIPC"], False)
        self.assertIs(context["allowPrivilegeEscalation"], False)
        self.assertIs(context["readOnlyRootFilesystem"], True)
        self.assertEqual(self.pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})

    def test_every_node(self):
        self.assertEqual(self.pod["tolerations"], [{"operator": "Exists"}])
        self.assertEqual(self.pod["nodeSelector"], {"kubernetes.io/os": "linux"})


for name in CASES:
    globals()[name] = type(name, (EveryCase, unittest.TestCase), {"name": name})


class Values(unittest.TestCase):
    """What each value does."""

    def test_cases(self):
        self.assertEqual(CASES, ["default", "hostnetwork", "kube-prometheus", "root"])

    def test_compat(self):
        for compat, (name, node, containers) in RELABELINGS.items():
            with self.subTest(compat):
                objects = render(MONITOR, f"prometheus.compat={compat}")
                monitor = objects["ServiceMonitor"]["spec"]
                self.assertEqual(objects["Service"]["metadata"]["labels"][monitor["jobLabel"]], name)
                timing = {"port": "metrics", "interval": "15s", "scrapeTimeout": "10s"}
                self.assertEqual(monitor["endpoints"], [
                    {"path": "/metrics", "relabelings": node, **timing},
                    {"path": "/metrics/cadvisor", "honorLabels": True, "relabelings": containers, **timing},
                ])

    def test_monitor(self):
        self.assertNotIn("ServiceMonitor", render())
        prefix, rule = "prometheus.serviceMonitor.", {"action": "drop", "sourceLabels": ["x"], "regex": "a"}
        text = "{action: drop, sourceLabels: [x], regex: a}"
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as values:
            values.write(f"prometheus: {{serviceMonitor: {{node: {{relabelings: [{text}]}}, "
                         f"containers: {{relabelings: [{text}], metricRelabelings: [{text}]}}}}}}")
            values.flush()
            sets = [prefix + value for value in ("namespace=other", "interval=", "additionalLabels.release=kps")]
            monitor = render(MONITOR, *sets, values=values.name)["ServiceMonitor"]
        node, containers = monitor["spec"]["endpoints"]
        self.assertEqual(monitor["metadata"]["namespace"], "other")
        self.assertEqual(monitor["metadata"]["labels"]["release"], "kps")
        self.assertEqual(monitor["spec"]["namespaceSelector"], {"matchNames": ["monitoring"]})
        self.assertNotIn("interval", node)
        self.assertEqual(node["relabelings"], [INSTANCE, rule])
        self.assertNotIn("metricRelabelings", node)
        self.assertEqual(containers["relabelings"][-2:], [NOT_OURS, rule])
        self.assertEqual(containers["metricRelabelings"], [rule])

    def test_privilege_mode(self):
        for mode, (uid, capabilities) in PRIVILEGES.items():
            with self.subTest(mode):
                objects = render(f"privilegeMode={mode}")
                context = pod_of(objects)["securityContext"]
                self.assertEqual((context["runAsUser"], context["runAsGroup"]), (uid, uid))
                self.assertIs(context["runAsNonRoot"], uid != 0)
                self.assertEqual(container_of(objects)["securityContext"]["capabilities"], capabilities)
        self.assertEqual(pod_of(case("root"))["securityContext"]["runAsUser"], 0)
        self.assertEqual(pod_of(render())["securityContext"]["runAsUser"], 65532)

    def test_listen_port(self):
        for port in (9100, 9200):
            objects = render(f"listenPort={port}")
            self.assertEqual(listen_args(objects), [f"--web.listen-address=:{port}"])
            self.assertEqual(container_of(objects)["ports"][0]["containerPort"], port)
            self.assertEqual(objects["Service"]["spec"]["ports"][0]["port"], port)
        self.assertNotIn("9100", template("listenPort=9200", MONITOR).stdout)
        self.assertNotIn("env", container_of(render()))

    def test_host(self):
        self.assertIs(pod_of(render())["hostNetwork"], False)
        self.assertIs(pod_of(case("hostnetwork"))["hostNetwork"], True)
        objects = render("host.pid=true", "host.mountPropagation=None")
        self.assertIs(pod_of(objects)["hostPID"], True)
        self.assertEqual(container_of(objects)["volumeMounts"][0]["mountPropagation"], "None")

    def test_image(self):
        digest = "sha256:" + "0" * 64
        for image, sets in (
                ("ghcr.io/nodegauge/nodegauge:0.1.0", []),
                ("localhost/nodegauge:test", ["image.registry=localhost,image.repository=nodegauge,image.tag=test"]),
                ("mirror/nodegauge/nodegauge:0.1.0", ["global.imageRegistry=mirror"]),
                (f"ghcr.io/nodegauge/nodegauge@{digest}", [f"image.digest={digest}"])):
            self.assertEqual(container_of(render(*sets))["image"], image)

    def test_probes(self):
        liveness = ["probes.liveness.httpGet=null", "probes.liveness.exec.command={a,b}"]
        container = container_of(render("probes.startup=null", *liveness))
        self.assertNotIn("startupProbe", container)
        self.assertEqual(container["livenessProbe"]["exec"], {"command": ["a", "b"]})
        self.assertNotIn("httpGet", container["livenessProbe"])

    def test_labels(self):
        objects = render(MONITOR, "podLabels.tier=b", "commonLabels.team=a",
                         "commonLabels.app\\.kubernetes\\.io/name=c")
        for item in objects.values():
            self.assertEqual(item["metadata"]["labels"]["team"], "a")
        pod = objects["DaemonSet"]["spec"]["template"]["metadata"]["labels"]
        self.assertEqual((pod["team"], pod["tier"]), ("a", "b"))
        self.assertLessEqual(SELECTOR.items(), pod.items())
        self.assertEqual(objects["DaemonSet"]["spec"]["selector"]["matchLabels"], SELECTOR)

    def test_lists(self):
        objects = render("extraArgs={--no-collector.arp}", "extraEnv[0].name=A,extraEnv[0].value=b",
                         "imagePullSecrets[0].name=s", "priorityClassName=p", "podAnnotations.a=b")
        container, pod = container_of(objects), pod_of(objects)
        self.assertEqual(container["args"][-1], "--no-collector.arp")
        self.assertIn("--collector.netdev.device-exclude=^(veth.*|[a-f0-9]{15})$", container["args"])
        self.assertEqual(container_of(render("collectorArgs={--collector.stat}"))["args"][-1], "--collector.stat")
        self.assertEqual(container["env"][-1], {"name": "A", "value": "b"})
        self.assertEqual((pod["imagePullSecrets"], pod["priorityClassName"]), ([{"name": "s"}], "p"))
        self.assertEqual(objects["DaemonSet"]["spec"]["template"]["metadata"]["annotations"], {"a": "b"})

    def test_service_account(self):
        objects = render("serviceAccount.create=false")
        self.assertNotIn("ServiceAccount", objects)
        self.assertEqual(pod_of(objects)["serviceAccountName"], "default")

    def test_schema(self):
        for wrong in ("prometheus.compat=mixin", "privilegeMode=admin", "listenPort=0", "image.digest=abc",
                      "listenPorts=1"):
            self.assertIn("values don't meet the specifications of the schema", template(wrong).stderr, wrong)
        render("global.storageClass=x", "enabled=true")

    def test_notes(self):
        notes = {compat: self.notes(f"prometheus.compat={compat}", "listenPort=9200") for compat in RELABELINGS}
        for text in notes.values():
            self.assertIn("nodeExporter: {enabled: false", text)
            self.assertIn("cAdvisor: false", text)
            self.assertNotIn("9100", text)
        self.assertIn("--set prometheus.compat=kube-prometheus", notes["native"])
        self.assertNotIn("--set prometheus.compat", notes["kube-prometheus"])

    def notes(self, *sets):
        """NOTES.txt, which helm prints only with a cluster: here as the data of an object."""
        with tempfile.TemporaryDirectory() as directory:
            chart = shutil.copytree(CHART, pathlib.Path(directory) / "nodegauge")
            (chart / "templates" / "notes.yaml").write_text(
                'kind: Notes\ntext: {{ include (print .Template.BasePath "/NOTES.txt") . | toJson }}\n')
            return render(*sets, chart=chart)["Notes"]["text"]


if __name__ == "__main__":
    unittest.main()
