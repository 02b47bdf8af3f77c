"""JupyterHub, with what takes it long done side by side: ``python -m hub_config.hub -f CONFIG``.

Left alone, JupyterHub starts its services after all else and asks the database for the people of running
servers one by one. It starts with any of its own commands too, only later.
"""

import asyncio
from typing import Any

from jupyterhub import app, orm
from jupyterhub.services.service import Service
from sqlalchemy.orm import selectinload


class JupyterHub(app.JupyterHub):
    """A hub whose services load while it looks after the servers that run."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._ahead: dict[str, asyncio.Task[bool]] = {}

    async def init_spawners(self) -> int:
        """Start the services, then look which servers still run."""
        for name, service in self._service_map.items():
            self._ahead[name] = asyncio.create_task(super().start_service(name, service))
        await asyncio.sleep(0)  # a task begins only now
        has_server = orm.User._orm_spawners.any(orm.Spawner.server != None)  # noqa: E711 - SQL's
        people = self.db.query(orm.User).filter(has_server).options(selectinload(orm.User._orm_spawners))
        held = people.all()  # what nothing holds would be read anew for each server
        looked_at = await super().init_spawners()
        del held
        return looked_at

    async def start_service(self, service_name: str, service: Service, ssl_context: Any = None) -> bool:
        """Tell whether a service is up, once it is."""
        ahead = self._ahead.pop(service_name, None)
        return await (ahead or super().start_service(service_name, service, ssl_context))


if __name__ == "__main__":
    JupyterHub.launch_instance()
