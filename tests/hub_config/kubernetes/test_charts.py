"""What helm would send to a cluster: the real charts, each manifest held against Kubernetes' own schemas."""

import hashlib
import re
from pathlib import Path

import pytest
import yaml

import hub_config.cli
from catalogue.folders import CHECKOUT
from hub_config.deployment import Deployment
from hub_config.errors import HubError
from hub_config.kubernetes import rendering
from hub_config.kubernetes.cli import main
from hub_config.kubernetes.values import dask_values, manifests, values
from tests.hub_config.kubernetes.chart import Manifest, example, of_kind, rendered

BARE = [
    ("dask: {enabled: true, most_workers: 8}\n", ""),
    ("placeholders: 4\n", ""),
    ("  pull_secret: registry\n", ""),
    ("{storage_class: standard, home_gib: 10, hub_gib: 20}", "{}"),
    ("secret: academy                 # a Secret with database-password\n", ""),
    ('  database: {url: "postgresql://academy@db.example.edu/academy"}\n', ""),
    ("grading:\n  at_once: 16\n  memory_mib: 4096\n  cpu: 1\n  runtime_class: gvisor\n", ""),
]
OWN_TLS = ("tls: {kind: letsencrypt, email: it@example.edu}", "tls: {kind: secret, secret: academy-tls}")
DIGEST = ("academy-hub:0.1.0", "academy-hub@sha256:" + "0123456789abcdef" * 4)
ONLINE = ("storage: {", "network: {internet: true, dns_namespace: openshift-dns}\nstorage: {")


@pytest.mark.parametrize("changes", [[], BARE, [OWN_TLS, DIGEST, ONLINE]], ids=["example", "bare", "other"])
def test_kubernetes_would_take_each_manifest(tmp_path: Path, changes):
    cluster = example(tmp_path, *changes)
    made = [*rendered(cluster), *manifests(cluster)]
    assert {"Deployment", "NetworkPolicy", "Secret", "ConfigMap", "DaemonSet"} <= {m["kind"] for m in made}
    assert list(rendering.faults(made)) == []


def test_a_field_that_kubernetes_does_not_know_is_a_fault(tmp_path: Path):
    made = manifests(example(tmp_path))
    made[1]["spec"]["podSelektor"] = {}
    assert re.search("NetworkPolicy nothing: .*podSelektor", "\n".join(rendering.faults(made)))


def test_a_value_that_the_chart_does_not_know_is_told_with_its_key(tmp_path: Path):
    wrong = values(example(tmp_path))
    wrong["singleuser"]["memory"]["limt"] = "1G"
    with pytest.raises(HubError, match=r"/singleuser/memory.*'limt' not allowed"):
        rendering.rendered(rendering.JUPYTERHUB, wrong, "academy", "academy")


def test_browsers_get_nothing_but_tls(tmp_path: Path):
    made = rendered(example(tmp_path))
    files = of_kind(made, "ConfigMap", "autohttps")["data"]
    resolver = yaml.safe_load(files["traefik.yaml"])["certificatesResolvers"]["default"]["acme"]
    assert resolver["email"] == "it@example.edu"
    http = yaml.safe_load(files["dynamic.yaml"])["http"]
    assert http["routers"]["insecure"]["middlewares"] == ["redirect"]
    assert http["middlewares"]["redirect"]["redirectScheme"]["scheme"] == "https"
    assert http["routers"]["default"]["tls"]["domains"] == [{"main": "academy.example.edu"}]
    public = of_kind(made, "Service", "proxy-public")["spec"]
    assert public["selector"]["component"] == "autohttps"
    assert {port["port"] for port in public["ports"]} == {80, 443}


def test_an_own_certificate_comes_from_its_secret(tmp_path: Path):
    made = rendered(example(tmp_path, OWN_TLS))
    (proxy,) = of_kind(made, "Deployment", "proxy")["spec"]["template"]["spec"]["containers"]
    assert {"--redirect-port=8000", "--ssl-key=/etc/chp/tls/tls.key"} <= set(proxy["command"])
    volumes = of_kind(made, "Deployment", "proxy")["spec"]["template"]["spec"]["volumes"]
    assert {"name": "tls-secret", "secret": {"secretName": "academy-tls"}} in volumes
    assert not [m for m in made if m["metadata"]["name"] == "autohttps"]


def reached(policy: Manifest, pods: dict[str, dict[str, str]]) -> set[tuple[str, int]]:
    """Return which ports of which pods, by their labels, a policy's egress opens; DNS by its namespace."""
    found = set()
    for rule in policy["spec"]["egress"]:
        for peer in rule["to"]:
            assert len(peer) == 1  # and never an address
            ((kind, selector),) = peer.items()
            wanted, there = selector["matchLabels"].items(), pods
            if kind == "namespaceSelector":
                there = {"dns": {"kubernetes.io/metadata.name": "kube-system"}}
            names = [name for name, labels in there.items() if wanted <= labels.items()]
            found |= {(name, port["port"]) for name in names for port in rule["ports"]}
    return found


def test_servers_reach_hub_proxy_gateway_and_dns_and_nothing_else(tmp_path: Path):
    cluster = example(tmp_path)
    made = rendered(cluster)
    gateway = rendering.rendered(rendering.DASK, dask_values(cluster), "dask-gateway", cluster.namespace)
    pods = {
        m["metadata"]["name"]: m["spec"]["template"]["metadata"]["labels"]
        for m in made + gateway
        if m["kind"] in ("Deployment", "DaemonSet", "StatefulSet")
    }
    assert len(pods) > 8
    policy = of_kind(made, "NetworkPolicy", "singleuser")
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert reached(policy, pods) == {
        *(("hub", port) for port in (8081, 8082)),
        ("proxy", 8000),
        *(("autohttps", port) for port in (8080, 8443)),
        ("traefik-dask-gateway", 8000),
        ("dns", 53),
    }
    (ingress,) = policy["spec"]["ingress"]
    assert ingress["from"] == [
        {"podSelector": {"matchLabels": {"hub.jupyter.org/network-access-singleuser": "true"}}}
    ]


def test_the_internet_and_other_dns_only_where_it_is_said(tmp_path: Path):
    policy = of_kind(rendered(example(tmp_path, ONLINE)), "NetworkPolicy", "singleuser")["spec"]
    (block,) = [peer["ipBlock"] for rule in policy["egress"] for peer in rule["to"] if "ipBlock" in peer]
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.169.254/32"} <= set(block["except"])
    spaces = [
        p["namespaceSelector"] for rule in policy["egress"] for p in rule["to"] if "namespaceSelector" in p
    ]
    assert spaces == [{"matchLabels": {"kubernetes.io/metadata.name": "openshift-dns"}}]


def test_servers_and_proxy_reach_the_academy_service_in_the_hubs_pod(tmp_path: Path):
    made = rendered(example(tmp_path))
    ports = {p["name"]: p["port"] for p in of_kind(made, "Service", "hub")["spec"]["ports"]}
    assert ports == {"hub": 8081, "academy": 8082}
    rules = of_kind(made, "NetworkPolicy", "hub")["spec"]["ingress"]
    (rule,) = [one for one in rules if one["ports"] == [{"port": 8082}]]
    parts = {peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in rule["from"]}
    assert parts == {"singleuser-server", "proxy"}
    own = of_kind(made, "Deployment", "hub")["spec"]["template"]["metadata"]["labels"]
    asks = {"hub.jupyter.org/network-access-hub": "true"}  # as the service does, through the hub's address
    assert asks.items() <= own.items()
    assert {"podSelector": {"matchLabels": asks}} in [peer for rule in rules for peer in rule["from"]]
    to_hub = of_kind(made, "NetworkPolicy", "proxy")["spec"]["egress"]
    assert {"port": 8082, "protocol": "TCP"} in [port for rule in to_hub for port in rule.get("ports", ())]


