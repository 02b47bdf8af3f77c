"""Every public name of the kit is documented with an example, and the examples are true."""

import doctest
import importlib
import pkgutil
import sys

import pytest

from graders import kit

MODULES = [f"graders.kit.{m.name}" for m in pkgutil.iter_modules(kit.__path__)]


@pytest.mark.parametrize("name", kit.__all__)
def test_a_public_name_has_a_docstring(name: str) -> None:
    assert getattr(kit, name).__doc__


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    module = importlib.import_module(name)
    flags = doctest.IGNORE_EXCEPTION_DETAIL | doctest.ELLIPSIS
    notebook = {"__name__": "__main__"}  # where answers are written, and examples too
    assert doctest.testmod(module, extraglobs=notebook, optionflags=flags, report=True).failed == 0


@pytest.mark.parametrize("heavy", ["torch", "triton", "matplotlib", "ipywidgets", "nbgrader"])
def test_the_import_stays_light(heavy: str) -> None:
    import subprocess

    ask = f"import sys; from graders import kit; print({heavy!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
