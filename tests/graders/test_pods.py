"""A pod a submission: what it may, as data; the grader against an API server that runs pods as processes."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from catalogue.folders import CHECKOUT
from graders import cli, grade, parcel, release
from graders.errors import CourseError, EngineFailed, Refusal
from graders.pods import Place, job
from tests.graders.test_batch import ANSWERS, outcome
from tests.graders.test_course import hand_in
from tests.kube_api import KubeApi, Manifest

PLACE = Place(image="registry.example.edu/academy-lab:0.1.0", memory_mib=2048, runtime_class="gvisor",
              pull_secret="registry", at_once=2, seconds=60)  # fmt: skip


@pytest.fixture
def api(tmp_path: Path) -> Iterator[KubeApi]:
    with KubeApi(tmp_path) as running, running.found():
        yield running


@pytest.fixture
def place(tmp_path: Path) -> str:
    path = tmp_path / "grading.yml"
    path.write_text(yaml.safe_dump(PLACE.model_dump(mode="json")))
    return f"kubernetes:{path}"


@pytest.fixture(scope="module")
def released(labs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released") / "data"
    release("means", data=folder, source=labs)
    return folder


@pytest.fixture
def data(released: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released, tmp_path / "data"))


def rights_of_a_pod() -> list[str]:
    """Return what starts a command with the rights that `job` leaves a pod, and its walls by Landlock alone.

    User 1000 without capabilities or new privileges, everything read-only but /tmp and /dev/shm, no network.
    Where the host cannot do so the command runs as it is.
    """
    tools = [shutil.which(name) for name in ("bwrap", "setpriv")]
    if os.geteuid() != 0 or None in tools:
        return []
    own = {"/dev", "/proc", "/root", "/tmp"}
    shown = [str(path) for path in Path("/").iterdir() if path.is_dir() and str(path) not in own]
    shown += [sys.base_prefix, sys.prefix, str(CHECKOUT)]
    # what lies below /root is found by everybody
    binds = [word for path in reversed(Path(sys.base_prefix).parents[:-1]) for word in ("--dir", str(path))]
    binds += [word for path in shown for word in ("--ro-bind", path, path)]
    spaces = [word for path in ("/tmp", "/dev/shm") for word in ("--perms", "1777", "--tmpfs", path)]
    walled = [
        tools[0],
        *["--unshare-net", "--unshare-pid", "--proc", "/proc", "--dev", "/dev"],
        *spaces,
        *binds,
    ]
    user = ["--reuid=1000", "--regid=1000", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
    rights = [*walled, "--setenv", "ACADEMY_WALL", "landlock", tools[1], *user]
    asked = "import sys, sandbox; sys.exit(sandbox.capabilities().kind != 'landlock')"
    return rights if subprocess.run([*rights, sys.executable, "-c", asked]).returncode == 0 else []


def graded(data: Path, labs: Path, **options: object) -> dict:
    return {r.learner: r for r in grade("means", data=data, source=labs, collect=False, **options)}


def test_a_submissions_pod_has_no_token_no_rights_no_disk_and_a_kernel_of_its_own():
    made = job(PLACE, "grade-1")
    kubernetes_validate.validate(made, "1.34", strict=True)
    assert made["metadata"]["namespace"] == "academy-grading"
    assert {key: made["spec"][key] for key in ("backoffLimit", "activeDeadlineSeconds")} == {
        "backoffLimit": 0,
        "activeDeadlineSeconds": 60,
    }
    assert made["spec"]["ttlSecondsAfterFinished"] > 0
    pod = made["spec"]["template"]["spec"]
    assert pod["runtimeClassName"] == "gvisor"
    assert pod["imagePullSecrets"] == [{"name": "registry"}]
    assert (pod["automountServiceAccountToken"], pod["enableServiceLinks"]) == (False, False)
    assert "serviceAccountName" not in pod
    assert not {"hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"} & set(pod)
    assert pod["restartPolicy"] == "Never"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["image"] == PLACE.image
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    size = {"memory": "2048Mi", "cpu": "1"}
    assert container["resources"] == {"limits": size, "requests": size}
    assert pod["volumes"] == [{"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "2048Mi"}}]
    assert (container["stdin"], container["stdinOnce"]) == (True, True)


def test_without_a_sandboxed_runtime_or_a_registrys_password_neither_is_named():
    pod = job(Place(image="lab:1"), "grade-1")["spec"]["template"]["spec"]
    assert not {"runtimeClassName", "imagePullSecrets"} & set(pod)


def test_an_answer_is_whole_whatever_its_pieces_and_nothing_but_json():
    whole = parcel.LENGTH.pack(11) + b'{"a": "bc"}'
    frames = parcel.Frames()
    assert [frames.add(whole[i : i + 3]) for i in range(0, 18, 3)] == [None] * 6
    assert frames.add(whole[18:] + b"more") == b'{"a": "bc"}'
    with pytest.raises(EngineFailed, match="at most"):
        parcel.Frames().add(parcel.LENGTH.pack(2**60))
    for wrong in (b"\x80\x04N.", b"[]", b"3", b"{}", b'{"failed": true}'):
        with pytest.raises(EngineFailed, match="cannot be read"):
            parcel.answer_of(wrong)
    with pytest.raises(Refusal, match="another lab") as told:
        parcel.answer_of(json.dumps({"refused": "of another lab", "failed": False}).encode())
    assert not isinstance(told.value, EngineFailed)


@pytest.mark.slow
def test_pods_give_the_scores_of_this_machine_and_nothing_of_them_stays(
    api: KubeApi, place: str, data: Path, labs: Path, answered: Callable
) -> None:
    api.runtime = rights_of_a_pod()
    hand_in(data, "ada", answered(**ANSWERS[1]))
    hand_in(data, "ends", answered(**ANSWERS[3]))  # its code ends the process that runs it
    hand_in(data, "unreadable", b"not a notebook")
    there = graded(data, labs, cluster=place)
    assert {name: r.status for name, r in there.items()} == {
        "ada": "graded",
        "ends": "graded",
        "unreadable": "unreadable",
    }
    assert [one["kind"] for one in api.ever] == ["Job"] * 2  # one each, and none for what is no notebook
    assert (api.jobs, api.pods) == ({}, {})
    assert {one["metadata"]["namespace"] for one in api.ever} == {"academy-grading"}
    found = outcome(data, ["ada", "ends"])
    again = graded(data, labs, cluster=place)
    assert (again["ada"].kept, again["ends"].kept, len(api.ever)) == (True, True, 2)
    graded(data, labs, force=True)
    assert outcome(data, ["ada", "ends"]) == found


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (
            {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason":
             "Unschedulable", "message": "0/3 nodes are available: 3 Insufficient memory."}]},
            "did not start within 1 s: Unschedulable 0/3 nodes are available",
        ),
        (
            {"phase": "Pending", "containerStatuses": [{"name": "grader", "ready": False, "image": "x",
             "imageID": "", "restartCount": 0, "state": {"waiting": {"reason": "ImagePullBackOff"}}}]},
            "did not start within 1 s: ImagePullBackOff",
        ),
        ({"phase": "Failed"}, "ended before it was given its work"),
    ],
)  # fmt: skip
def test_a_pod_that_does_not_run_is_a_refusal_that_says_why(
    api: KubeApi,
    place: str,
    data: Path,
    labs: Path,
    answered: Callable,
    monkeypatch,
    status: Manifest,
    says: str,
) -> None:
    hand_in(data, "ada", answered(**ANSWERS[0]))
    api.becomes = lambda pod: status
    path = Path(place.partition(":")[2])
    quick = PLACE.model_copy(update={"seconds": 1})
    monkeypatch.setattr("graders.kubernetes.validate", lambda *_: quick)
    result = graded(data, labs, cluster=f"kubernetes:{path}")["ada"]
    assert (result.status, result.scores) == ("refused", {})
    assert says in result.reason
    assert (api.jobs, api.pods) == ({}, {})


def test_who_may_start_no_pods_is_told_what_gives_the_right(
    api: KubeApi, place: str, data: Path, labs: Path, answered: Callable
) -> None:
    hand_in(data, "ada", answered(**ANSWERS[0]))
    api.forbidden = "/jobs"
    reason = graded(data, labs, cluster=place)["ada"].reason
    assert "forbidden" in reason
    assert "./academy cluster grading makes academy-grading" in reason


def test_a_pod_that_dies_at_work_is_tried_again_then_refused_with_its_last_words(
    api: KubeApi, place: str, data: Path, labs: Path, answered: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(data, "ada", answered(**ANSWERS[0]))
    dies = ["python", "-c", "import sys; sys.stdin.buffer.read(8); sys.exit('the node is out of memory')"]
    whole = job

    def broken(*given: object) -> Manifest:
        made = whole(*given)
        made["spec"]["template"]["spec"]["containers"][0]["command"] = dies
        return made

    monkeypatch.setattr("graders.kubernetes.job", broken)
    result = graded(data, labs, cluster=place)["ada"]
    assert (result.status, result.scores) == ("refused", {})
    assert "ended without an answer: the node is out of memory" in result.reason
    assert len(api.ever) == 2


def test_a_place_that_is_none_is_one_clear_line(data: Path, labs: Path, answered: Callable, tmp_path: Path):
    hand_in(data, "ada", answered(**ANSWERS[0]))
    (tmp_path / "wrong.yml").write_text("image: lab:1\nmemory_mb: 5\n")
    with pytest.raises(CourseError, match=r"unknown key memory_mb, .*wrong\.yml:2; the nearest: memory_mib"):
        graded(data, labs, cluster=f"kubernetes:{tmp_path}/wrong.yml")


def test_outside_of_any_cluster_that_is_said(
    place: str, data: Path, labs: Path, answered: Callable, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    hand_in(data, "ada", answered(**ANSWERS[0]))
    monkeypatch.setattr("kubernetes_asyncio.config.KUBE_CONFIG_DEFAULT_LOCATION", "/nonexistent")
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setattr("graders.course.CHECKOUT", labs.parent)
    assert cli.main(["grade", "means", "--data", str(data), "--no-collect", "--cluster", place]) == 2
    assert "no cluster to grade in" in capsys.readouterr().err