def test_the_hub_has_its_disk_its_file_and_secrets_by_name_alone(tmp_path: Path):
    cluster = example(tmp_path)
    made = rendered(cluster)
    claim = of_kind(made, "PersistentVolumeClaim", "hub-db-dir")["spec"]
    assert (claim["storageClassName"], claim["resources"]["requests"]["storage"]) == ("standard", "20Gi")
    pod = of_kind(made, "Deployment", "hub")["spec"]["template"]["spec"]
    hub, grading = pod["containers"]
    assert hub["image"] == grading["image"] == "registry.example.edu/academy-hub:0.1.0"
    env = {one["name"]: one for one in hub["env"]}
    assert env["ACADEMY_DATABASE_PASSWORD"]["valueFrom"]["secretKeyRef"] == {
        "name": "academy", "key": "database-password", "optional": True,
    }  # fmt: skip
    mounts = {mount["mountPath"] for mount in hub["volumeMounts"]}
    assert {"/srv/jupyterhub", "/usr/local/etc/academy/cluster.yml"} <= mounts
    assert env["ACADEMY_DATA"]["value"].startswith("/srv/jupyterhub/")
    assert grading["args"] == ["--cluster=kubernetes:/usr/local/etc/academy/grading.yml"]
    assert {m["name"] for m in grading["volumeMounts"]} <= {v["name"] for v in pod["volumes"]}
    assert pod["imagePullSecrets"] == [{"name": "registry"}]


def test_without_grading_pods_nothing_stands_beside_the_hub(tmp_path: Path):
    cluster = example(tmp_path, *BARE)
    pod = of_kind(rendered(cluster), "Deployment", "hub")["spec"]["template"]["spec"]
    assert [one["name"] for one in pod["containers"]] == ["hub"]
    assert manifests(cluster) == []


def test_images_are_there_before_somebody_waits_for_them_and_places_are_kept(tmp_path: Path):
    made = rendered(example(tmp_path))
    pod = of_kind(made, "DaemonSet", "continuous-image-puller")["spec"]["template"]["spec"]
    images = {one["image"] for one in pod["initContainers"] + pod["containers"]}
    assert {f"registry.example.edu/academy-{n}:0.1.0" for n in ("lab", "lab-cann")} <= images
    kept = of_kind(made, "StatefulSet", "user-placeholder")["spec"]
    assert kept["replicas"] == 4
    (container,) = kept["template"]["spec"]["containers"]
    assert container["resources"]["requests"] == {"cpu": 1, "memory": "4096M"}
    assert kept["template"]["spec"]["priorityClassName"] == "academy-user-placeholder-priority"


def test_grading_has_a_namespace_without_network_and_a_bound(tmp_path: Path):
    space, policy, quota, role, binding = manifests(example(tmp_path))
    assert space["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert quota["spec"]["hard"] == {"pods": "16", "limits.memory": "65536Mi"}
    assert {m["metadata"]["namespace"] for m in (policy, quota, role, binding)} == {"academy-grading"}
    assert not {"secrets", "*"} & {name for rule in role["rules"] for name in rule["resources"]}
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "hub", "namespace": "academy"}]


def test_the_gateway_asks_the_hub_with_the_token_that_the_hubs_chart_makes(tmp_path: Path):
    cluster = example(tmp_path)
    made = rendering.rendered(rendering.DASK, dask_values(cluster), "dask-gateway", cluster.namespace)
    assert list(rendering.faults(made)) == []
    pod = of_kind(made, "Deployment", "api-dask-gateway")["spec"]["template"]["spec"]
    env = {one["name"]: one for container in pod["containers"] for one in container["env"]}
    token = env["JUPYTERHUB_API_TOKEN"]["valueFrom"]["secretKeyRef"]
    assert token["key"] in of_kind(rendered(cluster), "Secret", token["name"])["data"]
    assert of_kind(made, "Service", "traefik-dask-gateway")["spec"]["type"] == "ClusterIP"


