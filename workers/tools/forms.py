"""A form that a server asks a person to fill in. A rule: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def defaults(form: Mapping[str, Any]) -> dict[str, Any]:
    """What the form's fields hold before anybody has touched them (SEP-1034); fields without a default are left out."""
    fields = form.get("properties")
    if not isinstance(fields, Mapping):
        return {}
    return {
        str(name): field["default"]
        for name, field in fields.items()
        if isinstance(field, Mapping) and "default" in field
    }
