"""The charts, rendered and checked as a cluster would check them; without a cluster."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from helm_python import Chart, HelmError

from ..errors import HubError

CHARTS = Path(__file__).resolve().parent / "chart"
JUPYTERHUB, DASK = CHARTS / "jupyterhub-4.4.0.tgz", CHARTS / "dask-gateway-2026.3.0.tgz"
KUBERNETES = "1.34"
# kinds of a chart's own, of which Kubernetes has no schema
FOREIGN = ("traefik.io/",)


def rendered(chart: Path, values: dict[str, Any], name: str, namespace: str) -> list[dict[str, Any]]:
    """Return what helm would send to a cluster.

    Raises
    ------
    HubError
        When the chart does not take the values, with the key.
    """
    try:
        with Chart.load(chart) as loaded:
            texts = loaded.render(values, name=name, namespace=namespace)
    except HelmError as error:
        raise HubError(f"the chart {chart.name} does not take these values: {error}") from error
    pages = (text for path, text in sorted(texts.items()) if path.endswith((".yaml", ".yml")))
    return [document for page in pages for document in yaml.safe_load_all(page) if document]


def faults(manifests: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what Kubernetes would refuse, unknown fields included."""
    for manifest in manifests:
        if manifest["apiVersion"].startswith(FOREIGN):
            continue
        try:
            kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
        except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
            said = getattr(error, "message", error)
            yield f"{manifest['kind']} {manifest['metadata']['name']}: {said}"
