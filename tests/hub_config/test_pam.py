"""Signing in with a name and password of the machine: real PAM, in a namespace with users of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hub_config.accounts import Accounts
from hub_config.checking import findings
from hub_config.deployment import Deployment
from hub_config.errors import HubError
from hub_config.settings import Settings, read

CHECKOUT = Path(__file__).parents[2]
PASSWD = """root:x:0:0:root:/root:/bin/sh
daemon:x:5:5::/:/bin/sh
Ada:x:5001:700:Ada Lovelace,Room 3:/home/ada:/bin/sh
grace:x:5002:5002::/home/grace:/bin/sh
alan:x:5003:5003::/home/alan:/bin/sh
gone:x:5004:700::/home/gone:/bin/sh
"""
GROUP = "root:x:0:\nstudents:x:700:grace\n"
# asks for the password as PAM hands it over, and closes one account
SERVICE = """auth required pam_exec.so quiet expose_authtok {folder}/ask
account required pam_exec.so quiet {folder}/account
"""
ASK = '#!/bin/sh\nread -r given\n[ "$given" = "secret of $PAM_USER" ]\n'
ACCOUNT = '#!/bin/sh\n[ "$PAM_USER" != gone ]\n'
INSIDE = """
import json, sys
from pathlib import Path
from hub_config import pam
from hub_config.accounts import Accounts
from hub_config.settings import Pam
accounts, said = Accounts(Path(sys.argv[1])), Pam(service="academy", group=sys.argv[2] or None)
for name, password in json.loads(sys.argv[3]):
    account = pam.admitted(accounts, name, password, said)
    print(json.dumps(account and [account.name, account.role, account.called]))
"""


def namespace() -> list[str]:
    return ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]


@pytest.fixture
def machine(tmp_path):
    """Return who asks PAM of a machine with users of its own: ``machine([(name, password)], group)``."""
    if not shutil.which("unshare") or subprocess.run([*namespace(), "true"], check=False).returncode:
        pytest.skip("this host allows no mount namespace to put users of its own into")
    folder = tmp_path / "etc"
    (folder / "pam.d").mkdir(parents=True)
    (folder / "pam.d" / "academy").write_text(SERVICE.format(folder=folder))
    for name, text in (("passwd", PASSWD), ("group", GROUP), ("ask", ASK), ("account", ACCOUNT)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)

    def asked(tries, group="", passwd=PASSWD):
        (folder / "passwd").write_text(passwd)
        script = " && ".join(
            [f"mount --bind {folder}/{one} /etc/{one}" for one in ("pam.d", "passwd", "group")]
            + ['exec "$@"']
        )
        inside = [sys.executable, "-c", INSIDE, str(tmp_path / "accounts.sqlite"), group, json.dumps(tries)]
        done = subprocess.run(
            [*namespace(), "sh", "-c", script, "sh", *inside],
            capture_output=True,
            text=True,
            check=True,
            cwd=CHECKOUT,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    return asked


def right(name):
    return (name, f"secret of {name}")


def test_who_has_an_account_comes_in_with_the_machines_password(machine, tmp_path):
    Accounts(tmp_path / "accounts.sqlite").add("ada-l", "instructor", signs_in_as="ada")
    tries = [right("Ada"), ("Ada", "wrong"), ("Ada", ""), right("grace"), ("nobody-here", "x"), ("\0", "x")]
    assert machine(tries) == [["ada-l", "instructor", ""], None, None, None, None, None]


def test_members_of_the_group_get_a_learners_account_once(machine, tmp_path):
    tries = [right("Ada"), right("Ada"), right("grace"), right("alan"), right("gone"), right("daemon")]
    ada, grace = ["ada", "learner", "Ada Lovelace"], ["grace", "learner", ""]
    assert machine(tries, "students") == [ada, ada, grace, None, None, None]
    assert machine([right("alan")], "no-such-group") == [None]
    assert [one.name for one in Accounts(tmp_path / "accounts.sqlite").all()] == ["ada", "grace"]


def test_who_is_given_anothers_old_name_on_the_machine_is_not_let_in(machine, tmp_path):
    Accounts(tmp_path / "accounts.sqlite").add("ada", "instructor", signs_in_as="ada")
    assert machine([right("Ada")])[0] is not None
    assert machine([right("Ada")], passwd=PASSWD.replace("Ada:x:5001", "Ada:x:5009")) == [None]


def test_an_accounts_name_that_is_somebodys_on_the_machine_opens_nothing(machine, tmp_path):
    Accounts(tmp_path / "accounts.sqlite").add("grace", "manager")
    assert machine([right("grace")]) == [None]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pam: {group: students}\n", "pam.group needs pam.service"),
        ("pam: {service: login}\nprovider: {kind: github, client_id: a}\n", "choose one"),
        ("pam: {service: ../shadow}\n", "pam.service"),
    ],
)
def test_settings_that_cannot_work_are_told(tmp_path, text, says):
    (tmp_path / "academy.yml").write_text(text)
    with pytest.raises(HubError, match=says):
        read(tmp_path)


def test_the_check_looks_for_service_and_group(tmp_path):
    def found(**pam):
        settings = Settings.model_validate({"pam": pam})
        return {one.about: one for one in findings(Deployment(tmp_path), settings)}["pam"]

    assert found(service="no-such-service").verdict == "wrong"
    if Path("/etc/pam.d/login").exists():
        assert found(service="login", group="no-such-group").verdict == "mind"
