"""Text on its way to Slack: nobody is called by it whom we did not mean to call, and it is never cut in two wrongly.

Models repeat what they read, and anybody may write `<!channel>` into a page that a model reads. `defuse` puts an
invisible joiner into whatever would notify people. It looks only at a bounded stretch of text, so a stream can be
defused piece by piece: `safe_prefix` says how far the text so far can be sent. No I/O.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bot.slack.wire import escape

JOINER = "\u200d"
FALLBACK_LIMIT = 3_000

# `<`, `!` and `@`, as themselves, after a backslash, or as an entity: Markdown knows all three. The pattern begins with
# a set of characters, so that plain text is passed over quickly.
_LT = r"(?:<|&(?:lt|#0{0,6}60|#x0{0,6}3c);?)"
_BANG = r"\\?(?:!|&(?:excl|#0{0,6}33|#x0{0,6}21);?)"
_AT = r"\\?(?:@|&(?:commat|#0{0,6}64|#x0{0,6}40);?)"
_CALL = re.compile(
    rf"(?=[<&@])(?:(?P<lt>{_LT})(?={_BANG}\\?(?:here|channel|everyone|group|subteam))"
    rf"|(?P<person>{_LT})(?={_AT}(?P<id>[A-Z0-9]{{1,40}})(?P<closed>[>|])?)"
    r"|(?P<at>(?<![\w.+-])@)(?=here|channel|everyone))",
    re.IGNORECASE,
)
# What may still become one of these, or an entity, at the end of the text so far.
_UNFINISHED = re.compile(
    rf"(?:{_LT}(?:\\|{_BANG}?\\?[a-z]{{0,8}}|{_BANG}?&[#\w]{{0,10}}|{_AT}[A-Z0-9]{{0,40}})?|\\|&[#\w]{{0,10}}|@[a-z]{{0,8}})$",
    re.IGNORECASE,
)
_FENCE = re.compile(r"[\s>]*(`{3,}|~{3,})")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}[\s:|-]*")
_LINE_MARK = re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?)+")
_FORMATS = re.compile(r"[*~`]|(?<![^\W_])_+|_+(?![^\W_])")  # an underscore within a word does not
_LINK = re.compile(r"!?\[([^\]\n]{0,500})\]\(<?([^)\s>]{1,2000})>?(?:\s\"[^\"\n]{0,300}\")?\)")
_WORD_MARK = re.compile(r"(?=[*_~`])(?:\*\*|__|~~|`+|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w))")
_LONGEST = 80  # no unfinished form is longer


def defuse(text: str, *, known: Collection[str] = ()) -> str:
    """The text with all mass mentions, and mentions of anybody but the `known` user ids, made harmless."""

    def harmless(call: re.Match[str]) -> str:
        if call["person"] and call["closed"] and call["person"] == "<" and call["id"] in known:
            return call[0]
        return call[0] + JOINER

    return _CALL.sub(harmless, text)


def safe_prefix(text: str) -> int:
    """How much of the text so far can be sent: it ends in no token, entity or character that is not complete yet.

    For any later text that begins with this one, `defuse` of the safe part begins `defuse` of the whole.
    """
    end = len(text)
    while end:
        start = max(0, end - _LONGEST)
        found = _UNFINISHED.search(text[start:end])
        if found:
            end = start + found.start()
        elif (
            "\ud800" <= text[end - 1] <= "\udbff"
        ):  # the first half of a character; the second comes with the next piece
            end -= 1
        else:
            break
    return end


def mended(text: str) -> str:
    """The text as valid Unicode: halves of a character that came in two pieces are joined, lonely halves replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words where that loses little."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = max(cut.rfind(" "), cut.rfind("\n"))
    return (cut[:space] if space > limit * 3 // 4 else cut).rstrip() + "…"


def fallback(markdown: str, limit: int = FALLBACK_LIMIT) -> str:
    """Markdown as plain words, for notifications, screen readers and clients that draw no blocks; at most `limit`."""
    return shown("\n".join(_plain_lines(markdown[: limit * 3], limit)).strip(), limit) or "…"


def shown(text: str, limit: int) -> str:
    """Plain words as mrkdwn that shows exactly them, within `limit` characters of Slack's counting."""
    short = shortened(text, limit)
    while len(escaped := defuse(escape(short))) > limit:  # each character that must be escaped takes up to five
        short = shortened(short, max(1, len(short) - max(1, (len(escaped) - limit) // 5)))
    return escaped


def code(text: str, limit: int) -> str:
    """The same between backticks, on one line. What would end that is left out, so nothing behind it formats."""
    flat = " ".join(text.replace("`", "").split())
    return f"`{shown(flat, limit) or '…'}`"


def bold(text: str, limit: int) -> str:
    """The same in bold, on one line. What would end that, or format on, is left out; `a_b` stays."""
    flat = " ".join(_FORMATS.sub("", text).split())
    return f"*{shown(flat, limit) or '…'}*"


def _plain_lines(markdown: str, limit: int) -> Iterator[str]:
    fence, left = "", limit
    for line in markdown.splitlines():
        if left < 0:
            return
        left -= len(line) // 2  # marks and addresses may go
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif fence:
            yield line
        elif not _TABLE_RULE.fullmatch(line):
            yield _unmarked(line)


def _unmarked(line: str) -> str:
    line = _LINE_MARK.sub("", line)
    line = _LINK.sub(lambda link: f"{link[1]} ({link[2]})" if link[1] not in ("", link[2]) else link[2], line)
    return _WORD_MARK.sub("", line)
