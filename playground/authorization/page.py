"""The pages that a person sees, as HTML: plain forms without a script. What others said is data, and escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from playground.authorization import documents
from playground.authorization.asking import Asked
from playground.authorization.settings import Scope
from playground.authorization.words import say
from playground.slack.seed import TEAM_ID, PersonSeed


def consent(
    asked: Asked,
    *,
    service: str,
    action: str,
    styles: str,
    people: Sequence[PersonSeed],
    scopes: Sequence[Scope],
    signed_in: str | None,
    language: str,
    beforehand: bool,
) -> str:
    """Who asks for what, who one is, Allow and Deny. `beforehand`: the client was registered by hand."""
    client = asked.client.name
    title = say("title", language, client=client, service=service)
    parts = [
        f'<p class="stand-in">{_said("stand-in", language, service=service)}</p>',
        f"<h1>{escape(title)}</h1>",
        f"<p>{_said('asks', language, client=client, service=service)}</p>",
        "" if beforehand else _where_known_from(asked, language),
        _scopes(asked, scopes, language),
        _small("resource", language, resource=asked.resource) if asked.resource else "",
        _small("back", language, address=_host_of(asked.redirect_uri)),
        f'<form method="post" action="{escape(action)}">',
        _people(people, signed_in, language),
        '<div class="choices">',
        _button("allow", language, kind="primary"),
        _button("deny", language, kind=""),
        "</div></form>",
    ]
    return _page(title, "\n".join(filter(None, parts)), styles, language)


def refusal(why: str, *, why_in: str = "en", service: str, styles: str, language: str) -> str:
    """`why_in`: the language of that sentence; those about a client's mistakes are written for its developer."""
    title = say("refused", language)
    parts = [
        f'<p class="stand-in">{_said("stand-in", language, service=service)}</p>',
        f"<h1>{escape(title)}</h1>",
        f'<p class="note" lang="{why_in}">{escape(why)}</p>',
        _small("refused.what", language),
    ]
    return _page(title, "\n".join(parts), styles, language)


def _page(title: str, body: str, styles: str, language: str) -> str:
    return f"""<!doctype html>
<html lang="{language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>{escape(title)}</title>
  <link rel="icon" href="{styles}/mark.svg" type="image/svg+xml">
  <link rel="stylesheet" href="{styles}/tokens.css">
  <link rel="stylesheet" href="{styles}/authorize.css">
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _where_known_from(asked: Asked, language: str) -> str:
    if documents.is_address(asked.client.id):
        return f'<p class="note">{_said("document", language, address=asked.client.id)}</p>'
    return f'<p class="note">{_said("unknown", language)}</p>'


def _scopes(asked: Asked, scopes: Sequence[Scope], language: str) -> str:
    wanted = [scope for scope in scopes if scope.name in asked.scopes]
    if not wanted:
        return _small("nothing", language)
    lines = [
        f"<li>{escape(scope.fr if language == 'fr' else scope.en)} <code>{escape(scope.name)}</code></li>"
        for scope in wanted
    ]
    return f'<h2>{_said("may", language)}</h2>\n<ul class="scopes">{"".join(lines)}</ul>'


def _people(people: Sequence[PersonSeed], signed_in: str | None, language: str) -> str:
    chosen = signed_in if signed_in in {person.name for person in people} else people[0].name
    rows = []
    for person in people:
        checked = " checked" if person.name == chosen else ""
        tag = "external" if person.team_id not in (None, TEAM_ID) else "guest" if person.is_guest else ""
        rows.append(
            f'<label class="person"><input type="radio" name="person" value="{escape(person.name)}"{checked}>'
            f'<span lang="{person.locale[:2]}">{escape(person.real_name)}</span>'
            + (f'<span class="tag">{_said(tag, language)}</span>' if tag else "")
            + "</label>"
        )
    return f"<fieldset><legend>{_said('who', language)}</legend>{''.join(rows)}</fieldset>"


def _button(name: str, language: str, *, kind: str) -> str:
    look = f"control {kind}".strip()
    return f'<button class="{look}" name="decision" value="{name}">{_said(name, language)}</button>'


def _small(key: str, language: str, **values: str) -> str:
    return f'<p class="small">{_said(key, language, **values)}</p>'


def _said(key: str, language: str, **values: str) -> str:
    return escape(say(key, language, **values))


def _host_of(address: str) -> str:
    parts = urlsplit(address)
    return parts.netloc or f"{parts.scheme}:"
