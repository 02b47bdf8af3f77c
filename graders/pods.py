"""A pod for one submission: what it may use, and that it reaches nothing. As data."""

from typing import Any

from pydantic import Field

from catalogue.schema import Keys, Line

GRADER = "grader"  # the container's name
KEEP_SECONDS = 300  # a finished Job stays that long where its grader died
UID = 1000


class GradingPods(Keys):
    """What grading in pods may use."""

    namespace: Line = Field(
        "academy-grading",
        description="Their own namespace, which nothing else is in",
        examples=["teaching-grading"],
    )
    at_once: int = Field(8, ge=1, le=200, description="Pods at the same time", examples=[16])
    memory_mib: int = Field(
        4096, ge=1024, description="Memory of a pod; both sides of a submission", examples=[8192]
    )
    cpu: float = Field(1, gt=0, le=64, description="Cores of a pod", examples=[2])
    seconds: int = Field(
        900, ge=60, description="Seconds until a pod is ended, its start included", examples=[1800]
    )
    runtime_class: Line | None = Field(
        None,
        description="A RuntimeClass that keeps its kernel apart from the node's; left out, the node's own",
        examples=["gvisor"],
    )


class Place(GradingPods):
    """What the grader is told of the pods that it starts."""

    image: Line = Field(description="What they run")
    pull_secret: Line | None = Field(None, description="Secret with the registry's password, in `namespace`")


def job(place: Place, name: str) -> dict[str, Any]:
    """Return the Job of one submission.

    It gets the submission by its standard input and answers by its standard output. So it needs no network,
    which the namespace's policy denies it, no token, and no file but its own ``/tmp``.

    Parameters
    ----------
    place
        What it may use.
    name
        Of the Job; unique in the namespace.
    """
    size = {"memory": f"{place.memory_mib}Mi", "cpu": f"{place.cpu:g}"}
    container = {
        "name": GRADER,
        "image": place.image,
        "command": ["python", "-m", "graders.parcel"],
        "stdin": True,
        "stdinOnce": True,
        "env": [
            {"name": "HOME", "value": "/tmp"},
            {"name": "OMP_NUM_THREADS", "value": "1"},
        ],
        "resources": {"limits": size, "requests": size},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }
    spec = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": UID,
            "runAsGroup": UID,
            "fsGroup": UID,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": size["memory"]}}],
    }
    if place.runtime_class:
        spec["runtimeClassName"] = place.runtime_class
    if place.pull_secret:
        spec["imagePullSecrets"] = [{"name": place.pull_secret}]
    labels = {"app.kubernetes.io/name": "academy-grading"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": place.namespace, "labels": labels},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": place.seconds,
            "ttlSecondsAfterFinished": KEEP_SECONDS,
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }
