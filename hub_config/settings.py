"""What an administrator may choose: `academy.yml` in the data folder, where every key has a default.

A deployment is a small file over a common one: `over` names it, and what the small file says wins.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from catalogue.errors import InvalidFile, Problem
from catalogue.folders import AT_HOME, COURSE_ID
from catalogue.reading import line_of, read_mapping, read_value, validate
from catalogue.schema import Id, Keys, Line
from sandbox import Limits

from .errors import HubError
from .lti.platforms import Platform, twice
from .web_address import private_address, web_address, web_host

FILE = "academy.yml"
DEEPEST = 5  # files, one over the other
TAKEN = (*AT_HOME, "feedback")
# first parts of addresses of a person's desk, which an office of that name would hide
OF_DESKS = (
    *("api", "assignments", "courses", "custom", "doc", "edit", "files", "formgrader", "hub", "kernelspecs"),
    *("lab", "login", "logout", "lsp", "metrics", "nbconvert", "notebooks", "static", "terminals", "tree"),
    *("validate", "view", "voila"),
)
MOST_COURSE_LETTERS = 32  # of a course's id, which becomes part of names in PostgreSQL


class Address(Keys):
    """Where the hub listens."""

    ip: Line = Field(
        "127.0.0.1",
        description="Public address; `127.0.0.1` is this machine only, `0.0.0.0` every address it has",
        examples=["0.0.0.0"],
    )
    url: Annotated[Line, AfterValidator(web_address)] | None = Field(
        None,
        description="Its address on the web, for links, where a web server stands before it; where it is "
        "https, cookies go over TLS alone",
        examples=["https://academy.example.edu/"],
    )
    port: int = Field(8000, ge=1, le=65535, description="Public port", examples=[8080])

    @property
    def local(self) -> str:
        """The address to type into a browser on this machine."""
        host = "127.0.0.1" if self.ip in ("0.0.0.0", "::") else self.ip
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach it over TLS alone."""
        return bool(self.url) and self.url.startswith("https:")

    @property
    def public(self) -> str:
        """The address for links that are handed out."""
        return f"{self.url.rstrip('/')}/" if self.url else self.local


class SignIn(Keys):
    """How people come in."""

    days: int = Field(7, ge=1, le=365, description="Days until somebody must sign in anew", examples=[1])
    own_passwords: bool = Field(
        True,
        description="Whether somebody with a password that was handed out must choose another at once",
        examples=[False],
    )
    free_tries: int = Field(
        5,
        ge=1,
        le=100,
        description="Wrong passwords for a name until each next try has to wait, twice as long each time",
        examples=[3],
    )
    longest_wait_seconds: int = Field(60, ge=1, le=86400, description="The longest such wait", examples=[900])


class Provider(Keys):
    """Where the university or the company signs its people in."""

    kind: Literal["oidc", "github", "gitlab"] | None = Field(
        None,
        description="OpenID Connect, GitHub or GitLab; left out, only names and passwords of this academy",
        examples=["oidc"],
    )
    shown: Line = Field(
        "the organisation's account",
        description="What the button on the sign-in page calls it",
        examples=["Example University"],
    )
    shown_zh: Line = Field("统一身份认证", description="The same in Chinese", examples=["示例大学"])
    url: Annotated[Line, AfterValidator(private_address)] | None = Field(
        None,
        description="The issuer of OpenID Connect; the address of an own GitLab or GitHub Enterprise",
        examples=["https://login.example.edu/realms/main"],
    )
    client_id: Line | None = Field(
        None,
        description="What the provider calls this academy; the secret that belongs to it stands in "
        "`ACADEMY_PROVIDER_SECRET` or in `secrets/provider-secret`",
        examples=["zhisuan-academy"],
    )
    name_claim: Line | None = Field(
        None,
        description="The claim that `--signs-in-as` is compared with; left out, `preferred_username`, at "
        "GitHub `login`, at GitLab `username`",
        examples=["email"],
    )
    domains: tuple[Annotated[Line, AfterValidator(str.casefold)], ...] = Field(
        (),
        description="Who has a verified e-mail address of one of these gets a learner's account at the first "
        "sign-in; of all others only who has an account with `--signs-in-as`",
        examples=[["example.edu"]],
    )

    @property
    def lacks(self) -> tuple[str, ...]:
        """The keys that this kind needs and that are not there."""
        needed = {"client_id": self.client_id, **({"url": self.url} if self.kind == "oidc" else {})}
        return tuple(key for key, value in needed.items() if self.kind and not value)


