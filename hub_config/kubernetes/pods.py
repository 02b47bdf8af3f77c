"""The hub inside a cluster: a pod a person, of a size that the person's role may take while there is room.

Loaded by the chart's own configuration (``hub.extraConfig``) in an image of the target ``hub``.
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import yaml
from jupyterhub import orm
from kubespawner import KubeSpawner
from tornado import web
from traitlets import Instance
from traitlets.config import Config

from graders.exchange_steps import MODULE as EXCHANGE_STEPS

from .. import base, first_start, settings, walls
from ..accounts import Account, Accounts
from ..deployment import Deployment, write_private
from ..settings import Settings
from ..spawner import language_for
from .settings import Cluster, Profile, read
from .values import AT, FILE, HOME, MATERIAL, PORT, dask_environment

ACADEMY = f"http://hub:{PORT}"


def offered(cluster: Cluster, groups: Sequence[str], language: str = "en") -> list[dict[str, Any]]:
    """Return the profiles that somebody may take, as KubeSpawner shows them.

    Parameters
    ----------
    cluster
        What `cluster.yml` says.
    groups
        The person's groups at the hub, roles among them.
    language
        ``en`` or ``zh``.
    """
    return [
        {
            "slug": profile.id,
            "display_name": profile.name[language],
            **({"description": profile.about[language]} if profile.about else {}),
            "kubespawner_override": override(profile, cluster),
        }
        for profile in cluster.profiles
        if set(profile.groups) & set(groups)
    ]


def override(profile: Profile, cluster: Cluster) -> dict[str, Any]:
    """Return what a profile changes in KubeSpawner, whose M is 2**20 bytes."""
    found = {
        "image": profile.image or cluster.images.lab,
        "cpu_limit": profile.cpu,
        "cpu_guarantee": profile.cpu / 2,
        "mem_limit": f"{profile.memory_mib}M",
        "mem_guarantee": f"{profile.memory_mib}M",
        "node_selector": dict(profile.node_selector),
    }
    if profile.accelerator is None:
        return found
    devices = {profile.accelerator.resource: str(profile.accelerator.count)}
    toleration = {"key": profile.accelerator.taint, "operator": "Exists", "effect": "NoSchedule"}
    return {
        **found,
        "extra_resource_limits": devices,
        "extra_resource_guarantees": devices,
        "tolerations": lambda spawner: [*spawner.tolerations, toleration],  # beside the chart's
    }


def chosen(cluster: Cluster, groups: Sequence[str], asked: str | None) -> Profile:
    """Return the profile that somebody asks for; without a word the first that they may take.

    Raises
    ------
    tornado.web.HTTPError
        403 where none of the person's groups may take it, or there is none of that name.
    """
    open_to = [profile for profile in cluster.profiles if set(profile.groups) & set(groups)]
    found = next((profile for profile in open_to if asked in (None, "", profile.id)), None)
    if found is None:
        names = ", ".join(profile.id for profile in open_to)
        raise _refusal(
            f"The server size {asked!r} is not open to you; choose one of these: {names}."
            f" 您不能使用服务器规格“{asked}”，可选：{names}。"
        )
    return found


def check_quota(profile: Profile, groups: Sequence[str], taken: Mapping[str, int]) -> None:
    """Let somebody take a profile while there is room for one of the person's groups.

    Parameters
    ----------
    profile, groups
        Which, and who asks.
    taken
        How many servers of a group's people have it now.

    Raises
    ------
    tornado.web.HTTPError
        403 where none has room, with how many there are.
    """
    bounds = {group: most for group, most in profile.groups.items() if group in groups}
    if any(most is None or taken.get(group, 0) < most for group, most in bounds.items()):
        return
    most = max(bounds.values())
    raise _refusal(
        f"All {most} servers of the size “{profile.name.en}” that there are for your group are in use."
        " Take another size, or try again when somebody has stopped theirs."
        f" 您所在组的 {most} 台“{profile.name.zh}”服务器均已占用，请选用其他规格，或待他人停止后再试。"
    )


def _refusal(text: str) -> web.HTTPError:
    error = web.HTTPError(403, text)
    error.jupyterhub_message = text  # what the hub's page shows of a start that failed
    return error


class AcademyPods(KubeSpawner):
    """Starts each person's server as a pod."""

    # who was let in, by number of the spawner: its size and the person's groups. Not who still waits: else a
    # class that starts at once would find all places taken by those who are refused.
    places: ClassVar[dict[int, tuple[str, tuple[str, ...]]]] = {}
    cluster = Instance(Cluster, help="What cluster.yml says.").tag(config=True)
    settings = Instance(Settings, help="What the hub goes by.").tag(config=True)

    @property
    def groups(self) -> list[str]:
        """The person's groups at the hub."""
        return [group.name for group in self.user.orm_user.groups]

    def _account(self) -> Account:
        return Accounts(Deployment.at().accounts).get(self.user.name)

    async def load_user_options(self) -> None:
        """Keep the size alone of what was asked for, where the person may have it, and become that size."""
        profile = chosen(self.cluster, self.groups, self.user_options.get("profile"))
        self.places.pop(self.orm_spawner.id, None)
        check_quota(profile, self.groups, self._taken(profile.id))
        self._take(profile.id)
        self.user_options = self.orm_spawner.user_options = {"profile": profile.id}
        orm.object_session(self.orm_spawner).commit()
        await super().load_user_options()

    def _taken(self, profile: str) -> Counter[str]:
        return Counter(group for size, groups in self.places.values() if size == profile for group in groups)

    def _take(self, profile: str) -> None:
        self.places[self.orm_spawner.id] = (profile, tuple(self.groups))

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over a server from the hub before, with its place."""
        super().load_state(state)
        if self.orm_spawner.server_id is not None:
            self._take((self.orm_spawner.user_options or {}).get("profile", ""))

    def clear_state(self) -> None:
        """Forget the server, and leave its place to others."""
        super().clear_state()
        self.places.pop(self.orm_spawner.id, None)

    def get_env(self) -> dict[str, str]:
        """Add what the person's server needs to know."""
        return super().get_env() | environment(
            self._account(), self.cluster, self.settings, language_for(self)
        )


