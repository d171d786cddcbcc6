"""An agent whose conversations only we keep answers nobody where there is no key to seal them with."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalog.catalog import Catalog
from bot.settings import Settings
from bot.vault import new_key


@pytest.mark.parametrize("has_keys", [True, False])
def test_store_false_needs_vault_keys(tmp_path: Path, has_keys: bool) -> None:
    (tmp_path / "secret.md").write_text("---\nmodel: mistral-small-latest\nstore: false\n---\nKeep quiet.\n")
    settings = Settings.model_validate(
        {
            "slack_bot_token": "xoxb-1",
            "slack_signing_secret": "s",
            "mistral_api_key": "k",
            "agents_dir": tmp_path,
            "default_agent": "secret",
            "vault_keys": new_key() if has_keys else None,
        }
    )
    catalog = Catalog.load(settings, {})
    said = [str(problem) for problem in catalog.problems if problem.field == "store"]

    assert ("secret" in catalog.agents) is has_keys
    assert said == (
        []
        if has_keys
        else [
            f"{tmp_path / 'secret.md'}:3: store: store: false keeps the conversation on our side, encrypted; "
            "set VAULT_KEYS for it"
        ]
    )
