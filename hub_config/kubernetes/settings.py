"""What an administrator states about a cluster: the keys of `cluster.yml`."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from catalogue.errors import InvalidFile
from catalogue.reading import read_mapping, validate
from catalogue.schema import Id, Keys, Line, ReadOnly, Text
from graders.pods import GradingPods

from ..accounts import ROLES, Role
from ..errors import HubError
from ..settings import Settings


def _like(pattern: str, example: str) -> AfterValidator:
    whole = re.compile(pattern)

    def check(text: str) -> str:
        if not whole.fullmatch(text):
            raise ValueError(f"{text!r} is none; write it like {example}")
        return text

    return AfterValidator(check)


_PART = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_AT = r"[^\s:@]+(:\d+/[^\s:@]+)?"
Dns = Annotated[Line, _like(rf"{_PART}(\.{_PART})*", "academy-tls or academy.example.edu")]
# fixed, so that hub and servers stay of one version
Image = Annotated[
    Line,
    _like(rf"{_AT}(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{{64}})", "registry.example.edu/academy-hub:0.1.0"),
]


class Tls(Keys):
    """How the address is proved to browsers."""

    kind: Literal["letsencrypt", "secret"] = Field(
        description="`letsencrypt` fetches certificates for `domain`; `secret` takes the cluster's own",
        examples=["letsencrypt"],
    )
    email: Line | None = Field(
        None, description="With `letsencrypt`: who is told before one runs out", examples=["it@example.edu"]
    )
    secret: Dns | None = Field(
        None,
        description="With `secret`: a Secret of type `kubernetes.io/tls` in the academy's namespace",
        examples=["academy-tls"],
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        wanted = "email" if self.kind == "letsencrypt" else "secret"
        if {key for key in ("email", "secret") if getattr(self, key)} != {wanted}:
            raise ValueError(f"{self.kind} needs {wanted} and nothing else beside it")
        return self


class Images(Keys):
    """What the pods run, built by hub_config/kubernetes/Dockerfile."""

    hub: Image = Field(
        description="The hub's, target `hub`", examples=["registry.example.edu/academy-hub:0.1.0"]
    )
    lab: Image = Field(
        description="That of people's servers and of grading, target `lab`: it holds no answers",
        examples=["registry.example.edu/academy-lab:0.1.0"],
    )
    pull_secret: Dns | None = Field(
        None, description="Secret with the registry's password, where it asks for one", examples=["registry"]
    )

    @property
    def pull_secrets(self) -> list[dict[str, str]]:
        """The secrets as pods name them."""
        return [{"name": self.pull_secret}] if self.pull_secret else []


class Storage(Keys):
    """Disks."""

    storage_class: Dns | None = Field(
        None, description="Their StorageClass; left out, the cluster's default", examples=["standard"]
    )
    home_gib: int = Field(10, ge=1, description="A person's home", examples=[5])
    hub_gib: int = Field(20, ge=2, description="The academy's data folder", examples=[50])


class Network(Keys):
    """What people's servers may reach besides hub and proxy."""

    internet: bool = Field(False, description="Also the public internet", examples=[True])
    dns_namespace: Dns = Field(
        "kube-system", description="Namespace of the cluster's DNS servers", examples=["openshift-dns"]
    )


