"""Labs and lessons of a course from a git address, pinned to a version: whole or not at all."""

import fcntl
import json
import os
import re
import shlex
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from graders.errors import GradingError
from graders.lab_file import known_mistakes, limits_of, titles_of
from learning_paths.ui.course_lessons import lessons_in

from .errors import HubError
from .git import SCHEMES, GitFailed, Repository, refs
from .lab_files import LESSONS, PLACES, chosen, write

FILE = "version.json"
BEFORE = "before"  # in a draft: the labs that make room

_COMMIT = re.compile(r"[0-9a-fA-F]{40}")
_VERSION = re.compile(r"(?!.*\.\.)\w[\w./+-]{0,199}")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Version:
    """Labs that were brought: what `version.json` in their folder says.

    Attributes
    ----------
    source, version
        The address and the version asked for; None is its default branch.
    kind
        What that version was there.
    commit
        Its full id.
    when
        When it was brought, with the zone.
    """

    source: str
    version: str | None
    kind: Literal["commit", "tag", "branch"]
    commit: str
    when: str

    @property
    def said(self) -> str:
        """In words."""
        return f"{_said(self.source, self.version)}, commit {self.commit[:12]} of {self.when[:10]}"

    def answers(self, source: str, version: str | None) -> bool:
        """Whether this is what is asked for."""
        return (self.source, self.version) == (source, version)


def brought(folder: Path) -> Version | None:
    """Return what labs a folder holds; None where it holds none that were brought."""
    try:
        return Version(**json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def held(folder: Path) -> str | None:
    """Say what a folder holds that was brought: number of lessons, address, version; None where none was."""
    there = brought(folder)
    return there and f"{len(lessons_in(folder / LESSONS))} lessons and {there.said}"


def bring(source: str, version: str | None, folder: Path, say: Say) -> str:
    """Make a folder hold labs and lessons of a repository at a version, and return the full commit.

    A commit or tag that is there already stays, also where the tag was moved since: that is said. A branch
    is looked at anew. Where it cannot be had and something earlier is there, that stays, and it is said.

    Parameters
    ----------
    source
        Address of the repository: https, ssh, git, file, or an absolute path.
    version
        A tag, a branch or a full commit; None is the default branch.
    folder
        Where to; the folder above it is made.
    say
        Is told each longer step, and what is not as it was asked for.

    Raises
    ------
    HubError
        When address or version cannot be one, or no labs can be had and none are there.
    """
    refuse_odd(source, version)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder, say):
            for draft in folder.parent.glob(f"{_drafts(folder)}*"):  # a killed run left it
                _clear(draft, folder)
            _refuse_own(folder)
            return _up_to_date(source, version, folder, say)
    except OSError as error:
        raise _unwritable(error, folder) from error


def looked_at(source: str, version: str | None, folder: Path) -> tuple[Literal["fine", "mind", "wrong"], str]:
    """Ask a repository what would be brought, and bring nothing; return the verdict and what would happen.

    Parameters
    ----------
    source, version, folder
        As in :func:`bring`.
    """
    there = brought(folder)
    try:
        refuse_odd(source, version)
        _refuse_own(folder)
        if there and there.kind == "commit" and there.answers(source, version):
            return "fine", f"{held(folder)}, are there"
        kind, commit = _asked(source, version)
        if kind == "commit":
            _refs(source, "HEAD")  # whether the address answers; the commit is seen when it is brought
    except GitFailed as error:
        stay = f"; {there.said}, stay" if there else "; no labs of it are there yet"
        return ("mind" if there else "wrong"), f"{error}{stay}"
    except HubError as error:
        return "wrong", str(error)
    if there is None or not there.answers(source, version):
        what = f"{_said(source, version)} ({kind}): commit {commit[:12]}"
        return "fine", f"{what}, brought at the next start, with the lessons that stand there"
    if commit == there.commit:
        return "fine", f"{held(folder)}, are there"
    if there.kind == "tag":
        return "mind", _moved(there, commit)
    return "fine", f"{held(folder)}, are there; commit {commit[:12]} is brought at the next start"


def refuse_odd(source: str, version: str | None) -> None:
    """Refuse what cannot be an address or a version, before git sees it.

    Raises
    ------
    HubError
        With what may stand there.
    """
    _refuse_odd_address(source, f"give {', '.join(f'{one}://' for one in SCHEMES)} or an absolute path")
    if version is not None and not _VERSION.fullmatch(version):
        raise HubError(
            f"{version!r} is no version of labs: give a tag, a branch or all 40 letters of a commit"
        )


def _refuse_odd_address(source: str, may: str) -> None:
    if source.startswith("/") and source.isprintable():
        return
    try:
        parts = urlsplit(source)
    except ValueError as error:
        raise HubError(f"{source!r} is no address of labs ({error}): {may}") from None
    plain = re.fullmatch(r"[a-z]+://[^\s-]\S*", source) and source.isprintable()
    if not plain or parts.scheme not in SCHEMES:
        hint = "; HOST:PATH is written ssh://HOST/PATH" if re.match(r"[\w.@-]+:[^:/]", source) else ""
        raise HubError(f"{source!r} is no address of labs: {may}{hint}")
    if parts.password is not None or (parts.scheme == "https" and parts.username is not None):
        raise HubError(
            f"the address of labs at {parts.hostname} holds a name or password, which logs would show; give "
            "them to git's own credential helper (git help gitcredentials), leave them out here"
        )
    if parts.scheme != "file" and (not parts.hostname or parts.hostname.startswith("-")):
        raise HubError(f"{source!r} names no host: {may}")


