"""Guardrails as an agent's file writes them: the wire's own shape, checked. Only input is moderated.

Section 2.6 of the Agents API's reference; `moderation_llm_v1` is left out because its model is deprecated.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.catalog.forms import Form

Threshold = Annotated[float, Field(ge=0, le=1)]  # 1 switches a category off


class Thresholds(Form):
    sexual: Threshold | None = None
    hate_and_discrimination: Threshold | None = None
    violence_and_threats: Threshold | None = None
    dangerous: Threshold | None = None
    criminal: Threshold | None = None
    selfharm: Threshold | None = None
    health: Threshold | None = None
    financial: Threshold | None = None
    law: Threshold | None = None
    pii: Threshold | None = None
    jailbreaking: Threshold | None = None


class Moderation(Form):
    custom_category_thresholds: Thresholds | None = None
    ignore_other_categories: bool = False
    action: Literal["none", "block"] = "none"


class GuardrailForm(Form):
    block_on_error: bool = False
    moderation_llm_v2: Moderation
