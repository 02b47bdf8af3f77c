"""`cluster.yml` as values of the charts jupyterhub and dask-gateway, and as manifests. Pure functions."""

from typing import Any

import yaml

from graders.pods import Place

from .settings import Cluster, Profile

PORT = 8082  # of the academy service, in the hub's pod
AT = "/usr/local/etc/academy"  # where the hub's pod finds what this module hands it
FILE, PLACE = "cluster.yml", "grading.yml"
DATA = "/srv/jupyterhub/academy"  # the data folder, on the hub's disk
HOME, MATERIAL = "/home/jovyan", "/srv/academy/material"
HUB = {"app.kubernetes.io/name": "jupyterhub", "app.kubernetes.io/component": "hub"}
PROXY = {"app.kubernetes.io/name": "jupyterhub", "app.kubernetes.io/component": "proxy"}
SERVERS = {"app.kubernetes.io/name": "jupyterhub", "app.kubernetes.io/component": "singleuser-server"}
GATEWAY = {"app.kubernetes.io/name": "dask-gateway"}
TRAEFIK = {**GATEWAY, "app.kubernetes.io/component": "traefik"}
DASK_RELEASE = "dask-gateway"
DASK_PORT = 8000
Values = dict[str, Any]


def values(cluster: Cluster) -> Values:
    """Return the values of the chart jupyterhub."""
    first = cluster.profiles[0]
    to_dask = _to({**GATEWAY, "app.kubernetes.io/component": "traefik"}, DASK_PORT)
    return {
        "imagePullSecrets": cluster.images.pull_secrets,
        "hub": _hub(cluster),
        "proxy": {
            "service": {"type": "LoadBalancer"},
            "https": _https(cluster),
            "chp": {"networkPolicy": {"egress": [_to(HUB, PORT)]}},
        },
        "singleuser": {
            "image": _image(cluster.images.lab),
            "startTimeout": cluster.settings.servers.start_seconds,
            "cpu": _cpu(first),
            "memory": _memory(first),
            "storage": {
                "capacity": f"{cluster.storage.home_gib}Gi",
                "homeMountPath": HOME,
                "dynamic": {"storageClass": cluster.storage.storage_class},
                # what the workers of PyTorch's loaders share; it counts as memory of the pod
                "extraVolumes": [{"name": "shm", "emptyDir": {"medium": "Memory"}}],
                "extraVolumeMounts": [{"name": "shm", "mountPath": "/dev/shm"}],
            },
            # the network policy keeps the metadata server away, without a privileged container in each pod
            "cloudMetadata": {"blockWithIptables": False},
            "networkPolicy": {
                "egressAllowRules": {
                    "cloudMetadataServer": False,
                    "dnsPortsCloudMetadataServer": False,
                    "dnsPortsKubeSystemNamespace": False,
                    "dnsPortsPrivateIPs": False,
                    "nonPrivateIPs": cluster.network.internet,
                    "privateIPs": False,
                },
                "egress": [_to_dns(cluster), _to(HUB, PORT), *_if(cluster.dask.enabled, to_dask)],
            },
        },
        "scheduling": {
            "userScheduler": {"enabled": True},
            "podPriority": {"enabled": True},
            "userPlaceholder": {"enabled": cluster.placeholders > 0, "replicas": cluster.placeholders},
        },
        "prePuller": {
            "continuous": {"enabled": True},
            "hook": {"enabled": True},
            "extraImages": {p.id: _image(p.image) for p in cluster.profiles if p.image},
        },
        "cull": {"enabled": False},  # the academy's own does it, by academy.servers.idle_minutes
    }


