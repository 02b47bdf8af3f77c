"""A whole hub as in its pod: the chart's configuration and ours, a proxy of its own, servers as pods.

The pods are processes that find what the lab's image holds and no more; an API server of ours starts them.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from catalogue.folders import CHECKOUT
from hub_config.accounts import Accounts
from hub_config.deployment import Deployment, free_ports
from hub_config.kubernetes.values import HOME, MATERIAL
from hub_config.material import publish
from tests.hub_config.kubernetes.chart import example, in_the_pod, of_kind, rendered
from tests.hub_process import Person
from tests.kube_api import KubeApi
from tests.tls_front import TlsFront

pytestmark = [pytest.mark.slow, pytest.mark.rota(3)]

UP_SECONDS = 300
STATED = [
    ('  database: {url: "postgresql://academy@db.example.edu/academy"}\n', "  labs: [first-programs]\n"),
    ("  language: browser\n", "  sign_in: {own_passwords: false}\n"),
    ("groups: {learner: 4, instructor: 2}\nplaceholders", "groups: {learner: 1}\nplaceholders"),
]


def lab_image(folder: Path) -> Path:
    """Lay out what the image of people's servers holds, by the Dockerfile's own words."""
    text = (CHECKOUT / "hub_config/kubernetes/Dockerfile").read_text(encoding="utf-8")
    lab = text[text.index(" AS lab\n") :]
    copied = re.findall(r"^COPY (?!--from)(\S+) /srv/academy/(\S+)$", lab, re.MULTILINE)
    for source, target in copied:
        shutil.copytree(CHECKOUT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
    assert f"COPY --from=hub /srv/material {MATERIAL}" in lab
    publish(folder / "material")
    return folder


class PodHub:
    """The hub, its proxy and their ports; what `Person` asks of a hub."""

    def __init__(self, folder: Path, api: KubeApi, front: TlsFront) -> None:
        self.data, self.log = folder / "data", folder / "hub.log"
        self.port, inner, proxy_api, academy, server = free_ports(5)
        self.url, front.behind, self.processes = front.url, self.port, []
        manifests = rendered(example(folder, *STATED))
        config = in_the_pod(manifests, folder, {"hub_container_port = 8081": f"hub_container_port = {inner}"})
        (folder / "config" / "hub").write_text("localhost")
        (folder / "config" / "proxy-api").write_text("127.0.0.1")
        first = f"from hub_config.kubernetes import pods\npods.ACADEMY = 'http://localhost:{academy}'\n"
        last = f"\nc.KubeSpawner.port = {server}\n"
        config.write_text(first + config.read_text() + last)
        token = (folder / "secret" / "hub.config.ConfigurableHTTPProxy.auth_token").read_text()
        environment = os.environ | {
            "CONFIGPROXY_AUTH_TOKEN": token,
            "ACADEMY_DATA": str(self.data),
            "POD_NAMESPACE": "academy",
            "KUBECONFIG": str(api.kubeconfig),
            "LOCALHOST_SERVICE_PORT": str(inner),
            "127.0.0.1_SERVICE_PORT": str(proxy_api),
        }
        hub = of_kind(manifests, "Deployment", "hub")["spec"]["template"]["spec"]["containers"][0]
        assert hub["args"][0] == "jupyterhub"
        arguments = [
            str(config) if word.endswith("jupyterhub_config.py") else word for word in hub["args"][1:]
        ]
        ports = ["--ip=127.0.0.1", f"--port={self.port}", "--api-ip=127.0.0.1", f"--api-port={proxy_api}"]
        with self.log.open("w") as log:
            for words in (["hub_config.proxy", *ports], ["jupyterhub", *arguments]):
                command = [sys.executable, "-m", *words]
                self.processes.append(
                    subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
                )

    def wait(self) -> None:
        """Return when hub and academy service answer through the proxy."""
        end = time.monotonic() + UP_SECONDS
        for path in ("/hub/health", "/services/academy/health"):
            while True:
                try:
                    if requests.get(self.url + path, timeout=5).status_code == 200:
                        break
                except requests.RequestException:
                    pass
                ended = [one.args for one in self.processes if one.poll() is not None]
                assert not ended, self.log.read_text()[-4000:]
                assert time.monotonic() < end, self.log.read_text()[-4000:]
                time.sleep(0.3)

    def stop(self) -> None:
        """End hub and proxy."""
        for process in reversed(self.processes):
            process.terminate()
            process.wait(60)

    def sign_in(self, name: str, role: str) -> Person:
        """Return somebody new who is signed in."""
        password = Accounts(Deployment(self.data).accounts).add(name, role)
        person = Person(self, name)
        assert person.try_password(password).status_code == 302
        return person


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubeApi]:
    image, home = lab_image(tmp_path_factory.mktemp("image")), tmp_path_factory.mktemp("home")
    places = {HOME: str(home), str(CHECKOUT / "hub_config"): str(image / "hub_config")}
    places[MATERIAL] = str(image / "material")
    with KubeApi(tmp_path_factory.mktemp("api"), places=places, image=image) as running:
        yield running


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, api: KubeApi) -> Iterator[PodHub]:
    with TlsFront(tmp_path_factory.mktemp("front")) as front, pytest.MonkeyPatch.context() as patched:
        patched.setenv("REQUESTS_CA_BUNDLE", str(front.certificate))
        started = PodHub(tmp_path_factory.mktemp("pod"), api, front)
        try:
            started.wait()
            yield started
        finally:
            started.stop()


def seen(person: Person, path: str, language: str = "en") -> str:
    """Return a page as a browser shows it."""
    answer = person.session.get(f"{person.hub.url}{path}", headers={"Accept-Language": language})
    return answer.content.decode()


def test_a_learner_works_in_a_pod_that_holds_no_answers(hub: PodHub, api: KubeApi):
    ada = hub.sign_in("ada", "learner")
    page = seen(ada, "/hub/spawn", language="zh-CN")
    assert all(name in page for name in ("仅处理器", "分时共享的 GPU", "昇腾 NPU"))
    answer = ada.api("POST", "/hub/api/users/ada/server", json={"profile": "shared-gpu"})
    assert answer.status_code in (201, 202), answer.text
    ada.wait_for_server()
    claim, pod = (next(m for m in api.ever if m["kind"] == kind) for kind in ("PersistentVolumeClaim", "Pod"))
    assert claim["spec"]["storageClassName"] == "standard"
    assert pod["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu.shared"] == "1"
    listed = ada.server("GET", "/assignments", params={"course_id": "academy"}).json()
    assert [one["assignment_id"] for one in listed["value"]] == ["first-programs"]
    look = (
        "import os, pathlib, catalogue, graders.kit as kit\n"
        "root = pathlib.Path(catalogue.__file__).parent.parent\n"
        "print(os.environ['ACADEMY_ROLE'], sorted(p.name for p in root.iterdir()))\n"
        "found = [p for p in pathlib.Path(os.environ['ACADEMY_MATERIAL']).rglob('*') if p.is_file()]\n"
        "print(len(found) > 50, [p for p in found if p.name == 'checkpoints.yml'])"
    )
    kept = ["catalogue", "graders", "hub_config", "learning_paths", "material", "sandbox"]
    assert ada.run(look) == f"learner {kept}\nTrue []\n"


def test_a_size_that_is_full_is_refused_on_the_page_in_both_languages(hub: PodHub, api: KubeApi):
    alan, grace = (hub.sign_in(name, "learner") for name in ("alan", "grace"))
    assert alan.api("POST", "/hub/api/users/alan/server", json={"profile": "npu"}).status_code in (201, 202)
    end = time.monotonic() + 30
    while not any("huawei.com/Ascend910" in str(made) for made in api.ever) and time.monotonic() < end:
        time.sleep(0.2)
    xsrf = next(c.value for c in grace.session.cookies if c.name == "_xsrf" and c.path == "/hub/")
    grace.session.post(f"{hub.url}/hub/spawn", data={"profile": "npu", "_xsrf": xsrf})
    time.sleep(1)
    page = seen(grace, "/hub/spawn-pending/grace")
    assert "All 1 servers of the size" in page
    assert "均已占用" in page
    assert len([made for made in api.ever if "Ascend910" in str(made)]) == 1


def test_who_may_not_take_a_size_neither_sees_it_nor_gets_it(hub: PodHub, api: KubeApi):
    mo = hub.sign_in("mo", "manager")
    page = seen(mo, "/hub/spawn")
    before = len(api.ever)
    mo.api("POST", "/hub/api/users/mo/server", json={"profile": "gpu"})
    time.sleep(1)
    assert "Processor only" in page
    assert "Ascend" not in page
    assert len(api.ever) == before
    assert "is not open to you" in seen(mo, "/hub/spawn-pending/mo")


def test_staff_see_everybody_on_the_academys_page(hub: PodHub):
    mia = hub.sign_in("mia", "manager")
    assert "learner" in seen(mia, "/services/academy/")
