"""The databases of an academy: a file of SQLite each, or a schema each in one database of PostgreSQL.

`academy.yml` names the one database and somebody who may make schemas and users in it. Each part gets a user
of its own, who sees its own schema alone: an instructor's server, which opens the gradebook, reaches nothing
else by it. How a part is reached stands in a private file, which is there once the part is.
"""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.exc import DBAPIError, ProgrammingError

from graders import staff
from graders.errors import CourseError
from graders.owners import owner
from hub_config.deployment import Deployment, database_place, write_private
from hub_config.errors import HubError, Refused

from . import migrating
from .migrating import said, shown

PASSWORD = "ACADEMY_DATABASE_PASSWORD"
REVISION = "alembic_version"
LEFT = ".moved"  # ends the name of an SQLite file whose records were moved
NEXT = "to bring the academy's records to where academy.yml says: stop the hub, then ./academy move"


@dataclass(frozen=True)
class Part:
    """One database of an academy.

    Parameters
    ----------
    name
        Its schema in PostgreSQL, and its name in a backup.
    kept
        The private file that holds its URL where it is not SQLite.
    file
        Its SQLite file.
    tables
        Give its tables; what they are takes a moment to import.
    migrate
        Make the tables at a URL, or bring them up to date.
    scripts
        Give the folder of its migrations.
    of
        The places of the course whose gradebook it is, in a folder that its staff write in; else None.
    """

    name: str
    kept: Path
    file: Path
    tables: Callable[[], MetaData]
    migrate: Callable[[str], None]
    scripts: Callable[[], str]
    of: Deployment | None = None

    @property
    def url(self) -> str:
        """Where it lies now."""
        if self.of is not None:
            return self.of.gradebook_url
        return self.kept.read_text(encoding="utf-8").strip() if self.kept.exists() else self.file_url

    @property
    def file_url(self) -> str:
        """The URL of its SQLite file."""
        return f"sqlite:///{self.file}"

    @property
    def is_staffs(self) -> bool:
        """Whether it is a file in a folder that root does nothing in; see `graders.staff`."""
        return self.of is not None and self.url == self.file_url and owner(self.of.course) is not None

    @property
    def draft(self) -> Path:
        """Where its SQLite file is written before it is whole."""
        name = f".{self.file.name}.moving"
        return self.of.grading / name if self.of else self.file.with_name(name)

    def save(self, copy: Path) -> None:
        """Write it into a new SQLite file as it is at one moment; see `transfer.save`."""
        from .transfer import save, take

        if not self.is_staffs:
            save(self.metadata, self.url, copy, lambda *_: None)
            return
        beside = self.file.with_name(f".{self.file.name}.saving")
        try:
            staff.ask(self.of.grading, "hub_config.storage.transfer:save_beside", str(self.file), str(beside))
        except CourseError as error:
            raise HubError(f"the gradebook {self.file} cannot be read: {error}") from error
        take(beside, copy)

    @cached_property
    def metadata(self) -> MetaData:
        """Its tables, all but the one that holds their version."""
        return self.tables()


def parts(deployment: Deployment) -> tuple[Part, ...]:
    """Return the databases of an academy."""
    secret, course = deployment.secrets, deployment.course
    hub_file = deployment.hub / "jupyterhub.sqlite"
    store, work, seen = (deployment.data / f"{name}.sqlite" for name in ("store", "work", "oversight"))
    book_file = course / "gradebook.db"
    kept = {name: secret / f"{name}.url" for name in ("hub", "paths", "work", "oversight")}
    of_courses = [part for one in deployment.courses() for part in _of_course(one)]
    return (
        _part("hub", kept["hub"], hub_file),
        _part("gradebook", course / "gradebook.url", book_file, "book", deployment),
        _part("paths", kept["paths"], store, "store"),
        _part("work", kept["work"], work),
        _part("oversight", kept["oversight"], seen),
        *of_courses,
    )


