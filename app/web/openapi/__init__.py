"""The OpenAPI 3.1 description, made from the route table and the catalogue."""

from __future__ import annotations

from app.web.openapi.document import openapi, source_text

__all__ = ["openapi", "source_text"]
