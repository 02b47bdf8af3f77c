"""An academy's records, of each kind, without a hub."""

import warnings
from datetime import UTC, datetime

import sqlalchemy as sa
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning
from sqlalchemy.orm import Session

from hub_config.accounts import Accounts
from hub_config.deployment import Deployment
from hub_config.oversight.deeds import Deed
from hub_config.oversight.trail import Seen, Trail
from hub_config.oversight.usage import Spent, add
from hub_config.storage.databases import parts
from hub_config.work.book import Book
from hub_config.work.rules import Terms
from learning_paths.store import Store
from tests.hub_config.work.files import tree_of

MOMENT = datetime(2026, 11, 3, 9, 30, 15, 123456)


def academy(data):
    """Make an academy in SQLite files, with something in each."""
    made = Deployment(data)
    made.prepare()
    made.course.mkdir()
    made.exchange.mkdir()
    for part in parts(made):
        part.migrate(part.url)
    fill_hub(made.hub_url)
    fill_gradebook(made.gradebook_url)
    fill_store(made.store_url)
    fill_work(made.work_url)
    fill_oversight(made.oversight_url)
    Accounts(made.accounts).add("ada", "learner")
    return made


def fill_hub(url):
    from jupyterhub import orm

    engine = sa.create_engine(url)
    with Session(engine) as session:
        session.add(role := orm.Role(name="learner", scopes=["self", "access:servers!server"]))
        for name in ("ada", "学员"):
            user = orm.User(name=name, created=MOMENT)
            session.add(user)
            session.flush()
            user.roles.append(role)
        session.add(orm.Spawner(user=user, name="", state={"pid": 7, "started": 1.5}))
        session.commit()
    engine.dispose()


def fill_gradebook(url):
    with Gradebook(url, "academy") as book:
        book.add_assignment("lab", duedate=MOMENT)
        book.add_notebook("lab", "lab")
        for number in range(3):
            book.add_grade_cell(f"check-{number}", "lab", "lab", max_score=5, cell_type="code")
        for number in range(40):
            book.add_student(f"learner-{number}", last_name="姓")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)  # nbgrader's own
                book.add_submission("lab", f"learner-{number}", timestamp=MOMENT)
            grade = book.find_grade("check-1", "lab", "lab", f"learner-{number}")
            grade.auto_score = number / 7
        book.db.commit()


def fill_store(url):
    store = Store(url)
    store.save_profile("ada", {"degree": "none", "name": "阿达"}, datetime(2026, 11, 3, tzinfo=UTC))
    store.close()


def fill_work(url):
    book, now, lab = Book(url), MOMENT.replace(tzinfo=UTC), tree_of({"lab.ipynb": b"{}"})
    book.release("lab", lab, "ines", now)
    book.set_deadline("lab", Terms(now, "Asia/Shanghai", late="percent", percent_per_day=10), "ines", now)
    book.set_group("pair", ["ada", "学员"], ["*"], "ines", now)
    made, _ = book.submit("ada", "lab", lab, "key", now, lambda said: {**said, "signature": "签"})
    book.note_upload("ada", "0" * 64, 5, now)
    book.give_feedback(book.share_at("lab", "ada", made.received_at), lab, "ines", now)
    book.close()


def fill_oversight(url):
    trail = Trail(url)
    trail.note(Deed("ines", "mark.changed", "lab:lab", "学员", {"c": 1.5}, {"c": {"by hand": 0.1}}))
    trail.observe("marks", {"学员/lab": Seen("学员", {"c": 1 / 3})}, lambda *_: ())
    add(trail, MOMENT.date(), {"学员": Spent(1.5, 1 / 3, 0)})
    trail.close()


def rows(part, url):
    """Return all that a part's database holds, as text."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in part.metadata.sorted_tables
        }
    engine.dispose()
    return found


def everything(deployment):
    """Return all that an academy's databases hold."""
    return {part.name: rows(part, part.url) for part in parts(deployment)}
