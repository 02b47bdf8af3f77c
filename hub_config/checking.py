"""`academy hub check`: what the settings would do on this machine, before anything is started."""

import grp
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import psutil
import requests
from fsspec.core import url_to_fs
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

import sandbox
from graders.course import Course

from .accounts import Accounts
from .deployment import OWN_TREE, Deployment
from .errors import HubError, Refused
from .first_start import must_be_free
from .lab_source import looked_at
from .labs import chosen
from .lti.platforms import Platform
from .lti.registering import looked_at as platform_looked_at
from .provider import DISCOVERY, client_secret
from .running import check_port
from .settings import FILE, Settings
from .settings import Course as SaidOfCourse
from .storage import databases
from .web_address import LOOPBACK
from .work.opening import blobs_url

LITTLE_DISK_MIB = 2048
PAM_FOLDERS = ("/etc/pam.d", "/usr/lib/pam.d")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    about
        What, in a word.
    verdict
        ``fine``; ``mind``: it would start, but look at this; ``wrong``: it would not start.
    says
        What would happen, and what to do where it would not be right.
    """

    about: str
    verdict: Literal["fine", "mind", "wrong"]
    says: str


def check(deployment: Deployment, settings: Settings, *, as_json: bool) -> int:
    """Print what would happen and return the exit code: 0 it would start, 3 it would not."""
    found = list(findings(deployment, settings))
    starts = all(one.verdict != "wrong" for one in found)
    if as_json:
        told = {
            "starts": starts,
            "settings": settings.model_dump(),
            "findings": [asdict(one) for one in found],
        }
        print(json.dumps(told, ensure_ascii=False))
        return 0 if starts else 3
    marks = {"fine": "  ", "mind": "! ", "wrong": "✗ "}
    for one in found:
        print(f"{marks[one.verdict]}{one.about:<12} {one.says}")
    print("\n./academy hub would start." if starts else "\n./academy hub would not start: see ✗ above.")
    return 0 if starts else 3


def findings(deployment: Deployment, settings: Settings) -> Iterator[Finding]:
    """Yield what each part of the settings would do here."""
    yield _file(deployment)
    for about, look in (
        ("address", lambda: _address(settings)),
        ("data", lambda: _data(deployment)),
        ("accounts", lambda: _accounts(deployment)),
        ("provider", lambda: _provider(deployment, settings)),
        *((("pam", lambda: _pam(settings)),) if settings.pam.service else ()),
        *(("lti", partial(_platform, one, settings)) for one in settings.lti),
        ("records", lambda: _records(deployment, settings)),
        ("store", lambda: _store(deployment)),
        ("labs", lambda: _labs(deployment, settings)),
        *(("course", partial(_course, deployment, one)) for one in settings.courses),
        ("exchange", lambda: _exchange(deployment, settings)),
        ("walls", lambda: _walls(settings)),
        ("memory", lambda: _memory(settings)),
    ):
        yield _looked_at(about, look)


def _looked_at(about: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except HubError as error:
        return Finding(about, "wrong", str(error))


def _file(deployment: Deployment) -> Finding:
    path = deployment.data / FILE
    if path.exists():
        return Finding("settings", "fine", f"{path}")
    return Finding("settings", "fine", f"the defaults; ./academy hub init writes {path} to choose others in")


def _address(settings: Settings) -> Finding:
    address = settings.address
    try:
        check_port(address)
    except Refused as error:
        return Finding("address", "wrong", str(error))
    if address.ip in LOOPBACK:
        return Finding("address", "fine", f"{address.local}, from this machine only")
    says = f"{address.local}, from outside too and unencrypted: put a web server with TLS before it"
    return Finding("address", "mind", says)


def _data(deployment: Deployment) -> Finding:
    place = next(folder for folder in (deployment.data, *deployment.data.parents) if folder.exists())
    free = shutil.disk_usage(place).free >> 20
    new = "" if deployment.data.exists() else ", made at the first start"
    says = f"{deployment.data}{new}; {free} MiB free there"
    if free < LITTLE_DISK_MIB:
        return Finding("data", "mind", f"{says}: homes and submissions need more")
    return Finding("data", "fine", says)


def _accounts(deployment: Deployment) -> Finding:
    if not deployment.accounts.exists():
        return Finding("accounts", "fine", "none yet: the first start makes one a role and prints passwords")
    people = Accounts(deployment.accounts).all()
    counts = {role: sum(one.role == role for one in people) for role in dict.fromkeys(o.role for o in people)}
    return Finding("accounts", "fine", ", ".join(f"{count} {role}" for role, count in counts.items()))


def _provider(deployment: Deployment, settings: Settings) -> Finding:
    provider = settings.provider
    if provider.kind is None:
        return Finding("provider", "fine", "none: people sign in with a name and a password of this academy")
    client_secret(deployment)
    back = f"{settings.address.public}hub/oauth_callback"
    who = f"people of {', '.join(provider.domains)} and " if provider.domains else ""
    says = f"{provider.shown} ({provider.kind}): {who}accounts with --signs-in-as; it must know {back}"
    if provider.kind == "oidc":
        address = provider.url.rstrip("/") + DISCOVERY
        try:
            found = requests.get(address, timeout=10).json()["issuer"]
        except (requests.RequestException, ValueError, KeyError) as error:
            said = f"{address} does not answer as it should ({type(error).__name__})"
            return Finding("provider", "mind", f"{said}: nobody could sign in there now; {says}")
        if found.rstrip("/") != provider.url.rstrip("/"):
            return Finding("provider", "wrong", f"{address} calls itself {found}: write that as provider.url")
    return Finding("provider", "fine", says)


def _pam(settings: Settings) -> Finding:
    """Look whether the machine has the service and the group; PAM itself falls back to `other` in silence."""
    service, group = settings.pam.service, settings.pam.group
    if not any(Path(folder, service).exists() for folder in PAM_FOLDERS):
        says = f"no file {service} in {' or '.join(PAM_FOLDERS)}: write one, or name another in pam.service"
        return Finding("pam", "wrong", says)
    if group:
        try:
            grp.getgrnam(group)
        except KeyError:
            return Finding("pam", "mind", f"no group {group} on this machine: nobody gets an account by it")
    who = f"members of {group} and " if group else ""
    says = f"{service} of this machine: {who}accounts with --signs-in-as"
    if os.geteuid() != 0:
        says += "; without root it knows the password of who runs the hub alone"
        return Finding("pam", "mind", says)
    return Finding("pam", "fine", says)


def _records(deployment: Deployment, settings: Settings) -> Finding:
    url = settings.database.url
    if not databases.is_where(deployment, url) and databases.are_there(deployment):
        said = f"they lie in {databases.where(deployment)}, not where {FILE} says; {databases.NEXT}"
        return Finding("records", "wrong", said)
    if url is None:
        return Finding("records", "fine", databases.where(deployment))
    version = databases.reached(deployment, url)
    return Finding("records", "fine", f"{databases.shown(url)}, PostgreSQL {version}")


def _platform(platform: Platform, settings: Settings) -> Finding:
    return Finding("lti", *platform_looked_at(platform, settings.address.public))


def _store(deployment: Deployment) -> Finding:
    url = deployment.store_url
    try:
        shown = make_url(url).render_as_string(hide_password=True)
        if make_url(url).drivername.startswith("sqlite"):
            return Finding("store", "fine", shown)
        create_engine(url).connect().close()
    except (SQLAlchemyError, ImportError, ValueError) as error:
        said = str(error).splitlines()[0]
        return Finding("store", "wrong", f"ACADEMY_STORE cannot be reached: {said}; start it or mend the URL")
    return Finding("store", "fine", shown)


def _labs(deployment: Deployment, settings: Settings) -> Finding:
    known = Course(deployment.data).known()
    labs = chosen(known, settings.labs)
    return Finding("labs", "fine", f"{len(labs)} of {len(known)} are handed out")


def _course(deployment: Deployment, said: SaidOfCourse) -> Finding:
    """Look what a course beside the academy's own would hand out, and whether its staff are kept apart."""
    must_be_free(deployment, said)
    if said.source is not None:
        return Finding("course", *looked_at(said.source, said.version, deployment.of(said.id).labs))
    known = Course(deployment.of(said.id).grading).present()
    says = f"{said.id}, {said.shown}: {len(chosen(known, said.labs))} of {len(known)} labs are handed out"
    if sandbox.capabilities().kind not in OWN_TREE:
        return Finding("course", "mind", f"{says}; without walls of their own its staff reach other courses")
    return Finding("course", "fine", says)