def _up_to_date(source: str, version: str | None, folder: Path, say: Say) -> str:
    there = brought(folder)
    known = there is not None and there.answers(source, version)
    if known and there.kind == "commit":
        return there.commit
    if known and there.kind == "tag":
        with suppress(GitFailed):  # pinned and there: that its address is away stops nothing
            if (commit := _asked(source, version)[1]) != there.commit:
                say(_moved(there, commit))
        return there.commit
    try:
        kind, commit = _asked(source, version)
        if known and (there.kind, there.commit) == (kind, commit):
            return commit
        say(f"bringing {_said(source, version)}")
        return _replaced(source, version, kind, commit, folder, say)
    except HubError as error:
        if there is None:
            raise
        say(f"{error}; {there.said}, stay")
        return there.commit


def _asked(source: str, version: str | None) -> tuple[Literal["commit", "tag", "branch"], str]:
    """Return what a version is upstream, and its commit; a tag goes before a branch of the same name."""
    if version is not None and _COMMIT.fullmatch(version):
        return "commit", version.lower()
    tag, branch = f"refs/tags/{version}", f"refs/heads/{version}"
    wanted = {"HEAD": "branch"} if version is None else {f"{tag}^{{}}": "tag", tag: "tag", branch: "branch"}
    found = _refs(source, *wanted)
    for name, kind in wanted.items():
        if name in found:
            return kind, found[name]
    if version is None:
        raise _failed(source, "it has no default branch; name a version")
    raise _failed(source, f"it has neither a tag nor a branch {version}, and a commit has 40 letters")


def _refs(source: str, *names: str) -> dict[str, str]:
    try:
        return refs(source, *names)
    except GitFailed as error:
        raise _failed(source, str(error)) from None


def _failed(source: str, why: str) -> GitFailed:
    ask = f"git ls-remote -- {shlex.quote(source)}"
    return GitFailed(f"labs of {source}: {why}; see whether it answers here, and what it has: {ask}")


def _replaced(source: str, version: str | None, kind: str, commit: str, folder: Path, say: Say) -> str:
    """Fetch a commit beside the folder, look at what is in it, and put its labs and lessons there."""
    try:
        with _draft(folder) as draft:
            repository, new = Repository(draft / "git"), draft / "labs"
            try:
                commit = repository.fetch(source, commit)
            except GitFailed as error:
                raise _failed(source, str(error)) from None
            where = f"{_said(source, version)}, commit {commit[:12]}"
            write(chosen(repository.entries(commit, *PLACES), where, say), repository, new, where)
            _refuse_broken(new, source)
            when = datetime.now().astimezone().isoformat(timespec="seconds")
            about = Version(source, version, kind, commit, when)
            (new / FILE).write_text(json.dumps(asdict(about), indent=1, ensure_ascii=False) + "\n", "utf-8")
            _close(new, folder)
            _put(new, folder, draft)
            return commit
    except OSError as error:
        raise _unwritable(error, folder) from error


def _refuse_broken(new: Path, source: str) -> None:
    """Refuse labs whose `lab.yml` cannot be read: with one of them the course could not be made."""
    for folder in (new / "source").iterdir():
        about = new / "authoring" / folder.name / "lab.yml"
        try:
            limits_of(about), titles_of(about), known_mistakes(about, about.with_name("proof.json"))
        except GradingError as error:
            raise HubError(f"labs of {source}: {str(error).replace(f'{new}/', '')}") from None


def _close(new: Path, folder: Path) -> None:
    """Let in whoever was let into the folder before, at first its owner alone: masters hold the answers."""
    for path in new.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    new.chmod(0o700)
    if folder.exists():
        before = folder.stat()
        new.chmod(stat.S_IMODE(before.st_mode))
        os.chown(new, before.st_uid, before.st_gid)


@contextmanager
def _alone(folder: Path, say: Say) -> Iterator[None]:
    """Keep a second one waiting; what a killed process held is free at once."""
    with folder.with_name(f".{folder.name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another process brings labs to {folder}; waiting until it is done")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _drafts(folder: Path) -> str:
    return f".{folder.name}.new-"


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """Yield a folder beside this one, gone afterwards."""
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_drafts(folder)))
    try:
        yield draft
    finally:
        _clear(draft, folder)


def _put(new: Path, folder: Path, draft: Path) -> None:
    if folder.exists():
        os.rename(folder, draft / BEFORE)
    os.rename(new, folder)


def _clear(draft: Path, folder: Path) -> None:
    """Clear a draft away; what was moved there and has no successor goes back."""
    if not folder.exists() and (draft / BEFORE).is_dir():
        os.rename(draft / BEFORE, folder)
    shutil.rmtree(draft, ignore_errors=True)  # a git that outlived its run may write there for a while yet


def _refuse_own(folder: Path) -> None:
    if folder.exists() and brought(folder) is None and any(folder.iterdir()):
        raise HubError(
            f"{folder} holds labs that were not brought from a git address; move them away, or take the "
            "address out of academy.yml"
        )


def _moved(there: Version, commit: str) -> str:
    return (
        f"{there.said}, stay as they are, though the tag stands at another commit there now; to have that, "
        f"give as version {commit}"
    )


def _said(source: str, version: str | None) -> str:
    return f"labs of {source} at {version or 'its default branch'}"


def _unwritable(error: OSError, folder: Path) -> HubError:
    where = error.filename2 or error.filename or folder
    return HubError(f"{where}: {error.strerror}; free some space or mend it, then start again")
