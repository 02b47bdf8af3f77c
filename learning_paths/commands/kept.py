"""The store that an academy keeps, for verbs that look into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalogue.folders import data_folder, store_url
from learning_paths.errors import StoreError
from learning_paths.store import Store


def is_kept(data: Path) -> bool:
    """Tell whether there is a store for a data folder already."""
    return store_url(data) != f"sqlite:///{data / 'store.sqlite'}" or (data / "store.sqlite").exists()


@contextmanager
def kept_store(folder: Path | None) -> Iterator[Store]:
    """Open the store that is there, and close it afterwards.

    Parameters
    ----------
    folder
        What ``--data`` names.

    Raises
    ------
    StoreError
        When there is none.
    """
    data = data_folder(folder)
    if not is_kept(data):
        raise StoreError("no-store", data=data)
    store = Store(store_url(data))
    try:
        yield store
    finally:
        store.close()
