"""`academy hub`: the whole academy on this machine, and its accounts."""

import argparse
import sys
import time
from collections.abc import Sequence

from . import drain
from .accounts import INVITATION_DAYS, Account, Accounts
from .deployment import Deployment, write_private
from .errors import FINE, HubError, Refused, exit_code
from .log_writer import Pseudonyms
from .oversight.account_changes import noted
from .oversight.deeds import Deed, who_types
from .oversight.trail import Trail
from .settings import FILE, Settings, read

EXAMPLE = """\
examples:
  ./academy hub                           on http://127.0.0.1:8000, data in ~/.local/share/zhisuan-academy
  ./academy hub --port 8001 --data /srv/academy
  ./academy hub init                      write academy.yml, every key with its meaning, to choose in
  ./academy hub check                     what it says, against this machine; starts nothing
  ./academy hub lti                       what to enter at a learning platform (Moodle, Canvas)
  ./academy hub --add-learner ada         one more account; the password is printed once
  ./academy hub --add-learner ada --called "Ada Lovelace" --called-zh 阿达
  ./academy hub --add-learner ada --by-link    a link in place of the password
  ./academy hub --add-learner ada --signs-in-as ada@example.edu    where academy.yml names a sign-in provider
  ./academy hub --rename ada --launches-as moodle:4711    where academy.yml names a learning platform
  ./academy hub --drain --minutes 15      stop it without hurting anybody; --undrain takes it back
  ./academy hub --reset-password ada      for a forgotten password, also while the hub runs
"""

