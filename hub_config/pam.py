"""Signing in with a name and password of this machine, by PAM.

As with every other provider the accounts here decide who comes in: one with ``--signs-in-as NAME``, or, for
members of one group of the machine, a learner's account made at the first sign-in. A person is known by the
user id from then on, so that who is later given somebody's old name does not become that person.
"""

import grp
import logging
import pwd

import pamela

from .accounts import Account, Accounts
from .settings import Pam

log = logging.getLogger(__name__)

FIRST_PERSON = 1000  # below are the system's own users (login.defs, UID_MIN)


def admitted(accounts: Accounts, name: str, password: str, pam: Pam) -> Account | None:
    """Return the account of somebody whose name and password are right on this machine; None for others.

    Parameters
    ----------
    accounts
        Who may come in.
    name, password
        As they were typed.
    pam
        What `academy.yml` says.
    """
    try:
        person = pwd.getpwnam(name)
    except (KeyError, ValueError):  # unknown, or no name at all
        return None
    if person.pw_uid < FIRST_PERSON or not _is_right(person.pw_name, password, pam.service):
        return None
    subject, known_as = f"uid:{person.pw_uid}", person.pw_name.casefold()
    account = accounts.outside(subject, known_as)
    if account is None and pam.group and _is_member(person, pam.group):
        account = accounts.add_outside(subject, known_as, person.pw_gecos.partition(",")[0])
    return account


def _is_right(name: str, password: str, service: str) -> bool:
    """Ask PAM for the password, and whether the account is open: not expired, allowed at this time."""
    try:
        pamela.authenticate(name, password, service=service, resetcred=0)
    except pamela.PAMError as error:
        log.info("PAM service %s refused a sign-in: %s", service, error)
        return False
    return True


def _is_member(person: pwd.struct_passwd, group: str) -> bool:
    try:
        found = grp.getgrnam(group)
    except KeyError:
        log.warning("pam.group: this machine has no group %r, so nobody gets an account by it", group)
        return False
    return person.pw_gid == found.gr_gid or person.pw_name in found.gr_mem
