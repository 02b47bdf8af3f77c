"""Which competencies xAPI activities and certificates speak for: ``mapping.yml``, and an academy's own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import Field

from catalogue import Catalogue, InvalidFile, Level, Problem, Skill, Text
from catalogue.errors import nearest, suggest
from catalogue.ids import SkillField
from catalogue.reading import line_of, read_mapping, validate
from catalogue.schema import Keys, Line
from learning_paths.mastery import MOST_GUESS

OURS = Path(__file__).with_name("mapping.yml")
OWN = "evidence-mapping.yml"
"""Name of an academy's own file in its data folder."""

ACTIVITY_WEIGHT = 0.5
"""Nobody here has seen the questions or knows who sat there: half a lab's task."""
ACTIVITY_GUESS = 0.25
"""What guessing gets on questions with four options."""
CERTIFICATE_GUESS = MOST_GUESS
"""A list of certificates has only those who passed, after any number of tries."""


class Activity(Keys):
    """An xAPI activity."""

    id: Line = Field(description="object id; {skill} where it names competency@LEVEL itself, * for anything")
    proves: tuple[SkillField, ...] = Field((), description="competency@LEVEL; may be empty with {skill}")
    weight: float = Field(ACTIVITY_WEIGHT, gt=0, le=1, description="beside a lab's task, which counts 1")
    guess: float = Field(ACTIVITY_GUESS, gt=0, lt=0.9, description="chance to pass without the level")


class Certificate(Keys):
    """A certificate that no direction of the catalogue covers."""

    names: tuple[Line, ...] = Field(min_length=1, description="what lists call it")
    title: Text
    proves: tuple[SkillField, ...] = Field(min_length=1, description="competency@LEVEL")
    weight: float = Field(1.0, gt=0, le=1, description="beside a lab's task, which counts 1")
    guess: float = Field(CERTIFICATE_GUESS, gt=0, lt=0.9, description="chance to hold it without the level")


class MappingFile(Keys):
    """mapping.yml."""

    activities: tuple[Activity, ...] = ()
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True)
class SpeaksFor:
    """What a piece of work elsewhere says when it went well.

    Parameters
    ----------
    name
        One name for all ways to write it.
    title
        What people call it, by language; None where its source says so.
    proves
        ``competency@LEVEL``.
    weight, guess
        As in `mastery.Observation`.
    """

    name: str
    title: Mapping[str, str] | None
    proves: tuple[str, ...]
    weight: float
    guess: float


@dataclass(frozen=True)
class Rules:
    """All entries, those of the academy's own file first.

    Parameters
    ----------
    catalogue
        Has the certification directions.
    activities, certificates
        In the order in which they are tried.
    """

    catalogue: Catalogue
    activities: tuple[Activity, ...]
    certificates: tuple[Certificate, ...]

    def activity(self, name: str) -> SpeaksFor | None:
        """Return what an object id speaks for; None where no entry has it."""
        for entry in self.activities:
            pattern = re.escape(entry.id).replace(r"\{skill\}", "(.+)").replace(r"\*", ".*")
            found = re.fullmatch(pattern, name)
            if found is None:
                continue
            try:
                named = (Skill.parse(found[1]),) if found.groups() else ()
            except ValueError:
                continue
            proves = named + entry.proves
            if all(skill.competency in self.catalogue.competencies for skill in proves):
                return SpeaksFor(name, None, tuple(map(str, proves)), entry.weight, entry.guess)
        return None

    def certificate(self, name: str) -> SpeaksFor | None:
        """Return what a certificate speaks for; None where it is unknown."""
        return self._certificates.get(name.strip().casefold())

    def near_certificates(self, name: str) -> tuple[list[str], int]:
        """Return which names would have been right, and how many there are in all."""
        titles = {word: one.name for word, one in self._certificates.items() if word != one.name}
        known = list(dict.fromkeys(one.name for one in self._certificates.values()))
        return nearest(name, known, names=titles), len(known)

    @cached_property
    def _certificates(self) -> dict[str, SpeaksFor]:
        found: dict[str, SpeaksFor] = {}
        for words, one in (*self._own(), *self._of_directions()):
            for word in words:
                found.setdefault(word.strip().casefold(), one)
        return found

    def _own(self) -> Iterator[tuple[tuple[str, ...], SpeaksFor]]:
        for one in self.certificates:
            title = {"en": one.title.en, "zh": one.title.zh}
            proves = tuple(map(str, one.proves))
            words = (*one.names, one.title.en, one.title.zh)
            yield words, SpeaksFor(one.names[0].casefold(), title, proves, one.weight, one.guess)

    def _of_directions(self) -> Iterator[tuple[tuple[str, ...], SpeaksFor]]:
        """Yield the directions, for breadth one level below what their roles ask; and each of their roles."""
        roles = self.catalogue.roles
        for name, direction in self.catalogue.certifications.directions.items():
            title = direction.title
            proves = tuple(
                f"{competency}@{Level(max(1, level - 1))}"
                for role in direction.roles
                for competency, level in roles[role].competencies.items()
            )
            yield _certificate(name, title, (name, title.en, title.zh), proves)
            for role in direction.roles:
                title = roles[role].title
                proves = tuple(f"{one}@{level}" for one, level in roles[role].competencies.items())
                yield _certificate(role, title, (role, f"{name}/{role}", title.en, title.zh), proves)


def load_rules(catalogue: Catalogue, data: Path | None = None) -> Rules:
    """Read the academy's mapping, and the own one of a data folder where there is one.

    Raises
    ------
    InvalidFile
        With every fault: line, value, and what would be right.
    """
    own = data / OWN if data else None
    files = [_read(path, catalogue) for path in (own, OURS) if path is not None and path.exists()]
    return Rules(
        catalogue,
        tuple(one for file in files for one in file.activities),
        tuple(one for file in files for one in file.certificates),
    )


def _read(path: Path, catalogue: Catalogue) -> MappingFile:
    file = validate(MappingFile, read_mapping(path, path), path, path)
    problems = []
    entries: Sequence[tuple[str, Sequence[Activity | Certificate]]] = (
        ("activities", file.activities),
        ("certificates", file.certificates),
    )
    for kind, of_kind in entries:
        for number, entry in enumerate(of_kind):
            if isinstance(entry, Activity) and not entry.proves and "{skill}" not in entry.id:
                line = line_of(path, (kind, number))
                problems.append(
                    Problem(f"{entry.id} proves nothing", path, line, "add proves: [competency@I]")
                )
            for place, skill in enumerate(entry.proves):
                if skill.competency not in catalogue.competencies:
                    mend = suggest(skill.competency, tuple(catalogue.competencies), "competency")
                    line = line_of(path, (kind, number, "proves", place))
                    problems.append(Problem(f"unknown competency {skill.competency!r}", path, line, mend))
    if problems:
        raise InvalidFile(problems)
    return file


def _certificate(
    name: str, title: Text, words: tuple[str, ...], proves: tuple[str, ...]
) -> tuple[tuple[str, ...], SpeaksFor]:
    return words, SpeaksFor(name, {"en": title.en, "zh": title.zh}, proves, 1.0, CERTIFICATE_GUESS)
