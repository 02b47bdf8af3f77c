"""People's servers as full pod specs: the chart's own configuration with ours after it, and KubeSpawner."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace

import kubernetes_validate
import pytest
from jupyterhub import orm
from jupyterhub.objects import Hub
from jupyterhub.user import User
from kubernetes_asyncio.client import ApiClient
from tornado import web

from hub_config import settings
from hub_config.accounts import Accounts
from hub_config.deployment import Deployment
from hub_config.kubernetes.pods import AcademyPods, offered
from tests.hub_config.kubernetes.chart import Manifest, configured, example, of_kind, rendered
from tests.kube_api import KubeApi

BY_ITSELF = [
    ('  database: {url: "postgresql://academy@db.example.edu/academy"}\n', "  labs: []\n"),
    ("{learner: 4, instructor: 2}\nplaceholders", "{learner: 2, instructor: 2}\nplaceholders"),
]
PEOPLE = {"ada": "learner", "alan": "learner", "grace": "learner", "ines": "instructor", "mo": "manager"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Yield the hub's configuration, its cluster, and its people in a database."""
    folder = tmp_path_factory.mktemp("pod")
    cluster = example(folder, *BY_ITSELF)
    with KubeApi(folder) as api, api.found(), configured(cluster, folder) as c:
        accounts = Accounts(Deployment.at().accounts)
        db = orm.new_session_factory("sqlite:///:memory:")()
        for name, role in PEOPLE.items():
            accounts.add(name, role)
            user = orm.User(name=name)
            user.groups = [orm.Group.find(db, role) or orm.Group(name=role)]
            db.add(user)
            db.commit()
        with asyncio.Runner() as loop:
            yield SimpleNamespace(c=c, cluster=cluster, db=db, loop=loop)
        db.close()


def spawner_of(
    hub: SimpleNamespace, name: str, asked: dict | None = None, language: str = "en"
) -> AcademyPods:
    """Return a person's spawner as the hub makes it."""
    made_by = {
        "spawner_class": AcademyPods,
        "config": hub.c,
        "hub": Hub(ip="0.0.0.0", port=8081, connect_url="http://hub:8081", base_url="/hub/"),
        "base_url": "/",
        "allow_named_servers": False,
        "cookie_options": {},
    }

    async def make() -> AcademyPods:  # which wants a loop that runs
        return User(orm.User.find(hub.db, name), made_by, db=hub.db).spawners[""]

    spawner = hub.loop.run(make())
    spawner.user_options = asked or {}
    request = SimpleNamespace(headers={"Accept-Language": language})
    spawner.handler = SimpleNamespace(request=request)
    return spawner


def pod_of(hub: SimpleNamespace, name: str, asked: dict | None = None) -> Manifest:
    """Return the pod that somebody gets who asks for a profile, as it goes to Kubernetes."""

    async def make(spawner: AcademyPods) -> object:
        await spawner.load_user_options()
        return await spawner.get_pod_manifest()

    made = hub.loop.run(make(spawner_of(hub, name, asked)))
    whole = ApiClient.sanitize_for_serialization(ApiClient.__new__(ApiClient), made)
    return {"apiVersion": "v1", "kind": "Pod", **whole}


@pytest.fixture(autouse=True)
def nobody(hub: SimpleNamespace) -> Iterator[None]:
    """Begin and end each test with no servers."""
    AcademyPods.places.clear()
    yield
    for one in hub.db.query(orm.Spawner):
        one.server = None
    hub.db.commit()


