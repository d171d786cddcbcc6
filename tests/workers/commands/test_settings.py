"""The settings of single commands are the product's own, by name, kind and default."""

from __future__ import annotations

import pytest
from pydantic_settings import BaseSettings

from bot.settings import Settings
from workers.commands.settings import FileSettings, LockSettings, ManifestSettings, StoreSettings


@pytest.mark.parametrize("kind", [StoreSettings, FileSettings, ManifestSettings, LockSettings])
def test_a_commands_settings_have_the_products_names_and_defaults(kind: type[BaseSettings]) -> None:
    optional_here = {"slack_bot_token"}
    for name, field in kind.model_fields.items():
        own = Settings.model_fields[name]
        assert own.metadata == field.metadata
        if name not in optional_here:
            assert (own.annotation, own.default) == (field.annotation, field.default)
    assert kind.model_config == Settings.model_config
