"""The chart as helm renders it, and its own configuration of the hub with what it would find in the pod."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient
from traitlets.config import Config, PyFileConfigLoader

from hub_config.kubernetes import rendering, settings
from hub_config.kubernetes.cli import SAMPLE
from hub_config.kubernetes.settings import Cluster
from hub_config.kubernetes.values import FILE, values

Manifest = dict[str, Any]
IN_THE_POD = "/usr/local/etc/jupyterhub"


def example(folder: Path, *changes: tuple[str, str]) -> Cluster:
    """Return what the example states, with pieces of its text replaced."""
    text = SAMPLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "cluster.yml"
    path.write_text(text, encoding="utf-8")
    return settings.read(path)


def of_kind(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    """Return the one manifest of a kind and name."""
    (found,) = [m for m in manifests if (m["kind"], m["metadata"]["name"]) == (kind, name)]
    return found


def rendered(cluster: Cluster) -> list[Manifest]:
    """Return what helm would send; the same cluster is rendered once."""
    return deepcopy(_rendered(cluster.model_dump_json(exclude_unset=True)))


@lru_cache
def _rendered(stated: str) -> list[Manifest]:
    cluster = Cluster.model_validate_json(stated)
    return rendering.rendered(rendering.JUPYTERHUB, values(cluster), "academy", cluster.namespace)


def in_the_pod(manifests: list[Manifest], folder: Path, changes: Mapping[str, str]) -> Path:
    """Write what the hub's pod finds below `IN_THE_POD`, places changed; return the configuration's path."""
    secret, config = (of_kind(manifests, kind, "hub") for kind in ("Secret", "ConfigMap"))
    files = {name: base64.b64decode(data).decode() for name, data in secret["data"].items()}
    files |= secret.get("stringData", {})
    for place, content in (("secret", files), ("config", config["data"]), ("", config["data"])):
        (folder / place).mkdir(exist_ok=True)
        for name, text in content.items():
            for old, new in {IN_THE_POD: str(folder), **changes}.items():
                text = text.replace(old, new)
            (folder / place / name).write_text(text, encoding="utf-8")
    stated = f"pods.configure(c, __import__('pathlib').Path({str(folder / 'secret' / FILE)!r}))"
    path = folder / "secret" / "values.yaml"
    text = path.read_text(encoding="utf-8")
    assert "pods.configure(c)" in text
    path.write_text(text.replace("pods.configure(c)", stated), encoding="utf-8")
    return folder / "jupyterhub_config.py"


@contextmanager
def configured(cluster: Cluster, folder: Path) -> Iterator[Config]:
    """Yield the hub's configuration, as the chart's own file and ours make it in the pod."""
    config = in_the_pod(rendered(cluster), folder, {})
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ACADEMY_DATA", str(folder / "data"))
        patched.setenv("HUB_SERVICE_PORT", "8081")
        patched.setenv("PROXY_API_SERVICE_PORT", "8001")
        patched.syspath_prepend(str(folder))
        before = AsyncHTTPClient.configurable_base(), AsyncHTTPClient._save_configuration()
        try:
            yield PyFileConfigLoader(config.name, path=str(folder)).load_config()
        finally:
            AsyncHTTPClient._restore_configuration(before[1])
