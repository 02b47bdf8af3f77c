"""Fitted models with their cards."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from learning_paths.errors import StoreError
from learning_paths.refusals import in_turn
from learning_paths.store.database import Database
from learning_paths.store.records import Model
from learning_paths.tables import models


class ModelTable(Database):
    """All models that were fitted; at most one of a kind is active."""

    def add_model(
        self,
        kind: str,
        parameters: dict[str, Any],
        card: dict[str, Any],
        now: datetime,
        *,
        active: bool = True,
    ) -> Model:
        """Keep a model; when it is active, no other of its kind is."""
        values = {"kind": kind, "made_at": now, "parameters": parameters, "card": card, "active": active}

        def add(connection: Connection) -> Model:
            if active:
                _deactivate(connection, kind)
            made = connection.execute(models.insert().values(values))
            return Model(id=made.inserted_primary_key[0], **values)

        return self._write(add)

    def activate_model(self, model_id: int) -> Model:
        """Let a model be the active one of its kind.

        Raises
        ------
        StoreError
            When there is no such model.
        """
        this = models.c.id == model_id

        def activate(connection: Connection) -> Model:
            row = connection.execute(sa.select(models).where(this)).first()
            if row is None:
                known = connection.scalars(sa.select(models.c.id).order_by(models.c.id)).all()
                told = in_turn(known) if known else {"en": "none yet", "zh": "无"}
                raise StoreError("no-kept-model", number=model_id, known=told)
            _deactivate(connection, row.kind)
            connection.execute(models.update().where(this).values(active=True))
            return Model(**{**row._mapping, "active": True})

        return self._write(activate)

    def deactivate_models(self, kind: str) -> None:
        """Let no model of a kind be active."""
        self._write(lambda connection: _deactivate(connection, kind))

    def active_model(self, kind: str) -> Model | None:
        """Return the active model of a kind."""
        query = sa.select(models).where(models.c.kind == kind, models.c.active.is_(True))
        with self._reading() as connection:
            row = connection.execute(query).first()
            return Model(**row._mapping) if row else None

    def models(self, kind: str) -> list[Model]:
        """Return all models of a kind, oldest first."""
        query = sa.select(models).where(models.c.kind == kind).order_by(models.c.id)
        with self._reading() as connection:
            return [Model(**row._mapping) for row in connection.execute(query)]


def _deactivate(connection: Connection, kind: str) -> None:
    connection.execute(
        models.update().where(models.c.kind == kind, models.c.active.is_(True)).values(active=False)
    )
