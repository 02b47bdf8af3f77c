"""The `git` program within bounds: what it speaks, how long it takes, how much it writes."""

import errno
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from .errors import HubError

SCHEMES = ("https", "ssh", "git", "file")
ASK_SECONDS, FETCH_SECONDS = 20, 300
MOST_MIB = 512  # of what comes over the line, and of all files taken
LISTING_MIB = 16  # of what a repository says of itself

# blocks of 512 bytes, as POSIX has it; a file that would get larger is an error, not the end of the process
_BOUNDED = ("sh", "-c", 'trap "" XFSZ; ulimit -f "$0" 2>/dev/null; exec "$@"')
_SETTINGS = {
    "core.hooksPath": "/dev/null",
    "core.askPass": "",
    "fetch.unpackLimit": "1",  # one pack, whose size the bound of a file bounds
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.version": "2",
}
_NOT_OURS = {  # what git would take for the repository, and who would be asked for a password on a screen
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_SHALLOW_FILE", "GIT_TEMPLATE_DIR", "SSH_ASKPASS",
}  # fmt: skip
_NOT_BY_ID = ("not our ref", "unadvertised object", "not support shallow")


class GitFailed(HubError):
    """Git did not do what it was asked; the message is what it said."""


@dataclass(frozen=True)
class Entry:
    """One file of a commit.

    Attributes
    ----------
    path
        Where it stands, bytes that are no text escaped as Python does.
    mode, blob, size
        As git has them; a size of 0 where the entry is no file.
    """

    path: str
    mode: str
    blob: str
    size: int


def refs(source: str, *names: str) -> dict[str, str]:
    """Ask a repository for some of its refs; return those that there are, with their object ids.

    Raises
    ------
    GitFailed
        Where it does not answer.
    """
    with ran("ls-remote", "--", source, *names, seconds=ASK_SECONDS, mib=LISTING_MIB) as out:
        lines = (line.split("\t") for line in out.read().decode(errors="replace").splitlines())
        return {name: commit for commit, name in lines if name in names}


@dataclass(frozen=True)
class Repository:
    """A bare repository of our own, for one fetch.

    Attributes
    ----------
    folder
        Where it lies.
    """

    folder: Path

    def fetch(self, source: str, commit: str) -> str:
        """Fetch a commit without its history; return its full id, also where that of a tag was given.

        Raises
        ------
        GitFailed
            Where that cannot be done.
        """
        self._do("init", "--quiet", "--bare", "--template=", str(self.folder))
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
        try:
            self._do("fetch", *options, "--depth=1", "--", source, commit)
        except GitFailed as error:
            if not any(words in str(error) for words in _NOT_BY_ID):
                raise
            # a server that gives no commit by its id gives the branches and tags that it is in
            every = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
            self._do("fetch", *options, "--", source, *every)
        try:
            with self._ran("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}") as out:
                return out.read().decode().strip()
        except GitFailed:
            raise GitFailed(f"it has no commit {commit}") from None

    def entries(self, commit: str, *below: str) -> list[Entry]:
        """Return the files of a commit in some folders."""
        with self._ran("ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", *below) as out:
            lines = out.read().decode(errors="surrogateescape").split("\0")[:-1]
        return [_entry(line) for line in lines]

    def contents(self, entries: Sequence[Entry]) -> Iterator[bytes]:
        """Yield what stands in some files, in order, as it was committed: through no filter."""
        asked = "".join(f"{one.blob}\n" for one in entries).encode()
        with self._ran("cat-file", "--batch", given=asked, mib=MOST_MIB + LISTING_MIB) as out:
            for one in entries:
                out.readline()
                yield out.read(one.size)
                out.readline()

    def _ran(
        self, *arguments: str, mib: int = LISTING_MIB, given: bytes = b""
    ) -> AbstractContextManager[IO[bytes]]:
        return ran(f"--git-dir={self.folder}", *arguments, seconds=FETCH_SECONDS, mib=mib, given=given)

    def _do(self, *arguments: str) -> None:
        with self._ran(*arguments, mib=MOST_MIB):
            pass


@contextmanager
def ran(*arguments: str, seconds: int, mib: int, given: bytes = b"") -> Iterator[IO[bytes]]:
    """Run git and yield what it printed.

    Parameters
    ----------
    arguments
        Of git; what others chose stands behind a ``--``.
    seconds
        The longest that it may take.
    mib
        The largest file that it may write, its output included.
    given
        Its standard input.

    Raises
    ------
    GitFailed
        Where it failed, took longer or wrote more, or there is none.
    """
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = ["timeout", "--signal=KILL", str(seconds), *_BOUNDED, str(mib << 11), "git", *settings]
    with TemporaryFile() as into, TemporaryFile() as out, TemporaryFile() as err:
        into.write(given)
        into.seek(0)
        streams = {"stdin": into, "stdout": out, "stderr": err}
        about = {"env": _environment(), "cwd": "/", "start_new_session": True}
        code = _waited(subprocess.Popen([*command, *arguments], **streams, **about))
        out.seek(0)
        err.seek(0)
        if code:
            raise GitFailed(_why(code, err.read(1 << 16).decode(errors="replace"), seconds, mib))
        yield out


def _waited(process: subprocess.Popen) -> int:
    try:
        return process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": ":".join(SCHEMES), "LC_ALL": "C"}


def _why(code: int, said: str, seconds: int, mib: int) -> str:
    """Return why git failed, from its exit code and what it said, cut and without control characters."""
    if code == -signal.SIGKILL:
        return f"git took longer than {seconds} seconds"
    if os.strerror(errno.EFBIG) in said:
        return f"more than {mib} MiB came"
    if code == 127:
        return "there is no program git here; install it (apt install git)"
    lines = ["".join(filter(str.isprintable, line)).strip() for line in said.splitlines()]
    return f"git says: {'; '.join([line for line in lines if line][:3])[:400] or f'exit code {code}'}"


def _entry(line: str) -> Entry:
    about, path = line.split("\t", 1)
    mode, _kind, blob, size = about.split()
    return Entry(path, mode, blob, int(size) if size.isdigit() else 0)