def _of_course(of: Deployment) -> tuple[Part, Part]:
    """Return the databases of a course beside the academy's own."""
    book, work = f"gradebook-{of.course_id}", f"work-{of.course_id}"
    return (
        _part(book, of.course / "gradebook.url", of.course / "gradebook.db", "book", of),
        _part(work, of.secrets / f"{work}.url", of.grading / "work.sqlite", "work"),
    )


def _part(name: str, kept: Path, file: Path, kind: str = "", of: Deployment | None = None) -> Part:
    tables, migrate, scripts = migrating.OF[kind or name]
    return Part(name, kept, file, tables, migrate, scripts, of)


def prepare(deployment: Deployment, url: str | None) -> None:
    """Make ready what `academy.yml` names, at the start of a hub.

    Parameters
    ----------
    deployment
        The data folder.
    url
        ``database.url``; None for SQLite.

    Raises
    ------
    Refused
        When the records lie somewhere else than where it says, with how to bring them there.
    HubError
        When the database cannot be reached or prepared.
    """
    if url and os.environ.get("ACADEMY_STORE"):
        raise HubError(
            "ACADEMY_STORE and database.url of academy.yml both say where plans lie; take one away"
        )
    if not is_where(deployment, url) and are_there(deployment):
        wanted = shown(url) if url else "SQLite files"
        raise Refused(
            f"the academy's records lie in {where(deployment)}, and academy.yml says {wanted}; {NEXT}"
        )
    # all of them, or those that a newer version of the academy has beside the ones that are there
    lacking = [part for part in parts(deployment) if url and not part.kept.exists()]
    if not url or not lacking:
        return
    with made(deployment, url, lacking) as urls:
        for part in lacking:
            part.migrate(urls[part.name])
        there = {part.name: part.url for part in parts(deployment) if part.kept.exists()}
        keep(deployment, there | urls)


def are_there(deployment: Deployment) -> bool:
    """Tell whether the academy has any records."""
    return any(part.kept.exists() or part.file.exists() for part in parts(deployment))


def is_where(deployment: Deployment, url: str | None) -> bool:
    """Tell whether the records lie where ``database.url`` says; with none they lie in SQLite files."""
    kept = [part for part in parts(deployment) if part.kept.exists()]
    if url is None:
        return not kept
    files = [part for part in parts(deployment) if part.file.exists() and part not in kept]
    return bool(kept) and not files and all(_place(part.url) == _place(url) for part in kept)


def revisions(deployment: Deployment) -> list[tuple[str, str | None, str | None]]:
    """Return the version of the tables of each part that is there, and the one that this academy needs.

    None stands for a version that cannot be told: the part does not answer.
    """
    there = [part for part in parts(deployment) if is_there(part.url)]
    heads = [ScriptDirectory(part.scripts()).get_current_head() for part in there]
    return [(part.name, _revision(part), head) for part, head in zip(there, heads, strict=True)]


def _revision(part: Part) -> str | None:
    if not part.is_staffs:
        return revision(part.url)
    try:
        return staff.ask(part.of.grading, f"{__name__}:revision", part.url)
    except CourseError:
        return None


def revision(url: str) -> str | None:
    """Return the version of the tables at a URL; None where it cannot be told."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DBAPIError:
        return None
    finally:
        engine.dispose()


def where(deployment: Deployment) -> str:
    """Return where the records lie, to be read by people."""
    found = next((part.url for part in parts(deployment) if part.kept.exists()), None)
    return shown(found) if found else f"SQLite files in {deployment.data}"


def is_there(url: str) -> bool:
    """Tell whether a part's database was made: what is kept of PostgreSQL was, a file is there or not."""
    parsed = sa.make_url(url)
    return parsed.get_backend_name() != "sqlite" or Path(parsed.database or "").exists()


def keep(deployment: Deployment, urls: dict[str, str]) -> None:
    """Note how each part is reached from now on; what is not named is an SQLite file again."""
    for part in parts(deployment):
        if part.name not in urls:
            part.kept.unlink(missing_ok=True)
            continue
        part.kept.parent.mkdir(exist_ok=True)
        write_private(part.kept, urls[part.name] + "\n")
        belong_to_folder(part.kept, part.kept.parent)


