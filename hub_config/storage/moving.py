"""`academy move`: the records from where they lie to where `academy.yml` says."""

import os
import tempfile
from contextlib import ExitStack, nullcontext
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from hub_config.deployment import Deployment
from hub_config.errors import HubError, Refused

from .databases import LEFT, Part, belong_to_folder, is_where, keep, made, parts, said, where
from .transfer import Told, copy


def move(deployment: Deployment, url: str | None, tell: Told, *, dry: bool = False) -> dict[str, int]:
    """Bring all records to where ``database.url`` says, and use them there from now on.

    What lies where they were stays: SQLite files under another name, schemas as they are.

    Parameters
    ----------
    deployment
        The data folder; no hub runs on it meanwhile.
    url
        ``database.url``; None for SQLite files.
    tell
        See `hub_config.storage.transfer.copy`.
    dry
        Make and copy everything, then take it back.

    Returns
    -------
    dict
        Rows that were copied, by part.

    Raises
    ------
    Refused
        When they are there already, nothing is to be moved, a hub runs, or something lies there already.
    HubError
        When a database cannot be reached, or a row did not arrive as it was; nothing is changed then.
    """
    if is_where(deployment, url):
        raise Refused(f"the records lie where academy.yml says already: {where(deployment)}")
    there = [part for part in parts(deployment) if part.kept.exists() or part.file.exists()]
    if not there:
        raise Refused(
            f"there are no records in {deployment.data} yet; ./academy hub makes them where they belong"
        )
    with deployment.only_hub():
        try:
            return _moved(deployment, url, there, tell, dry)
        except _Dry as all_of_it:
            return all_of_it.counts
        except (DBAPIError, OSError) as error:
            raise HubError(
                f"the records could not be moved: {said(error)}; nothing was changed, so mend that and try"
                " again"
            ) from error


class _Dry(Exception):
    def __init__(self, counts: dict[str, int]) -> None:
        super().__init__()
        self.counts = counts


def _moved(
    deployment: Deployment, url: str | None, there: list[Part], tell: Told, dry: bool
) -> dict[str, int]:
    with ExitStack() as undone, tempfile.TemporaryDirectory(dir=deployment.hub) as copies:
        target = made(deployment, url, parts(deployment)) if url else _drafts(deployment, undone)
        with target as urls:
            counts = {}
            for part in parts(deployment):
                part.migrate(urls[part.name])
                if part in there:
                    source = _source(part, Path(copies))
                    part.migrate(source)
                    counts[part.name] = copy(part.metadata, source, urls[part.name], tell)
            if dry:
                raise _Dry(counts)
            if url:
                keep(deployment, urls)
            else:
                for part in parts(deployment):
                    belong_to_folder(part.draft, part.file.parent)
                    os.replace(part.draft, part.file)
                keep(deployment, {})
        undone.pop_all()
    if url:
        for part in there:
            if part.file.exists():
                os.replace(part.file, part.file.with_name(part.file.name + LEFT))
    return counts


def _source(part: Part, copies: Path) -> str:
    """Return the URL that a part is read from: a copy of what root does not open itself."""
    if not part.is_staffs:
        return part.url
    part.save(copies / part.name)
    return f"sqlite:///{copies / part.name}"


def _drafts(deployment: Deployment, undone: ExitStack) -> nullcontext[dict[str, str]]:
    """Give the URLs of SQLite files beside those that they become."""
    for part in parts(deployment):
        if part.file.exists():
            raise Refused(f"{part.file} is there already; move it away first")
        part.draft.unlink(missing_ok=True)
        undone.callback(part.draft.unlink, missing_ok=True)
    return nullcontext({part.name: f"sqlite:///{part.draft}" for part in parts(deployment)})