def _exchange(deployment: Deployment, settings: Settings) -> Finding:
    """Look whether the place of submitted files can be reached; nothing is made there."""
    if settings.exchange.kind == "folder":
        return Finding("exchange", "fine", "through desks: folders that this machine shares with itself")
    url = blobs_url(deployment, settings)
    try:
        files, root = url_to_fs(url)
        there = files.exists(root)
    except (ImportError, ValueError) as error:
        mend = "name a folder, or install the package that this kind of URL needs"
        return Finding("exchange", "wrong", f"exchange.blobs {url} cannot be opened: {error}; {mend}")
    except OSError as error:
        return Finding("exchange", "mind", f"exchange.blobs {url} does not answer now: {error}")
    return Finding("exchange", "fine", f"through the service, files in {url}{'' if there else ', made then'}")


def _walls(settings: Settings) -> Finding:
    found = sandbox.capabilities()
    if found.kind == "none":
        return Finding("walls", "mind", f"none ({found.why}): one learner only; to mend it: {found.mend}")
    outward = ", ".join(settings.servers.outward)
    if found.kind not in OWN_TREE:
        says = f"{found.kind}: the network is shared, servers.outward ({outward or 'nothing'}) does not hold"
        return Finding("walls", "mind", f"{says}; to mend it: {found.mend}")
    return Finding("walls", "fine", f"{found.kind}; to the web: {outward or 'nothing'}")


def _memory(settings: Settings) -> Finding:
    total, each = psutil.virtual_memory().total >> 20, settings.servers.memory_mib
    says = f"{total} MiB here; a server may take {each}"
    most = settings.servers.most
    if most and most * each > total:
        says += f", and {most} at a time more than there is: lower servers.most or servers.memory_mib"
        return Finding("memory", "mind", says)
    if each > total:
        return Finding("memory", "mind", f"{says}, more than there is: lower servers.memory_mib")
    return Finding("memory", "fine", says)
