"""What was done to accounts, for the trail: seen from what they were, so that no way around it is missed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hub_config.accounts import Account, Accounts
from hub_config.deployment import Deployment
from hub_config.enrolments import Enrolments
from hub_config.storage import databases
from learning_paths.errors import StoreError

from .deeds import ACCOUNTS, Deed
from .trail import Seen, Trail

FIELDS = ("role", "called", "called_zh", "signs_in_as")
PLAIN = ("role",)  # fields that name nobody


@contextmanager
def noted(deployment: Deployment, actor: str) -> Iterator[None]:
    """Note what is done to accounts inside as somebody's doing.

    Where the trail cannot be written that is told; the hub notes it later, as nobody's in particular.
    """
    if not databases.is_there(deployment.oversight_url):
        yield
        return
    with _told():
        _look(deployment, ACCOUNTS)
    yield
    with _told():
        _look(deployment, actor)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        print(f"academy: not in the audit trail yet: {error}", file=sys.stderr)


def _look(deployment: Deployment, actor: str) -> None:
    trail = Trail(deployment.oversight_url)
    try:
        look_at_accounts(trail, deployment, actor)
    finally:
        trail.close()


def look_at_accounts(trail: Trail, deployment: Deployment, actor: str) -> None:
    """Note what has changed in the accounts since the trail looked last.

    Parameters
    ----------
    trail
        Where.
    deployment
        Whose.
    actor
        Who did it; a password that was chosen is its owner's doing, whoever notes it.
    """
    accounts = Accounts(deployment.accounts)
    now = {one.name: Seen(one.name, _account(one)) for one in accounts.all()}
    trail.observe("accounts", now, lambda key, old, new: _of_account(actor, key, old, new))
    enrolled = {
        f"{one.course}/{one.name}": Seen(one.name, {"part": one.part}) for one in Enrolments(accounts).all()
    }
    trail.observe("enrolments", enrolled, lambda key, old, new: _of_enrolment(actor, key, old, new))


def _account(one: Account) -> dict[str, Any]:
    password = {"changed": one.changed, "handed_out": bool(one.handed_out)}
    return {**{name: getattr(one, name) for name in FIELDS}, "uid": one.uid, "password": password}


def _of_enrolment(actor: str, key: str, before: Seen | None, now: Seen | None) -> Iterator[Deed]:
    course, _, name = key.partition("/")
    told = [one.value if one else None for one in (before, now)]
    yield Deed(actor, "course.left" if now is None else "course.joined", f"course:{course}", name, *told)


def _of_account(actor: str, name: str, before: Seen | None, now: Seen | None) -> Iterator[Deed]:
    old, new = (one.value if one else None for one in (before, now))
    if old and (new is None or new["uid"] != old["uid"]):
        yield Deed(actor, "account.removed", "account:hub", name, before={"role": old["role"]})
        old = None
    if new and old is None:
        yield Deed(actor, "account.added", "account:hub", name, after={"role": new["role"]})
    elif old and new:
        other = [field for field in FIELDS if old[field] != new[field]]
        if other:
            told = [{f: one[f] if f in PLAIN else "…" for f in other} for one in (old, new)]
            yield Deed(actor, "account.changed", "account:hub", name, *told)
        if old["password"] != new["password"]:
            handed_out = new["password"]["handed_out"]
            after = {"handed_out": handed_out}
            yield Deed(actor if handed_out else name, "account.password", "account:hub", name, after=after)
