"""A hub whose work goes through folders: each learner's server sees a desk in the place of the exchange."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_config.exchange import TIME
from tests.hub_config.test_hub import reach, written
from tests.hub_config.test_surviving import SUBMIT, a_lab, arrived, new_submission
from tests.hub_process import Hub, Person

pytestmark = [pytest.mark.slow, pytest.mark.rota(3)]
EXCHANGE = "/srv/academy/exchange/academy"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Yield a hub of its own, with one lab."""
    data = tmp_path_factory.mktemp("by-folder") / "data"
    data.mkdir()
    (data / "academy.yml").write_text("labs: [first-programs]\nexchange: {kind: folder}\n")
    started = Hub(data).start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def learner(hub: Hub) -> Person:
    """Return a learner with a running server."""
    person = hub.sign_in("learner", hub.passwords["learner"])
    person.start_server()
    return person


def test_a_learner_sees_the_own_desk_and_writes_into_its_inbound_alone(hub: Hub, learner: Person) -> None:
    seen = reach(learner, [Path(EXCHANGE), hub.data / "desks"])
    assert seen == {EXCHANGE: ["feedback", "inbound", "outbound"], f"{hub.data}/desks": "FileNotFoundError"}
    parts = [EXCHANGE, *(f"{EXCHANGE}/{part}" for part in ("feedback", "inbound", "outbound"))]
    assert written(learner, parts) == {f"{EXCHANGE}/inbound"}


def test_a_submission_belongs_to_whose_desk_it_lies_on_whatever_name_it_bears(
    hub: Hub, learner: Person
) -> None:
    lab, before = a_lab(hub), arrived(hub)
    learner.run(SUBMIT.format(wait=0, lab=lab, options=["--CourseDirectory.student_id=instructor"]))
    owner, of, when, _ = new_submission(hub, before).split("+")
    assert (owner, of) == ("learner", lab)
    time.strptime(when, TIME)
