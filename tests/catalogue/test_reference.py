"""The page of keys is what the models say."""

from pathlib import Path

from catalogue.reference import README, TABLES, reference, updated
from catalogue.units import CourseKeys, LabKeys

EXAMPLE_TREE = Path(__file__).parent / "conftest.py"


def test_the_readme_has_the_keys_of_the_models():
    text = README.read_text(encoding="utf-8")
    assert reference() in text, "run python -m catalogue.reference"
    assert updated(text) == text


def test_a_changed_model_changes_the_page():
    text = README.read_text(encoding="utf-8")
    stale = text.replace("| `hints` |", "| `hint` |")
    assert stale != text
    assert updated(stale) == text


def test_every_key_is_explained():
    for title, model in TABLES:
        for name, field in model.model_fields.items():
            if name not in ("id", "kind"):
                assert field.description, f"{name} of {title} lacks a description"


def test_the_example_tree_uses_every_key_that_must_be_there():
    text = EXAMPLE_TREE.read_text(encoding="utf-8")
    for model in (CourseKeys, LabKeys):
        for name, field in model.model_fields.items():
            if field.is_required():
                assert f"\n{name}:" in text or f"{name}:" in text.splitlines()[0] or f'"""\\\n{name}:' in text
