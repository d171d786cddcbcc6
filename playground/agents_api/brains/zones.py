"""Large cities and their time zones, by their English and French names."""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class City:
    zone: str
    en: str
    fr: str


TABLE = """
Africa/Abidjan Abidjan | Africa/Algiers Algiers/Alger | Africa/Cairo Cairo/Le Caire | Africa/Casablanca Casablanca
Africa/Dakar Dakar | Africa/Johannesburg Johannesburg | Africa/Lagos Lagos | Africa/Nairobi Nairobi
Africa/Tunis Tunis | America/Argentina/Buenos_Aires Buenos Aires | America/Bogota Bogotá/Bogota
America/Chicago Chicago | America/Denver Denver | America/Halifax Halifax | America/Lima Lima
America/Los_Angeles Los Angeles | America/Los_Angeles San Francisco | America/Los_Angeles Seattle
America/Mexico_City Mexico City/Mexico | America/New_York New York | America/New_York Boston
America/New_York Washington | America/New_York Miami | America/Santiago Santiago | America/Sao_Paulo São Paulo
America/Toronto Montreal/Montréal | America/Toronto Toronto | America/Vancouver Vancouver | Asia/Bangkok Bangkok
Asia/Dubai Dubai/Dubaï | Asia/Ho_Chi_Minh Hanoi/Hanoï | Asia/Hong_Kong Hong Kong | Asia/Jakarta Jakarta
Asia/Jerusalem Jerusalem/Jérusalem | Asia/Karachi Karachi | Asia/Kathmandu Kathmandu/Katmandou
Asia/Kolkata Bangalore | Asia/Kolkata Delhi | Asia/Kolkata Mumbai/Bombay | Asia/Manila Manila/Manille
Asia/Riyadh Riyadh/Riyad | Asia/Seoul Seoul/Séoul | Asia/Shanghai Beijing/Pékin | Asia/Shanghai Shanghai
Asia/Singapore Singapore/Singapour | Asia/Taipei Taipei | Asia/Tehran Tehran/Téhéran | Asia/Tokyo Tokyo
Australia/Melbourne Melbourne | Australia/Perth Perth | Australia/Sydney Sydney | Europe/Amsterdam Amsterdam
Europe/Athens Athens/Athènes | Europe/Berlin Berlin | Europe/Berlin Munich | Europe/Brussels Brussels/Bruxelles
Europe/Bucharest Bucharest/Bucarest | Europe/Copenhagen Copenhagen/Copenhague | Europe/Dublin Dublin
Europe/Helsinki Helsinki | Europe/Istanbul Istanbul | Europe/Kyiv Kyiv/Kiev | Europe/Lisbon Lisbon/Lisbonne
Europe/London London/Londres | Europe/Madrid Madrid | Europe/Madrid Barcelona/Barcelone | Europe/Oslo Oslo
Europe/Paris Lyon | Europe/Paris Marseille | Europe/Paris Paris | Europe/Prague Prague | Europe/Rome Rome
Europe/Rome Milan | Europe/Stockholm Stockholm | Europe/Vienna Vienna/Vienne | Europe/Warsaw Warsaw/Varsovie
Europe/Zurich Geneva/Genève | Europe/Zurich Zurich | Pacific/Auckland Auckland | Pacific/Honolulu Honolulu
UTC UTC
"""

ZONE = re.compile(r"\b[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_+\-0-9]+){1,2}\b")


def plain(text: str) -> str:
    """Lower case without accents, so that "Séoul" and "seoul" are one."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


@cache
def cities() -> dict[str, City]:
    """By plain name, in both languages."""
    found = {}
    for item in re.split(r"[|\n]", TABLE.strip()):
        zone, _, names = item.strip().partition(" ")
        english, _, french = names.partition("/")
        city = City(zone, english, french or english)
        found[plain(city.en)] = found[plain(city.fr)] = city
    return found


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(cities(), key=len, reverse=True)  # the longest name first: "Mexico City" before "Mexico"
    return re.compile(r"\b(" + "|".join(re.escape(name) for name in names) + r")\b")


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def named_in(text: str) -> list[City]:
    """The cities and IANA zones that `text` names, in order, each once."""
    places = [(match.start(), cities()[match.group(1)]) for match in _pattern().finditer(plain(text))]
    zones = [match for match in ZONE.finditer(text) if match.group() in _zones()]
    for match in zones:
        city = match.group().rpartition("/")[2].replace("_", " ")
        places = [(at, one) for at, one in places if not match.start() <= at < match.end()]
        places.append((match.start(), City(match.group(), city, city)))
    in_order = [city for _, city in sorted(places, key=lambda place: place[0])]
    return list(dict.fromkeys(in_order))