def _hub(cluster: Cluster) -> Values:
    from_servers_and_proxy = [*_peers(SERVERS), *_peers(PROXY)]
    ingress = [{"ports": [{"port": PORT}], "from": from_servers_and_proxy}]
    files = {FILE: cluster.model_dump(mode="json", exclude_unset=True)}
    if cluster.grading:
        files[PLACE] = place(cluster).model_dump(mode="json")
    return {
        "image": _image(cluster.images.hub),
        "db": {
            "type": "sqlite-pvc",  # the name of the chart for a disk of its own, which is the data folder's
            "pvc": {
                "storage": f"{cluster.storage.hub_gib}Gi",
                "storageClassName": cluster.storage.storage_class,
            },
        },
        "labels": {"hub.jupyter.org/network-access-hub": "true"},
        "extraFiles": {name: {"mountPath": f"{AT}/{name}", "data": data} for name, data in files.items()},
        "extraConfig": {"academy": "from hub_config.kubernetes import pods\n\npods.configure(c)\n"},
        "extraEnv": {"ACADEMY_DATA": DATA, **_secrets(cluster)},
        "extraContainers": [_watch(cluster)] if cluster.grading else [],
        "service": {"extraPorts": [{"name": "academy", "port": PORT, "targetPort": PORT}]},
        "services": {DASK_RELEASE: {"display": False}} if cluster.dask.enabled else {},
        "networkPolicy": {
            "ingress": ingress
            + _if(cluster.dask.enabled, {"ports": [{"port": 8081}], "from": _peers(GATEWAY)})
        },
    }  # fmt: skip


def _secrets(cluster: Cluster) -> Values:
    keys = {"ACADEMY_DATABASE_PASSWORD": "database-password", "ACADEMY_PROVIDER_SECRET": "provider-secret"}
    if not cluster.secret:
        return {}
    where = {"name": cluster.secret, "optional": True}
    return {name: {"valueFrom": {"secretKeyRef": {**where, "key": key}}} for name, key in keys.items()}


