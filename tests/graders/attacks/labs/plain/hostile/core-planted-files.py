# A reply plants files where a library or the shell would read them: hidden ones, a matplotlibrc, code under other names.
# %% grade_id="clamp"
import gc

NAMES = ["matplotlibrc", ".ipython/profile_default/startup/0.ipy", "numpy/__init__.py/", "json.py", "json.PY", "np.so ", "../x", "/tmp/@LEFT@", "a\0b", "x" * 300, "d/" * 40, "zip.egg", "graders/", "pyvenv.cfg", "@LEFT@.pth"]


def forge():
    worker = next(o for o in gc.get_objects() if type(o).__name__ == "Side" and hasattr(o, "channel"))

    def changed(packed):
        packed.append(b"raise SystemExit\n")
        return [[[root, name, len(packed) - 1] for name in NAMES for root in ("lab", "tmp", "other", None)], [["lab", "../../.."], ["tmp", ""]]]

    worker.folders.changed = changed


try:
    forge()
except Exception:
    pass


def clamp(value, low, high):
    return None