def test_the_dockerfile_takes_every_version_from_the_lock():
    text = (CHECKOUT / "hub_config/kubernetes/Dockerfile").read_text(encoding="utf-8")
    told = [line for line in text.splitlines() if not line.startswith("#")]
    (installs,) = [line for line in told if "pip install" in line]
    assert "--no-deps -r /tmp/requirements.lock" in installs
    assert "COPY requirements.lock /tmp/requirements.lock" in text
    assert not re.search(r"pip install[^\n]* [a-zA-Z][\w-]*(==|$)", "\n".join(told))
    python = re.search(r"^FROM python:(3\.\d+)-", text, re.MULTILINE)[1]
    assert f"FROM python:{python}-slim-bookworm" in (CHECKOUT / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == [
        f"python:{python}-slim-bookworm",
        "locked",
        "locked",
    ]


def test_the_charts_are_the_released_ones_that_their_page_names():
    page = (rendering.CHARTS / "README.md").read_text(encoding="utf-8")
    for chart in (rendering.JUPYTERHUB, rendering.DASK):
        assert f"`{chart.name}`" in page
        assert hashlib.sha256(chart.read_bytes()).hexdigest() in page


def test_the_command_writes_what_it_checks(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["cluster", "init"]) == 0
    assert main(["cluster", "init"]) == 3
    capsys.readouterr()
    cluster = example(tmp_path)
    for verb, made in (("values", values), ("dask", dask_values), ("grading", manifests)):
        assert main(["cluster", verb, "cluster.yml", "-o", f"{verb}.yaml"]) == 0
        text = (tmp_path / f"{verb}.yaml").read_text(encoding="utf-8")
        load = yaml.safe_load_all if verb == "grading" else yaml.safe_load
        found = load(text)
        assert (list(found) if verb == "grading" else found) == made(cluster)
    assert main(["cluster", "values", "cluster.yml"]) == 0
    assert capsys.readouterr().out == (tmp_path / "values.yaml").read_text(encoding="utf-8")
    example(tmp_path, *BARE)
    for verb in ("dask", "grading"):
        assert main(["cluster", verb]) == 2
        assert "nothing is needed for it" in capsys.readouterr().err
    assert main(["cluster", "values", "-o", "/nowhere/values.yaml"]) == 2
    assert "cannot write /nowhere/values.yaml" in capsys.readouterr().err


def test_the_pages_commands_run_as_written(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    page = (CHECKOUT / "docs/hub/kubernetes.md").read_text(encoding="utf-8")
    ours = re.findall(r"^\./academy (cluster [^#\n]*)", page, re.MULTILINE)
    assert len(ours) == 5
    for words in ours:
        assert main(words.split()) == 0, words
        assert ("--check" in words) == (" manifests, 0 faults, " in capsys.readouterr().out)
    installs = re.findall(r"^helm upgrade --install (\S+) (\S+) -n academy -f (\S+)", page, re.MULTILINE)
    applied = re.findall(r"^kubectl apply -f (\S+)", page, re.MULTILINE)
    assert len(installs) == 2
    assert {made.name for made in tmp_path.glob("*.yaml")} == {*(file for _, _, file in installs), *applied}
    for name, chart, file in installs:
        text = (tmp_path / file).read_text(encoding="utf-8")
        assert rendering.rendered(CHECKOUT / chart, yaml.safe_load(text), name, "academy")


def test_what_the_page_runs_in_the_hubs_pod_is_there(tmp_path: Path):
    page = (CHECKOUT / "docs/hub/kubernetes.md").read_text(encoding="utf-8")
    inside = re.findall(r"^kubectl -n academy exec deploy/(\w+) -c (\w+) -- (.+)", page, re.MULTILINE)
    assert len(inside) == 2
    for deployment, container, command in inside:
        pod = of_kind(rendered(example(tmp_path)), "Deployment", deployment)["spec"]["template"]["spec"]
        (env,) = [one["env"] for one in pod["containers"] if one["name"] == container]
        (data,) = [one["value"] for one in env if one["name"] == "ACADEMY_DATA"]
        words = command.split()
        if words[0] == "cat":
            assert Path(words[1]) == Deployment(Path(data)).first_passwords
        else:
            assert words[:3] == ["python", "-m", "hub_config.cli"]
            assert hub_config.cli._parser().parse_args(words[3:]).add_learner == "ada"


def test_a_check_that_finds_something_says_it_and_fails(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    example(tmp_path, *BARE)
    monkeypatch.setattr(rendering, "faults", lambda made: iter(["Pod x: wrong"] if made else []))
    assert main(["cluster", "values", "--check"]) == 1
    assert "academy: Pod x: wrong" in capsys.readouterr().err