class Accelerator(Keys):
    """What computes besides the processor."""

    kind: Literal["gpu", "mig", "shared", "ascend"] = Field(
        description="Whole NVIDIA GPUs; a slice by MIG; one by time-slicing, without walls between those who "
        "share it; Ascend NPUs",
        examples=["gpu"],
    )
    count: int = Field(1, ge=1, le=16, description="How many; of a shared one there is one", examples=[2])
    slice: Annotated[Line, _like(r"\d+g\.\d+gb", "1g.10gb")] | None = Field(
        None, description="With `mig`: which", examples=["1g.10gb"]
    )
    model: Annotated[Line, _like(r"Ascend\d+[A-Z]*\d*", "Ascend910")] | None = Field(
        None, description="With `ascend`: as the device plugin calls it", examples=["Ascend910"]
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        wanted = {"mig": {"slice"}, "ascend": {"model"}}.get(self.kind, set())
        if given := {key for key in ("slice", "model") if getattr(self, key)} ^ wanted:
            key = next(iter(given))
            raise ValueError(f"{self.kind} {'needs' if key in wanted else 'has no'} {key}")
        if self.kind == "shared" and self.count != 1:
            raise ValueError("shared gives one time-sliced share; two of them are no faster than one")
        return self

    @property
    def resource(self) -> str:
        """The name under which nodes offer it."""
        names = {
            "gpu": "nvidia.com/gpu",
            "mig": f"nvidia.com/mig-{self.slice}",
            "shared": "nvidia.com/gpu.shared",
            "ascend": f"huawei.com/{self.model}",
        }
        return names[self.kind]

    @property
    def taint(self) -> str:
        """The taint by which nodes keep others away."""
        return self.resource if self.kind == "ascend" else "nvidia.com/gpu"


class Profile(Keys):
    """A size of server that people choose."""

    id: Id = Field(description="A short name, kept with each server", examples=["gpu"])
    name: Text = Field(description="What people choose by")
    about: Text | None = Field(None, description="A line below it")
    cpu: float = Field(
        2, gt=0, le=256, description="Cores at most; half of them are kept free for it", examples=[4]
    )
    memory_mib: int = Field(4096, ge=512, description="Memory, kept free for it", examples=[16384])
    accelerator: Accelerator | None = Field(None, description="What computes besides the processor")
    image: Image | None = Field(
        None,
        description="Another image than `images.lab`",
        examples=["registry.example.edu/academy-lab-cuda:0.1.0"],
    )
    node_selector: ReadOnly[Line, Line] = Field(
        {}, description="Labels of the nodes that may run it", examples=[{"gpu": "a100"}]
    )
    groups: ReadOnly[Role, Annotated[int, Field(ge=1)] | None] = Field(
        dict.fromkeys(ROLES),
        description="Roles that may take it, each with how many servers at once; `null` sets no bound",
        examples=[{"learner": 8, "instructor": None}],
    )


class Dask(Keys):
    """Clusters that people start from a notebook: the chart dask-gateway in the same namespace."""

    enabled: bool = Field(False, description="Whether people reach it", examples=[True])
    most_workers: int = Field(8, ge=1, description="Workers of one cluster", examples=[4])
    worker_cpu: float = Field(1, gt=0, description="Cores of a worker", examples=[2])
    worker_memory_mib: int = Field(2048, ge=512, description="Memory of a worker", examples=[4096])


class Cluster(Keys):
    """All that `cluster.yml` says."""

    domain: Dns = Field(description="The academy's name on the web", examples=["academy.example.edu"])
    namespace: Dns = Field("academy", description="Where it is installed", examples=["teaching"])
    tls: Tls = Field(description="How the address is proved to browsers")
    images: Images = Field(description="What the pods run")
    storage: Storage = Field(Storage(), description="Disks")
    network: Network = Field(Network(), description="What people's servers may reach")
    secret: Dns | None = Field(
        None,
        description="A Secret with the keys `database-password` and `provider-secret`, as far as "
        "`academy.database` and `academy.provider` need them",
        examples=["academy"],
    )
    profiles: tuple[Profile, ...] = Field(
        min_length=1, description="Sizes of server; the first is chosen already"
    )
    placeholders: int = Field(
        0,
        ge=0,
        description="Places of the first profile's size that are kept free, so that nodes are there early",
        examples=[4],
    )
    grading: GradingPods | None = Field(
        None, description="A pod for each submission; left out, the hub's pod grades"
    )
    dask: Dask = Field(Dask(), description="Fan-out from notebooks")
    academy: Settings = Field(
        Settings(), description="What `academy.yml` says elsewhere, but for what stands above"
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        ids = [profile.id for profile in self.profiles]
        if twice := {one for one in ids if ids.count(one) > 1}:
            raise ValueError(f"profiles: the id {twice.pop()} stands there twice")
        for role in get_args(Role):
            if not any(role in profile.groups for profile in self.profiles):
                raise ValueError(
                    f"profiles: no profile is there for {role}; name that role under groups of one"
                )
        for key, why in _settled(self.academy):
            raise ValueError(f"academy.{key} does not belong here: {why}")
        needs = self.academy.database.url or self.academy.provider.kind
        if needs and not self.secret:
            raise ValueError(
                "secret is missing: it holds the password of academy.database or academy.provider"
            )
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self  # nothing in it changes

    @property
    def settings(self) -> Settings:
        """What the hub and the academy service go by."""
        said = self.academy.model_dump(mode="json", exclude_unset=True)
        return Settings.model_validate({**said, "address": {"url": f"https://{self.domain}/"}})


def _settled(academy: Settings) -> list[tuple[str, str]]:
    """Return keys of `academy.yml` that something else decides in a cluster, with what that is."""
    whys = {
        "over": "write it out",
        "address": "domain and tls say it",
        "pam": "the hub's pod has no users",
        "courses": "in a cluster there is the academy's own course alone",
    }
    found = [(key, why) for key, why in whys.items() if key in academy.model_fields_set]
    for key in sorted(academy.servers.model_fields_set - {"most", "idle_minutes", "start_seconds"}):
        why = "network.internet says it" if key == "outward" else "profiles say how large servers are"
        found.append((f"servers.{key}", why))
    if academy.exchange.kind == "folder":
        found.append(("exchange.kind: folder", "pods share no folder; leave it out"))
    return found


def read(path: Path) -> Cluster:
    """Return what a file states about a cluster.

    Raises
    ------
    HubError
        With every fault: file, line, and what would be right.
    """
    if not path.exists():
        raise HubError(f"there is no {path}; ./academy cluster init {path} writes one to begin with")
    try:
        return validate(Cluster, read_mapping(path, path), path, path)
    except InvalidFile as error:
        raise HubError(f"{error}\nsee cluster.yml in docs/hub/kubernetes.md") from error