def _watch(cluster: Cluster) -> Values:
    """Return the container beside the hub that grades what arrives, a pod each."""
    return {
        "name": "grading",
        "image": cluster.images.hub,
        "command": ["python", "-m", "graders.cli", "grade", "--watch", "--feedback"],
        "args": [f"--cluster=kubernetes:{AT}/{PLACE}"],
        "env": [{"name": "ACADEMY_DATA", "value": DATA}],
        "volumeMounts": [
            {"name": "pvc", "mountPath": DATA.rpartition("/")[0]},
            {"name": "files", "mountPath": f"{AT}/{PLACE}", "subPath": PLACE},
        ],
        "securityContext": {
            "runAsUser": 1000,
            "runAsGroup": 1000,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def _https(cluster: Cluster) -> Values:
    shared = {"enabled": True, "hosts": [cluster.domain]}
    if cluster.tls.kind == "letsencrypt":
        return {**shared, "type": "letsencrypt", "letsencrypt": {"contactEmail": cluster.tls.email}}
    return {**shared, "type": "secret", "secret": {"name": cluster.tls.secret}}


def _image(image: str) -> Values:
    """Return an image as the chart joins it, by a colon; of a digest, ``name@sha256`` is the name."""
    name, _, tag = image.rpartition(":")
    return {"name": name, "tag": tag}


def _cpu(profile: Profile) -> Values:
    return {"limit": profile.cpu, "guarantee": profile.cpu / 2}


def _memory(profile: Profile) -> Values:
    return {"limit": f"{profile.memory_mib}M", "guarantee": f"{profile.memory_mib}M"}


def _if(holds: bool, value: Values) -> list[Values]:
    return [value] if holds else []


def _peers(labels: dict[str, str]) -> list[Values]:
    return [{"podSelector": {"matchLabels": labels}}]


def _to(labels: dict[str, str], port: int) -> Values:
    return {"to": _peers(labels), "ports": [{"port": port, "protocol": "TCP"}]}


def _to_dns(cluster: Cluster) -> Values:
    there = {"kubernetes.io/metadata.name": cluster.network.dns_namespace}
    return {
        "to": [{"namespaceSelector": {"matchLabels": there}}],
        "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
    }


def place(cluster: Cluster) -> Place:
    """Return what the grader is told of the pods that it starts."""
    said = cluster.grading.model_dump()
    return Place(**said, image=cluster.images.lab, pull_secret=cluster.images.pull_secret)


def manifests(cluster: Cluster) -> list[Values]:
    """Return what grading needs beside the chart: a namespace without network, the right to start pods."""
    if not cluster.grading:
        return []
    space, most = cluster.grading.namespace, cluster.grading.at_once
    memory = f"{most * cluster.grading.memory_mib}Mi"
    restricted = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    return [
        _kind("v1", "Namespace", space, {}, labels=restricted),
        _kind("networking.k8s.io/v1", "NetworkPolicy", "nothing", {
            "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        }, space),
        _kind("v1", "ResourceQuota", "grading", {
            "spec": {"hard": {"pods": str(most), "limits.memory": memory}},
        }, space),
        _kind("rbac.authorization.k8s.io/v1", "Role", "grader", {
            "rules": [
                {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create", "delete"]},
                {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
                {"apiGroups": [""], "resources": ["pods/attach"], "verbs": ["get", "create"]},
            ],
        }, space),
        _kind("rbac.authorization.k8s.io/v1", "RoleBinding", "grader", {
            "subjects": [{"kind": "ServiceAccount", "name": "hub", "namespace": cluster.namespace}],
            "roleRef": {"kind": "Role", "name": "grader", "apiGroup": "rbac.authorization.k8s.io"},
        }, space),
    ]  # fmt: skip


def _kind(
    api: str,
    kind: str,
    name: str,
    rest: Values,
    space: str | None = None,
    labels: dict[str, str] | None = None,
) -> Values:
    about = {
        "name": name,
        **({"namespace": space} if space else {}),
        **({"labels": labels} if labels else {}),
    }
    return {"apiVersion": api, "kind": kind, "metadata": about, **rest}


def dask_environment(cluster: Cluster) -> dict[str, str]:
    """Return what people's servers are told of the gateway."""
    if not cluster.dask.enabled:
        return {}
    host = f"traefik-{DASK_RELEASE}"
    return {
        "DASK_GATEWAY__ADDRESS": f"http://{host}",
        "DASK_GATEWAY__PROXY_ADDRESS": f"gateway://{host}:80",
        "DASK_GATEWAY__AUTH__TYPE": "jupyterhub",
    }


def dask_values(cluster: Cluster) -> Values:
    """Return the values of the chart dask-gateway, installed as `DASK_RELEASE` beside the hub."""
    size = {
        "cores": {"request": cluster.dask.worker_cpu, "limit": cluster.dask.worker_cpu},
        "memory": dict.fromkeys(("request", "limit"), f"{cluster.dask.worker_memory_mib}M"),
    }
    most = f"c.ClusterConfig.cluster_max_workers = {cluster.dask.most_workers}\n"
    return {
        "gateway": {
            "auth": {
                "type": "jupyterhub",
                "jupyterhub": {
                    "apiUrl": "http://hub:8081/hub/api",
                    # the hub's chart makes the token; with the name only who may use the service gets in
                    "apiTokenFromSecretName": "hub",
                    "apiTokenFromSecretKey": f"hub.services.{DASK_RELEASE}.apiToken",
                    "jupyterhubServiceName": DASK_RELEASE,
                },
            },
            "backend": {
                "image": _image(cluster.images.lab),
                "imagePullSecrets": cluster.images.pull_secrets,
                "scheduler": size,
                "worker": size,
            },
            "extraConfig": {"academy": most + "c.ClusterConfig.idle_timeout = 1800\n"},
        },
        "traefik": {"service": {"type": "ClusterIP"}},
    }


def as_yaml(value: object) -> str:
    """Return values or manifests as a file."""
    dump = yaml.safe_dump_all if isinstance(value, list) else yaml.safe_dump
    return dump(value, allow_unicode=True, sort_keys=False)
