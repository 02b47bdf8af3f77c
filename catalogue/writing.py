"""Files that are written whole or not at all."""

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str) -> bool:
    """Write a file at once or not at all, if its content changes; it keeps its mode.

    Returns
    -------
    bool
        Whether it was written.

    Raises
    ------
    OSError
        When it cannot be written; a file that was there is as before.
    """
    data = text.encode()
    if path.exists() and path.read_bytes() == data:
        return False
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True
