"""An example of each body that a route reads itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from app.compat.stored_shapes import LegacyChartBody, LegacyChartChange, LegacyNatalBody
from app.web.admin_users import RoleChange, UserCreation, UserPatch
from app.web.auth_shapes import Credentials, NewAccount, Refresh
from app.web.chart_shapes import ChartChange, NewChart
from app.web.circuits import Opening
from app.web.service_token_shapes import NewServiceToken
from app.web.user_shapes import Erasure, PasswordChange, PasswordReset, ProfileChange

_PASSWORD = "a long password"  # noqa: S105 - nobody's
_MARY = {"email": "mary@example.com", "username": "mary", "password": _PASSWORD}
_PLACE = {"latitude": 40.7128, "longitude": -74.006, "timezone": "America/New_York"}

EXAMPLES: Mapping[Any, Mapping[str, Any]] = MappingProxyType(
    {
        NewAccount: _MARY,
        Credentials: {"username": "mary", "password": _PASSWORD},
        Refresh: {"refresh_token": "the refresh_token of a login"},
        ProfileChange: {"first_name": "Mary", "last_name": "Somerville"},
        PasswordChange: {"current_password": _PASSWORD, "new_password": "a longer password"},
        PasswordReset: {
            "token": "what run.py user reset-password has printed",
            "new_password": "a longer password",
        },
        Erasure: {"password": _PASSWORD},
        dict[str, Any]: {"house_system": "KOCH", "theme": "dark"},
        UserCreation: {**_MARY, "tier": "basic", "roles": ["user"]},
        UserPatch: {"tier": "pro", "is_approved": True},
        RoleChange: {"scopes": ["calculations"]},
        NewServiceToken: {"days": 30, "scope": "calculations", "name": "backend"},
        Opening: {"seconds": 60},
        NewChart: {
            "name": "Ada",
            "date": "1990-01-15",
            "time": "14:30",
            "city": "Zürich",
            "country": "Switzerland",
        },
        ChartChange: {"notes": "The time is from the birth certificate"},
        LegacyNatalBody: {"date": "1990-01-15", "time": "14:30:00", **_PLACE},
        LegacyChartBody: {"date": "1990-01-15T14:30:00", **_PLACE},
        LegacyChartChange: {"time": "14:35:00"},
    }
)
"""By the type of the body."""
