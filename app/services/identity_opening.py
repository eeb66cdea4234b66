"""The identity service of the server: its settings checked, its circuit looked after."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from app.resilience.registry import Registry
from app.security.secrets import SigningKeys
from app.security.tokens import Scope
from app.services.http import MisconfiguredService, checked_address, checked_header, open_service
from app.services.identity import IdentityService
from app.services.probes import keep_probing
from app.settings import Settings
from app.storage.postgres import Postgres
from app.telemetry.tasks import under_way

NAME = "identity-service"
"""Of the dependency, in /health, metrics and logs."""


@asynccontextmanager
async def open_identity(
    settings: Settings,
    registry: Registry,
    keys: SigningKeys,
    postgres: Postgres,
    clock: Callable[[], float],
) -> AsyncIterator[IdentityService | None]:
    """The identity service, None where none is set; raises MisconfiguredService."""
    if settings.identity_service_url is None:
        yield None
        return
    address = checked_address("NOCTURNA_IDENTITY_SERVICE_URL", settings.identity_service_url)
    checked_header("NOCTURNA_SERVICE_NAME", settings.service_name)
    key = settings.identity_api_key
    if key is not None:
        checked_header("NOCTURNA_IDENTITY_API_KEY", key)
    _check_roles(settings.identity_roles)
    async with open_service(NAME, address, key, settings, registry) as client:
        service = IdentityService(client, settings, keys, postgres, clock)
        try:
            async with under_way(keep_probing(client)):
                yield service
        finally:
            await service.close()


def _check_roles(roles: Mapping[str, tuple[str, ...]]) -> None:
    for role, scopes in roles.items():
        for scope in scopes:
            if scope not in set(Scope):
                known = ", ".join(Scope)
                raise MisconfiguredService(
                    f"NOCTURNA_IDENTITY_ROLES gives the role {role} the scope {scope}, which there "
                    f"is not; there are: {known}"
                )