@pytest.mark.parametrize(
    ("profile", "devices", "cores", "mib", "selector", "image"),
    [
        ("cpu", {}, 2, 4096, {}, "lab"),
        ("shared-gpu", {"nvidia.com/gpu.shared": "1"}, 4, 8192, {}, "lab"),
        ("mig", {"nvidia.com/mig-1g.10gb": "1"}, 4, 16384,
         {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB"}, "lab"),
        ("gpu", {"nvidia.com/gpu": "1"}, 8, 65536, {}, "lab"),
        ("npu", {"huawei.com/Ascend910": "1"}, 8, 32768, {"kubernetes.io/arch": "arm64"}, "lab-cann"),
    ],
)  # fmt: skip
def test_a_profile_becomes_a_whole_pod(hub, profile, devices, cores, mib, selector, image):
    pod = pod_of(hub, "ada", {"profile": profile})
    kubernetes_validate.validate(pod, "1.34", strict=True)
    spec = pod["spec"]
    (container,) = spec["containers"]
    assert "initContainers" not in spec
    assert container["image"] == f"registry.example.edu/academy-{image}:0.1.0"
    assert spec["imagePullSecrets"] == [{"name": "registry"}]
    limits, requests = container["resources"]["limits"], container["resources"]["requests"]
    assert {key: value for key, value in limits.items() if "/" in key} == devices
    assert {key: value for key, value in requests.items() if "/" in key} == devices
    assert (float(limits["cpu"]), int(limits["memory"])) == (cores, mib * 2**20)
    assert (float(requests["cpu"]), requests["memory"]) == (cores / 2, limits["memory"])
    assert spec.get("nodeSelector", {}) == selector
    tolerated = {one["key"] for one in spec["tolerations"]}
    assert "hub.jupyter.org/dedicated" in tolerated  # what the chart tolerates stays
    taint = next(iter(devices), "").replace("mig-1g.10gb", "gpu").replace("gpu.shared", "gpu")
    assert taint in {*tolerated, ""}
    assert spec["automountServiceAccountToken"] is False
    assert spec["schedulerName"] == "academy-user-scheduler"
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["runAsUser"] == 1000


def test_a_server_knows_its_service_its_person_and_where_things_are(hub):
    pod = pod_of(hub, "ada")
    env = {one["name"]: one.get("value") for one in pod["spec"]["containers"][0]["env"]}
    assert env["ACADEMY_URL"] == "http://hub:8082/services/academy"
    assert env["JUPYTERHUB_API_URL"] == "http://hub:8081/hub/api"
    assert (env["USER"], env["ACADEMY_ROLE"], env["ACADEMY_LANGUAGE"]) == ("ada", "learner", "en")
    assert env["ACADEMY_EXCHANGE_STEPS"] == "hub_config.work.steps"
    assert (env["HOME"], env["ACADEMY_MATERIAL"]) == ("/home/jovyan", "/srv/academy/material")
    assert env["DASK_GATEWAY__ADDRESS"] == "http://traefik-dask-gateway"
    assert not [name for name in env if "PASSWORD" in name or "SECRET" in name]
    mounts = {one["mountPath"] for one in pod["spec"]["containers"][0]["volumeMounts"]}
    assert mounts == {"/home/jovyan", "/dev/shm"}
    labels = pod["metadata"]["labels"].items()
    made = rendered(hub.cluster)
    policy = of_kind(made, "NetworkPolicy", "singleuser")["spec"]
    assert policy["podSelector"]["matchLabels"].items() <= labels
    opened = of_kind(made, "NetworkPolicy", "hub")["spec"]["ingress"]
    peers = [peer["podSelector"]["matchLabels"].items() for rule in opened for peer in rule["from"]]
    assert sum(peer <= labels for peer in peers) == 2  # to the hub itself, and to the academy service


def test_who_says_nothing_gets_the_first_size(hub):
    spawner = spawner_of(hub, "ada")
    hub.loop.run(spawner.load_user_options())
    assert spawner.orm_spawner.user_options == {"profile": "cpu"}


@pytest.mark.parametrize(("language", "first"), [("en-GB", "Processor only"), ("zh-CN,zh;q=0.9", "仅处理器")])
def test_people_see_what_they_may_take_in_their_language(hub, language, first):
    seen = {}
    for name in PEOPLE:
        spawner = spawner_of(hub, name, language=language)
        page = hub.loop.run(spawner.get_options_form())
        seen[name] = [profile["slug"] for profile in spawner.profile_list(spawner)]
        assert first in page
    everything = ["cpu", "shared-gpu", "mig", "gpu", "npu"]
    assert seen == {**dict.fromkeys(("ada", "alan", "grace", "ines"), everything), "mo": ["cpu"]}
    assert offered(hub.cluster, ["learner"])[1]["description"].startswith("For kernel lessons")
    assert "description" not in offered(hub.cluster, ["learner"])[0]


@pytest.mark.parametrize("asked", ["gpu", "no-such"])
def test_who_asks_by_hand_for_what_is_not_offered_is_refused_in_both_languages(hub, asked):
    with pytest.raises(
        web.HTTPError, match=f"{asked}.* not open to you; choose one of these: cpu.*规格"
    ) as no:
        pod_of(hub, "mo", {"profile": asked})
    assert no.value.status_code == 403


def test_what_else_is_asked_for_by_hand_changes_nothing(hub):
    more = {"image": "evil:1", "mem_limit": "900G", "extra_resource_limits": {"nvidia.com/gpu": 8}}
    plain, greedy = (pod_of(hub, "ada", {"profile": "cpu", **said})["spec"] for said in ({}, more))
    assert plain["containers"][0]["resources"] == greedy["containers"][0]["resources"]
    assert plain["containers"][0]["image"] == greedy["containers"][0]["image"]
    assert spawner_of(hub, "ada").orm_spawner.user_options == {"profile": "cpu"}


def noted(hub: SimpleNamespace, name: str, profile: str) -> orm.Spawner:
    """Return a server as the hub notes it before it starts."""
    row = spawner_of(hub, name).orm_spawner
    row.server, row.user_options = orm.Server(), {"profile": profile}
    hub.db.commit()
    return row


def test_a_quota_holds_for_a_role_and_says_so_in_both_languages(hub):
    for name in ("alan", "grace"):
        noted(hub, name, "npu")
        pod_of(hub, name, {"profile": "npu"})
    with pytest.raises(web.HTTPError) as no:
        pod_of(hub, "ada", {"profile": "npu"})
    assert no.value.status_code == 403
    assert "All 2 servers of the size “An Ascend NPU” that there are for your group" in str(no.value)
    assert "您所在组的 2 台“昇腾 NPU”服务器均已占用" in no.value.jupyterhub_message
    pod_of(hub, "ines", {"profile": "npu"})  # who teaches has an own quota
    pod_of(hub, "ada", {"profile": "gpu"})  # and other sizes have theirs
    pod_of(hub, "alan", {"profile": "npu"})  # an own place is no place less


def test_who_asks_at_the_same_time_and_is_refused_takes_no_place(hub):
    for name in ("ada", "alan", "grace"):  # the hub has noted all three before it starts the first
        noted(hub, name, "npu")
    assert [pod_of(hub, name, {"profile": "npu"})["kind"] for name in ("ada", "alan")] == ["Pod", "Pod"]
    with pytest.raises(web.HTTPError, match="in use"):
        pod_of(hub, "grace", {"profile": "npu"})


def test_a_place_is_free_again_when_its_server_stops_or_takes_another_size(hub):
    for name in ("alan", "grace"):
        pod_of(hub, name, {"profile": "npu"})
    spawner_of(hub, "alan").clear_state()
    pod_of(hub, "ada", {"profile": "npu"})
    with pytest.raises(web.HTTPError, match="in use"):
        pod_of(hub, "alan", {"profile": "npu"})
    pod_of(hub, "grace", {"profile": "cpu"})
    pod_of(hub, "alan", {"profile": "npu"})


def test_the_next_hub_knows_who_has_a_place(hub):
    for name in ("alan", "grace"):
        noted(hub, name, "npu")
    AcademyPods.places.clear()
    for name in PEOPLE:  # as a hub does when it starts
        spawner_of(hub, name).load_state({"pod_name": f"jupyter-{name}"})
    with pytest.raises(web.HTTPError, match="in use"):
        pod_of(hub, "ada", {"profile": "npu"})


def test_a_home_is_a_claim_of_the_stated_size(hub):
    claim = spawner_of(hub, "ada").get_pvc_manifest().spec
    assert (claim.storage_class_name, claim.resources.requests) == ("standard", {"storage": "10Gi"})


def test_the_hub_is_the_academys_above_the_charts(hub):
    c = hub.c
    assert c.JupyterHub.authenticator_class.__name__ == "AccountsAuthenticator"
    assert c.JupyterHub.spawner_class is AcademyPods
    services = {one["name"]: one for one in c.JupyterHub.services}
    assert set(services) == {"academy", "culler", "drain", "monitor", "dask-gateway"}
    assert services["academy"]["url"] == "http://hub:8082"
    assert services["academy"]["environment"]["ACADEMY_LISTEN"] == "0.0.0.0"
    assert "--timeout=3600" in services["culler"]["command"]
    roles = {"server", "culler", "usage", "drain", "monitor"}
    assert {role["name"] for role in c.JupyterHub.load_roles} == roles
    assert "access:services!service=dask-gateway" in c.JupyterHub.extra_user_scopes
    assert c.JupyterHub.active_server_limit == 200
    assert c.JupyterHub.tornado_settings["cookie_options"] == {"samesite": "Lax", "secure": True}
    assert c.ConfigurableHTTPProxy.should_start is False
    said = settings.read(Deployment.at().data)
    assert said == hub.cluster.settings
    assert (said.address.public, said.exchange.kind) == ("https://academy.example.edu/", "service")