def _pam_service(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise ValueError(f"{text!r} is no name of a file in /etc/pam.d; write one like login")
    return text


class Pam(Keys):
    """Names and passwords of this machine."""

    service: Annotated[Line, AfterValidator(_pam_service)] | None = Field(
        None,
        description="The PAM service (a file of `/etc/pam.d`) asked for a password that is not one of this"
        " academy; left out, none. It lets in who has an account with `--signs-in-as`",
        examples=["login"],
    )
    group: Line | None = Field(
        None,
        description="Members of this group of the machine get a learner's account at the first sign-in",
        examples=["students"],
    )


def _database(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "postgresql" or not parts.path.strip("/"):
        raise ValueError(
            f"{text!r} names no database; write it like postgresql://academy@db.example.edu/academy"
        )
    if parts.password:
        raise ValueError(
            "no password belongs here: ACADEMY_DATABASE_PASSWORD or secrets/database-password holds it"
        )
    return text


class Database(Keys):
    """Where the records lie."""

    url: Annotated[Line, AfterValidator(_database)] | None = Field(
        None,
        description="PostgreSQL for all records: hub, gradebook, plans; left out, SQLite files in the data "
        "folder. Its user may make schemas and users; the password stands in `ACADEMY_DATABASE_PASSWORD` or "
        "in `secrets/database-password`. `./academy move` brings records that are there already",
        examples=["postgresql://academy@db.example.edu/academy"],
    )


class Servers(Keys):
    """What one person's server may use."""

    memory_mib: int = Field(8192, ge=512, description="Memory of all its processes together", examples=[4096])
    processes: int = Field(512, ge=64, description="Processes and threads", examples=[256])
    file_mib: int = Field(2048, ge=16, description="Size of one file", examples=[512])
    open_files: int = Field(4096, ge=256, description="Open files of one process", examples=[1024])
    tmp_mib: int = Field(1024, ge=64, description="Its own `/tmp`, which is memory", examples=[256])
    most: int = Field(0, ge=0, description="Servers at the same time; 0 sets no bound", examples=[40])
    idle_minutes: int = Field(
        60, ge=5, description="Minutes without use after which it is stopped", examples=[30]
    )
    start_seconds: int = Field(
        120, ge=30, le=900, description="Seconds that its start may take", examples=[300]
    )
    gpus: int = Field(
        0, ge=0, le=64, description="GPUs that each server may use; counted as GPU hours", examples=[1]
    )
    outward: tuple[Annotated[Line, AfterValidator(web_host)], ...] = Field(
        (),
        description="Hosts on the web that it may reach, over HTTPS alone; `*.example.org` for all below one,"
        " `*` for every public one; left out, none. Walls by Landlock or user ids cannot keep to it",
        examples=[["pypi.org", "files.pythonhosted.org"]],
    )

    @property
    def limits(self) -> Limits:
        """The limits of its wall."""
        return Limits(
            memory_mib=self.memory_mib,
            processes=self.processes,
            file_mib=self.file_mib,
            open_files=self.open_files,
        )


class Submissions(Keys):
    """What one submission may bring."""

    mib: int = Field(64, ge=1, le=1024, description="Size of all its files", examples=[20])
    files: int = Field(500, ge=1, le=10_000, description="Files and folders", examples=[100])


class Exchange(Keys):
    """How labs, submissions and feedback travel."""

    kind: Literal["folder", "service"] = Field(
        "service",
        description="`service`: through the academy service, with deadlines, attempts, groups and receipts;"
        " `folder`: through folders that servers and grader share (docs/hub/exchange.md)",
        examples=["folder"],
    )
    blobs: Line | None = Field(
        None,
        description="Where `service` keeps files by their content: a folder, or a URL as fsspec takes it;"
        " left out, `blobs` in the data folder",
        examples=["s3://academy/blobs"],
    )


def _course_id(text: str) -> str:
    if text in (COURSE_ID, *TAKEN):
        raise ValueError(f"{text!r} is a folder in people's homes already; write another id")
    if text in OF_DESKS:
        raise ValueError(f"{text!r} is part of a desk's addresses already; write another id")
    if len(text) > MOST_COURSE_LETTERS:
        raise ValueError(f"{text!r} is longer than {MOST_COURSE_LETTERS} letters; write a shorter id")
    return text


class Course(Keys):
    """A course beside the academy's own, with its own staff, gradebook, exchange and deadlines."""

    id: Annotated[Id, AfterValidator(_course_id)] = Field(
        description="A short name, in addresses and folders; it stays", examples=["deep-learning-2027"]
    )
    shown: Line = Field(description="What people call it", examples=["Deep learning, spring 2027"])
    shown_zh: Line = Field(description="The same in Chinese", examples=["深度学习（2027 春）"])
    source: Line | None = Field(
        None,
        description="Its labs and lessons: the address of a git repository, or a folder with one"
        " (docs/hub/courses.md); left out, the labs of this academy",
        examples=["https://git.example.edu/deep-learning-labs.git"],
    )
    version: Line | None = Field(
        None,
        description="Tag, branch or commit of `source`: what a tag or commit says stays for this course;"
        " left out, its default branch",
        examples=["v2.1"],
    )
    labs: tuple[Id, ...] | None = Field(
        None, description="Which labs are handed out when the hub starts; left out, all", examples=[["mlp"]]
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.version is not None and self.source is None:
            raise ValueError(f"course {self.id!r} names a version, but no source that it is a version of")
        return self


class Logs(Keys):
    """How the hub's log is written."""

    form: Literal["text", "json"] = Field(
        "text",
        description="`text`: as JupyterHub writes; `json`: one object a line, for programs that collect logs",
        examples=["json"],
    )
    names: bool = Field(
        False,
        description="Whether `json` names people; else each has a pseudonym, and no address is kept",
        examples=[True],
    )


class Settings(Keys):
    """All that `academy.yml` says."""

    over: Line | None = Field(
        None,
        description="Another such file, relative to this one; what this one says wins over it",
        examples=["../common.yml"],
    )
    language: Literal["browser", "en", "zh"] = Field(
        "browser",
        description="The language in which a person's Lab opens: what the browser asks for, English, Chinese",
        examples=["zh"],
    )
    labs: tuple[Id, ...] | None = Field(
        None,
        description="Labs that are handed out when the hub starts; left out, all of them",
        examples=[["first-programs", "stable-softmax"]],
    )
    address: Address = Field(Address(), description="Where the hub listens")
    sign_in: SignIn = Field(SignIn(), description="How people come in")
    provider: Provider = Field(Provider(), description="Where the organisation signs its people in")
    pam: Pam = Field(Pam(), description="Names and passwords of this machine")
    lti: tuple[Platform, ...] = Field(
        (),
        description="Learning platforms (Moodle, Canvas) whose people come in by LTI 1.3: docs/hub/lti.md",
    )
    database: Database = Field(Database(), description="Where the records lie")
    servers: Servers = Field(Servers(), description="What one person's server may use")
    courses: tuple[Course, ...] = Field(
        (),
        description="Courses beside the academy's own, which everybody belongs to: docs/hub/courses.md",
    )
    submissions: Submissions = Field(Submissions(), description="What one submission may bring")
    exchange: Exchange = Field(Exchange(), description="How labs, submissions and feedback travel")
    logs: Logs = Field(Logs(), description="How the hub's log, `logs/hub.log`, is written")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.provider.lacks:
            lacking = " and ".join(f"provider.{key}" for key in self.provider.lacks)
            raise ValueError(f"provider.kind is {self.provider.kind!r}, which needs {lacking} beside it")
        if self.provider.domains and self.provider.kind != "oidc":
            raise ValueError("provider.domains needs provider.kind oidc: others do not say what is verified")
        if self.pam.group and not self.pam.service:
            raise ValueError("pam.group needs pam.service beside it: which service is asked for passwords")
        if self.pam.service and self.provider.kind:
            raise ValueError("pam.service and provider.kind both say who --signs-in-as names; choose one")
        ids = [one.id for one in self.courses]
        if doubled := next((one for one in ids if ids.count(one) > 1), None):
            raise ValueError(f"courses names {doubled!r} twice; each course has an id of its own")
        if ids and self.exchange.kind == "folder":
            raise ValueError("courses need exchange.kind service: a shared folder knows one course alone")
        tied = {course: one.id for one in self.lti for course in one.courses.values()}
        if lacking := sorted(tied.keys() - set(ids)):
            where = f"lti {tied[lacking[0]]!r}"
            raise ValueError(f"{where} names the course {lacking[0]!r}; name it in courses first")
        if doubled := twice(self.lti):
            raise ValueError(f"lti names {doubled} twice; one entry lists all deployments of a registration")
        return self


def read(data: Path) -> Settings:
    """Return the settings of a data folder; the defaults where it has no `academy.yml`.

    Raises
    ------
    HubError
        With every fault of the first file that has any: file, line, and what would be right.
    """
    path = data / FILE
    if not path.exists():
        return Settings()
    try:
        return Settings.model_validate(_merged(path, ()))
    except InvalidFile as error:
        raise HubError(f"{error}\nsee {FILE} in hub_config/README.md, then ./academy hub check") from error


def _merged(path: Path, above: tuple[Path, ...]) -> Mapping[str, Any]:
    """Return what a file says, over what the file says that it names."""
    said = {} if read_value(path, path) is None else read_mapping(path, path)  # all of it commented out
    settings = validate(Settings, said, path, path)
    if settings.over is None:
        return said
    base = (path.parent / settings.over).resolve()
    line = line_of(path, ("over",))
    if base in (*above, path.resolve()) or len(above) >= DEEPEST:
        mend = f"at most {DEEPEST} files, none of them twice"
        raise InvalidFile([Problem(f"over: {settings.over} leads in a circle or too far", path, line, mend)])
    if not base.is_file():
        raise InvalidFile([Problem(f"over: there is no file {base}", path, line, "name one that is there")])
    return _over(_merged(base, (*above, path.resolve())), said)


def _over(base: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _over(base[key], value)
        for key, value in said.items()
        if isinstance(value, Mapping) and isinstance(base.get(key), Mapping)
    }
    return {**base, **said, **both}
