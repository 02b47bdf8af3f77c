"""Curated tracks: goals that the academy offers and an instructor can assign, one YAML file each."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from catalogue import Catalogue, Text
from catalogue.ids import SkillField
from catalogue.schema import Id, Keys
from learning_paths.errors import CurriculumError

FOLDER = Path(__file__).resolve().parent / "tracks"


class TrackKeys(Keys):
    """The keys of ``tracks/<track>.yml``."""

    title: Text = Field(description="the track's name in English and Chinese")
    promise: Text = Field(description="one sentence: what somebody can do at its end")
    suits: Text = Field(description="whom an instructor would give it to")
    competencies: tuple[SkillField, ...] = Field(min_length=1, description="what to reach, `fine-tuning@I`")


class Track(TrackKeys):
    """A curated track."""

    id: Id

    def data(self) -> dict[str, Any]:
        """Return the track as JSON can carry it."""
        return self.model_dump(mode="json")


def load_tracks(catalogue: Catalogue, folder: Path = FOLDER) -> Mapping[str, Track]:
    """Return all tracks by id, each held against the catalogue.

    Raises
    ------
    CurriculumError
        When a file is broken or names a competency that there is not; with file and value.
    """
    return _load(catalogue, folder)


@lru_cache(maxsize=4)
def _load(catalogue: Catalogue, folder: Path) -> Mapping[str, Track]:
    tracks = {}
    for path in sorted(folder.glob("*.yml")):
        track = _read(path)
        unknown = [
            str(skill) for skill in track.competencies if skill.competency not in catalogue.competencies
        ]
        if unknown:
            raise CurriculumError("unknown-in-track", name=repr(unknown[0]), file=path.name)
        tracks[track.id] = track
    return tracks


def _read(path: Path) -> Track:
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        return Track(id=path.stem, **data)
    except (YAMLError, TypeError) as error:
        raise CurriculumError("no-track-mapping", why=error, file=path.name) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CurriculumError("bad-track", where=where, why=first["msg"], file=path.name) from error