def belong_to_folder(path: Path, folder: Path) -> None:
    """Give a file to whom a folder belongs: an instructor's server opens the gradebook as another user."""
    if os.geteuid() == 0:
        whose = folder.stat()
        os.chown(path, whose.st_uid, whose.st_gid, follow_symlinks=False)


@contextmanager
def made(deployment: Deployment, url: str, wanted: Iterable[Part]) -> Iterator[dict[str, str]]:
    """Make a schema and a user for each part, and give their URLs; unmake them all where what follows fails.

    Parameters
    ----------
    deployment
        Whose password file is used.
    url
        Of PostgreSQL, with a user who may make schemas and users.
    wanted
        Which parts.

    Raises
    ------
    Refused
        When another academy's records lie there.
    HubError
        When the database cannot be reached, or does not let that be made.
    """
    engine = sa.create_engine(_with_password(deployment, url))
    names = [part.name for part in wanted]
    try:
        with _told(url), engine.begin() as connection:
            urls = {name: _make(connection, name) for name in names}
        try:
            yield urls
        except BaseException:
            with engine.begin() as connection:
                for name in names:
                    _unmake(connection, name)
            raise
    finally:
        engine.dispose()


def reached(deployment: Deployment, url: str) -> str:
    """Return the version of the database server.

    Raises
    ------
    HubError
        When it cannot be reached.
    """
    engine = sa.create_engine(_with_password(deployment, url))
    try:
        with _told(url), engine.connect() as connection:
            return str(connection.scalar(sa.text("SHOW server_version")))
    finally:
        engine.dispose()


def _make(connection: Connection, name: str) -> str:
    there = sa.text("SELECT count(*) FROM pg_tables WHERE schemaname = :name")
    if connection.scalar(there, {"name": name}):
        raise Refused(
            f"schema {name!r} of {shown(str(connection.engine.url))} holds tables already, of another"
            " academy, or of this one before its data folder was lost: name another database, or empty it"
        )
    database, password = connection.engine.url.database, secrets.token_hex(24)
    user = f"{database}_{name}"
    known = connection.scalar(sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :user"), {"user": user})
    quoted, schema = _quoted(connection, user), _quoted(connection, name)
    for statement in (
        f"{'ALTER' if known else 'CREATE'} ROLE {quoted} LOGIN PASSWORD '{password}'",
        f"GRANT {quoted} TO CURRENT_USER",
        f"CREATE SCHEMA IF NOT EXISTS {schema}",
        f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {quoted}",
        f"ALTER ROLE {quoted} IN DATABASE {_quoted(connection, database)} SET search_path = {schema}",
    ):
        connection.exec_driver_sql(statement)
    return connection.engine.url.set(username=user, password=password).render_as_string(hide_password=False)


def _unmake(connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"DROP SCHEMA {_quoted(connection, name)} CASCADE")


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


def _with_password(deployment: Deployment, url: str) -> sa.URL:
    """Return a URL with the password that belongs to it: from the environment, or from its file."""
    path = deployment.secrets / "database-password"
    found = os.environ.get(PASSWORD) or (path.read_text().strip() if path.exists() else None)
    return sa.make_url(url).set(password=found)


def _place(url: str) -> tuple[object, ...]:
    return database_place(sa.make_url(url))


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Say in one line what a database would not do, and what to do then."""
    try:
        yield
    except ProgrammingError as error:
        raise HubError(
            f"{shown(url)} does not let this user make schemas and users: {said(error)}; give it CREATEROLE,"
            " and CREATE on the database"
        ) from error
    except DBAPIError as error:
        raise HubError(
            f"{shown(url)} cannot be reached: {said(error)}; start it or mend database.url; its password"
            f" stands in {PASSWORD} or in secrets/database-password"
        ) from error
