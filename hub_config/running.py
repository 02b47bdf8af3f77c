"""Start a hub, say when it is really up, and end all of it together."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
from rich.console import Console
from sqlalchemy import create_engine, text

import sandbox

from . import drain, first_start, tether
from .accounts import Accounts
from .deployment import Deployment, free_ports, is_free
from .errors import FINE, HubError, Refused
from .processes import is_same_process
from .settings import Address, Settings
from .storage import databases

CONFIG = Path(__file__).resolve().parent / "jupyterhub_config.py"
START_SECONDS = 120
POLL_SECONDS = 0.05
STOP_SECONDS = 60
KEEP_LOG_BYTES = 16 * 2**20
LOG_LINES_SHOWN = 15
LAST_WORDS_SECONDS = 1.0  # until what was printed last is in the log


def run(deployment: Deployment, settings: Settings, verbose: bool) -> int:
    """Run a hub until it is stopped and return the exit code.

    Parameters
    ----------
    deployment
        The data folder.
    settings
        What the administrator chose, with what the command line says.
    verbose
        Whether the hub's log is shown here.

    Raises
    ------
    HubError
        Before anything is started where the port is in use or the folder cannot be written; later when the
        hub does not come up, with its last words.
    """
    console = Console(stderr=True, highlight=False)
    # a terminal that goes away, or a service manager that says stop, ends the hub as Ctrl-C does
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup asks
            signal.signal(number, _as_interrupt)
    deployment.prepare()
    with deployment.only_hub():
        check_port(settings.address)
        passwords = first_start.prepare(deployment, settings, say=console.print)
        mend_ports(deployment)
    hub = _start(deployment, settings, verbose)
    try:
        with console.status("starting the hub"):
            _wait_until_up(hub, deployment, settings.address)
        print(_welcome(deployment, settings.address, passwords), flush=True)
        code = hub.wait()
        if code == 0 and drain.end(deployment):
            return FINE
        raise HubError(f"the hub ended by itself (exit code {code}); {_last_words(deployment)}")
    finally:
        _stop(hub, console)


def _as_interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def check_port(address: Address) -> None:
    """Make sure that a hub can listen there.

    Raises
    ------
    HubError
        When the address is not this machine's.
    Refused
        Naming who listens there, and a port that is free.
    """
    ip, port = address.ip, address.port
    if not _is_ours(ip):
        raise HubError(
            f"{ip} is no address of this machine; give 127.0.0.1 for this machine only, or 0.0.0.0"
        )
    if _becomes_free(ip, port):
        return
    free = next((p for p in range(port + 1, min(port + 100, 65536)) if is_free(ip, p)), free_ports(1)[0])
    raise Refused(
        f"port {port} on {ip} is in use by {_who_listens(port)}; stop it, or run ./academy hub --port {free}"
    )


def _is_ours(ip: str) -> bool:
    """Tell whether this machine has the address; a port that the system chooses is always free there."""
    try:
        return is_free(ip, 0)
    except OSError:  # no address at all
        return False


def _becomes_free(ip: str, port: int, seconds: float = 2.0) -> bool:
    """Tell whether a port is free, giving the proxy of a hub that was just killed a moment to go."""
    end = time.monotonic() + seconds
    while not (free := is_free(ip, port)) and time.monotonic() < end:
        time.sleep(0.1)
    return free


def _who_listens(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                command = " ".join(psutil.Process(connection.pid).cmdline())
                return f"process {connection.pid} ({command[:80]})"
    except psutil.Error:
        pass  # another user's process: its number is not ours to see
    return "a program of another user"


def mend_ports(deployment: Deployment) -> None:
    """Choose other inner ports when another program took one, and end the servers that know the old ones."""
    if all(_becomes_free("127.0.0.1", port) for port in deployment.ports().values()):
        return
    deployment.forget_ports()
    deployment.ports()
    for pid, started in recorded_servers(deployment):
        if is_same_process(pid, started):
            os.kill(pid, signal.SIGTERM)


def recorded_servers(deployment: Deployment) -> list[tuple[int, float]]:
    """Return process number and start time of the servers that the last hub left running."""
    if not databases.is_there(deployment.hub_url):
        return []
    engine = create_engine(deployment.hub_url)
    with engine.connect() as book:
        rows = book.execute(text("SELECT state FROM spawners WHERE server_id IS NOT NULL")).fetchall()
    engine.dispose()
    states = [json.loads(state) for (state,) in rows if state]
    return [(state["pid"], state["started"]) for state in states if "started" in state]


def _start(deployment: Deployment, settings: Settings, verbose: bool) -> subprocess.Popen:
    log = deployment.logs / "hub.log"
    if log.exists() and log.stat().st_size > KEEP_LOG_BYTES:
        os.replace(log, log.with_suffix(".log.1"))
    command = tether.command(
        [
            *(sys.executable, "-m", "hub_config.hub", "-f", str(CONFIG)),
            f"--JupyterHub.ip={settings.address.ip}",
            f"--JupyterHub.port={settings.address.port}",
        ]
    )
    environment = os.environ | {"ACADEMY_DATA": str(deployment.data), first_start.DONE: str(os.getpid())}
    out = None if verbose else _log(deployment, settings)
    try:
        # a session of its own: Ctrl-C reaches this process alone, which then ends the hub in order
        return subprocess.Popen(
            command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=environment, start_new_session=True
        )
    finally:
        if out is not None:
            os.close(out)


def _log(deployment: Deployment, settings: Settings) -> int:
    """Return where the hub and all that it starts print to: its log, or who writes that as JSON."""
    if settings.logs.form == "text":
        return os.open(deployment.logs / "hub.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    read, write = os.pipe()
    command = [sys.executable, "-m", "hub_config.log_writer", str(deployment.data)]
    try:
        # it ends when nobody can print any more
        subprocess.Popen(command, stdin=read, start_new_session=True)
    finally:
        os.close(read)
    return write


def _wait_until_up(hub: subprocess.Popen, deployment: Deployment, address: Address) -> None:
    """Return when hub and academy service both answer through the proxy."""
    end = time.monotonic() + START_SECONDS
    paths = {"hub": "hub/health", "academy": "services/academy/health"}
    # past the proxy first, which logs each question that comes before it has its routes
    wanted = [f"http://127.0.0.1:{deployment.ports()[part]}/{path}" for part, path in paths.items()]
    wanted += [f"{address.local}{path}" for path in paths.values()]
    while wanted:
        if hub.poll() is not None:
            raise HubError(f"the hub did not start (exit code {hub.returncode}); {_last_words(deployment)}")
        if time.monotonic() > end:
            raise HubError(f"no answer from {wanted[0]} within {START_SECONDS} s; {_last_words(deployment)}")
        try:
            with urllib.request.urlopen(wanted[0], timeout=2) as answer:
                if answer.status == 200:
                    wanted.pop(0)
                    continue
        except (urllib.error.URLError, OSError):
            pass  # not up yet
        time.sleep(POLL_SECONDS)


def _last_words(deployment: Deployment) -> str:
    log = deployment.logs / "hub.log"
    if not log.exists():
        return "see what it said above"
    time.sleep(LAST_WORDS_SECONDS)
    lines = log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
    return f"see {log}:\n  " + "\n  ".join(lines)


def _welcome(deployment: Deployment, address: Address, passwords: dict[str, str]) -> str:
    lines = ["", f"Zhisuan Academy is open: {address.local}", ""]
    if passwords:
        lines += [f"  {'sign in as':<14}password", *(f"  {n:<14}{p}" for n, p in passwords.items()), ""]
        lines += [f"  These are in {deployment.first_passwords} too; delete it once they are handed out."]
    else:
        people = Accounts(deployment.accounts).all()
        shown = ", ".join(account.name for account in people[:5])
        more = f" and {len(people) - 5} more" if len(people) > 5 else ""
        lines += [f"  Accounts: {shown}{more}. Forgotten password: ./academy hub --reset-password NAME"]
        if deployment.first_passwords.exists():
            lines += [f"  The first passwords are still in {deployment.first_passwords}."]
    lack = sandbox.capabilities()
    if lack.kind == "none":
        lines += [f"  One learner only: no walls on this machine ({lack.why}). To mend it: {lack.mend}"]
    lines += [
        f"  Data: {deployment.data}",
        f"  Log:  {deployment.logs / 'hub.log'}",
        "  Ctrl-C stops it.",
        "",
    ]
    return "\n".join(lines)


def _stop(hub: subprocess.Popen, console: Console) -> None:
    """End the hub, which ends proxy, services and servers; past `STOP_SECONDS` end it by force."""
    if hub.poll() is not None:
        return
    with console.status("stopping"):
        hub.send_signal(signal.SIGTERM)
        try:
            hub.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            hub.kill()
            hub.wait()
