"""The form of the weather agent's answers."""

from __future__ import annotations

from pydantic import BaseModel


class WeatherResult(BaseModel):
    user: str
    location: str
    temperature: float
