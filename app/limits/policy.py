"""Which limit a request counts against, and under whose name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.accounts.throttle import network_of
from app.limits.windows import Limit
from app.security.tokens import Principal
from app.settings import Settings
from app.tiers import Tier

DEFAULT_TIER = Tier.FREE


@dataclass(frozen=True, slots=True)
class Scale:
    """The limits of one class of requests, None for no limit; `mark` sets its counts apart."""

    mark: str
    tiers: Mapping[str, Limit | None]
    service: Limit | None

    def limit_of(self, principal: Principal) -> Limit | None:
        if principal.token_id is not None:
            return self.service
        return self.tiers.get(principal.tier, self.tiers[DEFAULT_TIER])

    def key_of(self, principal: Principal) -> str:
        """By user, whatever the number of tokens; a service token stands for itself."""
        if principal.token_id is not None:
            return f"{self.mark}:token:{principal.token_id}"
        return f"{self.mark}:{principal.subject}"


@dataclass(frozen=True, slots=True)
class Policy:
    """All limits. Long work has one of its own, and so has all that is no calculation."""

    calculation: Scale
    long: Scale
    account: Scale
    address: Limit | None

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        window, share = settings.rate_limit_window, settings.rate_limit_long_share
        tiers = {
            DEFAULT_TIER: settings.rate_limit_free,
            Tier.BASIC: settings.rate_limit_basic,
            Tier.PRO: settings.rate_limit_pro,
        }

        def scale(mark: str, suffix: str, divisor: int) -> Scale:
            return Scale(
                mark,
                {name: _limit(name + suffix, n, divisor, window) for name, n in tiers.items()},
                _limit("service" + suffix, settings.rate_limit_service, divisor, window),
            )

        return cls(
            scale("calculation", "", 1),
            scale("long", "-long", share),
            scale("account", "-account", 1),
            _limit("auth", settings.rate_limit_auth, 1, window),
        )


def address_key(address: str) -> str:
    """By address, or by the network of one customer; whoever has no address shares one."""
    return f"auth:{network_of(address)}"


def refused_key(address: str) -> str:
    """The same for tokens that were refused: apart, for whoever needs a new one must get it."""
    return f"refused:{network_of(address)}"


def _limit(name: str, quota: int, divisor: int, seconds: int) -> Limit | None:
    """A limit of one request at least, or none where it is set to 0."""
    return Limit(name, max(1, quota // divisor), seconds) if quota > 0 else None
