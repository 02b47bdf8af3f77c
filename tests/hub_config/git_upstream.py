"""A git repository somewhere else, with labs that tests put there."""

import os
import subprocess
from pathlib import Path

IDENTITY = {
    f"GIT_{who}_{what}": "test@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
EMPTY = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
LAB = {"source/means/means.ipynb": EMPTY, "source/means/table.csv": "1,2\n"}


class Upstream:
    """A bare repository; what is committed in `work` is pushed to it."""

    def __init__(self, folder: Path) -> None:
        self.bare, self.work = folder / "upstream.git", folder / "work"
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.bare), cwd=folder)
        self.git("init", "--quiet", "--initial-branch=main", str(self.work), cwd=folder)

    @property
    def source(self) -> str:
        """Its address."""
        return str(self.bare)

    def git(self, *arguments: str, given: bytes = b"", cwd: Path | None = None) -> str:
        """Run git, in the working tree by default, and return what it says."""
        done = subprocess.run(
            ["git", *arguments], input=given, cwd=cwd or self.work, env={**os.environ, **IDENTITY},
            capture_output=True, check=True,
        )  # fmt: skip
        return done.stdout.decode().strip()

    def commit(self, files: dict[str, str | bytes | Path], *tags: str, branch: str = "main") -> str:
        """Commit files (a path is a link to it), push them and the tags, and return the commit."""
        for name, content in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if isinstance(content, Path):
                path.symlink_to(content)
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.git("add", "--all", "--force")
        return self._pushed(tags, branch)

    def _pushed(self, tags: tuple[str, ...], branch: str) -> str:
        self.git("commit", "--quiet", "--allow-empty", "--message", "labs")
        for tag in tags:
            self.git("tag", "--force", "--annotate", "--message", tag, tag)
        self.git("push", "--quiet", "--force", self.source, f"HEAD:refs/heads/{branch}", "--tags")
        return self.git("rev-parse", "HEAD")

    def commit_raw(self, name: bytes) -> str:
        """Commit, beside the labs, a file of a name that git itself would not take, in the lab's folder."""
        blob = self.git("hash-object", "-w", "--stdin", given=b"x", cwd=self.bare)
        notebook = self.git("hash-object", "-w", "--stdin", given=EMPTY.encode(), cwd=self.bare)
        lab = self._tree((b"100644", name, blob), (b"100644", b"means.ipynb", notebook))
        top = self._tree((b"40000", b"source", self._tree((b"40000", b"means", lab))))
        commit = self.git("commit-tree", "-m", "odd", top, cwd=self.bare)
        self.git("update-ref", "refs/heads/main", commit, cwd=self.bare)
        return commit

    def _tree(self, *entries: tuple[bytes, bytes, str]) -> str:
        content = b"".join(mode + b" " + name + b"\0" + bytes.fromhex(blob) for mode, name, blob in entries)
        return self.git(
            "hash-object", "-t", "tree", "--literally", "-w", "--stdin", given=content, cwd=self.bare
        )