def environment(account: Account, cluster: Cluster, chosen: Settings, language: str) -> Mapping[str, str]:
    """Return what a person's server finds in its environment, besides what the hub puts there."""
    # nobody's pod holds the course folder or the exchange: all work goes through the service
    seen = walls.View(Path(HOME), Path("/nonexistent"), Path(MATERIAL), None)
    return {
        **walls.told(
            account, seen, Path("/tmp/jupyter"), f"{ACADEMY}/services/academy", chosen.submissions, language
        ),
        EXCHANGE_STEPS: "hub_config.work.steps",
        **dask_environment(cluster),
    }


def configure(c: Config, stated: Path = Path(AT) / FILE) -> None:
    """Fill the hub's configuration, after the chart's own; make what is missing in the data folder.

    Parameters
    ----------
    c
        As the chart leaves it.
    stated
        ``cluster.yml`` as `values` hands it to the hub.

    Raises
    ------
    HubError
        When the folder or the database cannot be used.
    """
    cluster = read(stated)
    chosen = cluster.settings
    deployment = Deployment.at()
    deployment.data.mkdir(parents=True, exist_ok=True)
    # commands inside the pod, the service and the grader go by the same
    said = yaml.safe_dump(chosen.model_dump(mode="json", exclude_unset=True), allow_unicode=True)
    write_private(deployment.data / settings.FILE, said)
    first_start.prepare(deployment, chosen, say=lambda line: print(line, file=sys.stderr))
    from_chart = c.JupyterHub.copy()
    base.common(c, deployment, chosen, ACADEMY)
    c.JupyterHub.services[0]["environment"]["ACADEMY_LISTEN"] = "0.0.0.0"
    c.JupyterHub.services += from_chart.services
    for one in from_chart.services:
        c.JupyterHub.extra_user_scopes.append(f"access:services!service={one['name']}")
    c.JupyterHub.tornado_settings = from_chart.tornado_settings | c.JupyterHub.tornado_settings
    c.JupyterHub.spawner_class = AcademyPods
    c.AcademyPods.cluster, c.AcademyPods.settings = cluster, chosen
    c.AcademyPods.profile_list = _profiles
    c.Spawner.cmd = ["jupyterhub-singleuser"]


def _profiles(spawner: AcademyPods) -> list[dict[str, Any]]:
    return offered(spawner.cluster, spawner.groups, language_for(spawner))