DRAIN_MINUTES = 5
LEAST_DRAIN_MINUTES = 3  # Lab saves every two


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb and return its exit code: 0 fine, 2 bad input, 3 refused, 130 stopped by Ctrl-C."""
    options = _parser().parse_args(argv)
    return exit_code(lambda: _act(options))


def _act(options: argparse.Namespace) -> int:
    if options.launches_as is not None and not options.rename:
        raise HubError("--launches-as goes with --rename NAME")
    if _asks_for_accounts(options):
        return _accounts_verb(options)
    if options.by_link:
        raise HubError("--by-link goes with --add-learner NAME, or with --reset-password NAME")
    for key in ("called", "called_zh", "signs_in_as"):
        if getattr(options, key) is not None:
            option = key.replace("_", "-")
            raise HubError(f"--{option} goes with --add-learner NAME, or with --rename NAME")
    if options.drain or options.undrain:
        return _drain(options)
    for key in ("minutes", "message_en", "message_zh", "keep_servers"):
        if getattr(options, key):
            raise HubError(f"--{key.replace('_', '-')} goes with --drain")
    return _hub_verb(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="academy")
    verbs = parser.add_subparsers(dest="verb", required=True)
    hub = verbs.add_parser(
        "hub",
        help="run the academy",
        description="Run the academy: JupyterHub on loopback, with accounts, labs, plans and grading.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    hub.add_argument(
        "do",
        nargs="?",
        choices=("init", "check", "lti"),
        help=f"init: write a commented {FILE} into the data folder; check: say what would happen; "
        "lti: say what to enter at a learning platform; none of them: run the hub",
    )
    hub.add_argument("--data", metavar="FOLDER", help="where everything that it makes lies (or ACADEMY_DATA)")
    hub.add_argument("--port", type=_port, help=f"public port, over the one in {FILE} (8000)")
    hub.add_argument("--ip", help=f"public address, over the one in {FILE} (127.0.0.1: this machine only)")
    hub.add_argument("--verbose", action="store_true", help="show the hub's log here as well")
    hub.add_argument("--new-key", action="store_true", help="with lti: sign with another key from now on")
    hub.add_argument("--json", action="store_true", help="with check: one JSON document")
    ending = hub.add_argument_group("a graceful end (each does its work and ends; the hub runs)")
    either = ending.add_mutually_exclusive_group()
    either.add_argument("--drain", action="store_true", help="open no desk more, tell everybody, then end")
    either.add_argument("--undrain", action="store_true", help="take that back")
    ending.add_argument(
        "--minutes", type=_minutes, help=f"with --drain: until the end, {DRAIN_MINUTES} by default"
    )
    ending.add_argument("--message-en", metavar="TEXT", help="with --drain: what people are told")
    ending.add_argument("--message-zh", metavar="TEXT", help="the same in Chinese")
    ending.add_argument(
        "--keep-servers", action="store_true", help="with --drain: people's servers go on meanwhile"
    )
    people = hub.add_argument_group("accounts (each does its work and ends; the hub may run meanwhile)")
    one = people.add_mutually_exclusive_group()
    one.add_argument("--accounts", action="store_true", help="list them")
    one.add_argument("--add-learner", metavar="NAME", help="add one and print the password")
    one.add_argument("--add-instructor", metavar="NAME", help="add one who grades")
    one.add_argument("--add-manager", metavar="NAME", help="add one who sees where everyone stands")
    one.add_argument("--reset-password", metavar="NAME", help="print a new password; the old one ends")
    one.add_argument("--rename", metavar="NAME", help="say anew how the person is called")
    people.add_argument(
        "--by-link",
        action="store_true",
        help=f"with --add-… or --reset-password: print a link in place of a password, by which the person "
        f"chooses one; it holds once and {INVITATION_DAYS} days",
    )
    people.add_argument("--called", metavar="TEXT", help="with --add-… or --rename: the name to show")
    people.add_argument("--called-zh", metavar="TEXT", help="the same in Chinese script")
    people.add_argument(
        "--signs-in-as",
        metavar="NAME",
        help=f"with --add-… or --rename: the person's name at the sign-in provider of {FILE}",
    )
    people.add_argument(
        "--launches-as",
        metavar="PLATFORM:SUB",
        help=f"with --rename: what a learning platform of {FILE} calls the person; '' ends that",
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def _deployment(options: argparse.Namespace) -> Deployment:
    return Deployment.at(options.data)


def _drain(options: argparse.Namespace) -> int:
    """Plan the end of a running hub, or take that back."""
    deployment = _deployment(options)
    if not deployment.is_running():
        raise Refused(f"no hub runs on {deployment.data}; name its folder: --data FOLDER")
    if options.undrain:
        if not drain.end(deployment):
            raise Refused("the end of this hub is not planned; nothing to take back")
        _note(deployment, "hub.undrained", {})
        print("the hub goes on; desks open again")
        return FINE
    minutes = DRAIN_MINUTES if options.minutes is None else options.minutes
    keep = options.keep_servers
    planned = drain.Drain.planned(time.time() + 60 * minutes, keep, options.message_en, options.message_zh)
    drain.begin(deployment, planned)
    _note(deployment, "hub.drained", {"minutes": minutes, "keep_servers": keep})
    servers = "people's servers go on" if keep else "people's servers end with it"
    print(f"no desk opens any more; the hub ends in {minutes} minutes, {servers}. Told to everybody:")
    print(f"  {planned.en}\n  {planned.zh}\nTo take it back: ./academy hub --undrain")
    return FINE


def _note(deployment: Deployment, action: str, after: dict[str, object]) -> None:
    trail = Trail(deployment.oversight_url)
    try:
        trail.note(Deed(who_types(), action, "hub:academy", after=after or None))
    finally:
        trail.close()


def _minutes(text: str) -> int:
    if not text.isdecimal() or not LEAST_DRAIN_MINUTES <= int(text) <= 1440:
        least = f"from {LEAST_DRAIN_MINUTES}, so that Labs have saved what is open, to 1440"
        raise argparse.ArgumentTypeError(f"{text!r}: give minutes {least}")
    return int(text)


def _hub_verb(options: argparse.Namespace) -> int:
    """Run the hub, or write its settings, or hold them against this machine."""
    deployment = _deployment(options)
    if options.do == "init":
        return _init(deployment)
    settings = _with_command_line(read(deployment.data), options)
    if options.new_key and options.do != "lti":
        raise HubError("--new-key goes with lti: ./academy hub lti --new-key")
    if options.do == "lti":
        from .lti.registering import tell

        for line in tell(deployment, settings, new_key=options.new_key):
            print(line)
        return 0
    if options.do == "check":
        from .checking import check

        return check(deployment, settings, as_json=options.json)
    from .running import run  # takes seconds to import, which a forgotten password need not wait for

    return run(deployment, settings, options.verbose)


def _init(deployment: Deployment) -> int:
    from .settings_text import commented

    path = deployment.data / FILE
    if path.exists():
        raise Refused(f"{path} is there already; edit it, or move it away and run ./academy hub init again")
    try:
        deployment.data.mkdir(parents=True, exist_ok=True)
        write_private(path, commented())
    except OSError as error:
        raise HubError(
            f"cannot write {path}: {error.strerror}; free some space or mend its rights"
        ) from error
    print(f"{path}\nEdit it, then ./academy hub check")
    return 0


def _with_command_line(settings: Settings, options: argparse.Namespace) -> Settings:
    given = {key: getattr(options, key) for key in ("ip", "port") if getattr(options, key) is not None}
    return settings.model_copy(update={"address": settings.address.model_copy(update=given)})


def _asks_for_accounts(options: argparse.Namespace) -> bool:
    return bool(
        options.accounts
        or options.add_learner
        or options.add_instructor
        or options.add_manager
        or options.reset_password
        or options.rename
    )


def _accounts_verb(options: argparse.Namespace) -> int:
    deployment = _deployment(options)
    if options.by_link and (options.accounts or options.rename):
        raise HubError("--by-link goes with --add-learner NAME, or with --reset-password NAME")
    if not deployment.accounts.exists():
        raise HubError(f"no accounts yet, {deployment.accounts}; ./academy hub makes the first ones")
    accounts = Accounts(deployment.accounts)
    if options.accounts:
        _list(accounts, deployment)
        return 0
    if options.rename:
        with noted(deployment, who_types()):
            _rename(accounts, deployment, options)
        return 0
    with noted(deployment, who_types()):
        name, password = _new_password(accounts, options)
    if options.by_link:
        address = _with_command_line(read(deployment.data), options).address
        print(f"{name}  {address.public}hub/invitation/{accounts.invite(name)}")
        return 0
    print(f"{name}  {password}")
    return 0


def _in_log(deployment: Deployment, account: Account) -> str:
    """Return what stands for somebody in the log, where that is not the name."""
    logs = read(deployment.data).logs
    if logs.form == "text" or logs.names or not (deployment.secrets / "log-key").exists():
        return ""
    key = bytes.fromhex(deployment.secret("log-key"))
    return f"  in the log {Pseudonyms(key).of(account.name)}"


def _new_password(accounts: Accounts, options: argparse.Namespace) -> tuple[str, str]:
    """Add an account or reset its password; return the name and the new password."""
    if options.reset_password:
        name = options.reset_password
        password = "" if options.by_link else accounts.reset(name)
    else:
        added = {
            "learner": options.add_learner,
            "instructor": options.add_instructor,
            "manager": options.add_manager,
        }
        role, name = next((role, name) for role, name in added.items() if name)
        said = (options.called or "", options.called_zh or "", options.signs_in_as or "")
        password = accounts.add(name, role, None, *said)
    return name, password


def _list(accounts: Accounts, deployment: Deployment) -> None:
    from .lti.people import launches_as

    there = launches_as(deployment)
    for account in accounts.all():
        shown = account.shown if account.shown != account.name else ""
        outside = f"  signs in as {account.signs_in_as}" if account.signs_in_as else ""
        outside += "".join(f"  launches as {one}" for one in there.get(account.name, ()))
        outside += _in_log(deployment, account)
        print(f"{account.name:<32} {account.role:<10} {shown}{outside}".rstrip())


def _rename(accounts: Accounts, deployment: Deployment, options: argparse.Namespace) -> None:
    name = options.rename
    if (options.called, options.called_zh, options.signs_in_as, options.launches_as) == (None,) * 4:
        raise HubError(f'say how: ./academy hub --rename {name} --called "Ada Lovelace"')
    if options.launches_as is not None:
        from .lti.people import launch_as

        launch_as(deployment, name, options.launches_as)
    if options.signs_in_as is not None:
        accounts.known_as(name, options.signs_in_as)
    print(accounts.call(name, options.called, options.called_zh).shown)


if __name__ == "__main__":
    sys.exit(main())
