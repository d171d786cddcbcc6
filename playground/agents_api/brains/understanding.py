"""What the rules understand of a message: one intent, or none. Text in, a value out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from playground.agents_api.brains import runs, speakers, zones
from playground.agents_api.brains.port import text_of
from playground.agents_api.brains.wording import ENGLISH, FRENCH
from playground.agents_api.ids import Json

SHORT_WORDS = 7  # longer sentences that mention an error are about something else


class Intent(Enum):
    TOOL = "tool"
    ERROR = "error"
    VERY_LONG = "very long"
    LONG = "long"
    CONVERT = "convert"
    TIME = "time"
    WHO = "who"
    WHO_AM_I = "who am i"
    BEFORE = "before"
    SEARCH = "search"
    NEWS = "news"
    CODE = "code"
    DRAW = "draw"
    LIBRARY = "library"
    HUMAN = "human"
    JSON = "json"
    FILE = "file"
    CAME = "came"
    GREET = "greet"
    DEPLOY = "deploy"
    NEW = "new"
    THANKS = "thanks"
    HELP = "help"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Heard:
    """`text` is the last speaker's part, without a label; `calls` are the lines that begin with `!`.

    `run`: nobody wrote just now, a follow-up asks.
    """

    text: str
    language: str
    intent: Intent
    who: str | None
    calls: Sequence[str]
    run: runs.Run | None = None


PATTERNS = [
    (Intent.VERY_LONG, r"\bvery long (answer|reply|text)\b|\btres longue? (reponse|texte)\b"),
    (Intent.LONG, r"\blong (answer|reply|text)\b|\blongue? (reponse|texte)\b|\breponse longue\b"),
    (
        Intent.HUMAN,
        r"\b(talk|speak|chat) (to|with) (a |an |some )?(real )?(human|person|someone|somebody|people)\b"
        r"|\b(human|person) please\b|\ba real (human|person)\b|\bun humain\b"
        r"|\bparler (a|avec) (quelqu'un|une (vraie )?personne|un (conseiller|collegue))\b",
    ),
    (
        Intent.NEWS,
        r"\b(latest|recent|today's) news\b|\bnews (about|on|of|from)\b|\bdernieres (nouvelles|infos)\b|\bactualites\b"
        r"|\b(nouvelles|infos) (sur|du|des)\b",
    ),
    (
        Intent.SEARCH,
        r"\bsearch (on )?(the )?(web|internet)\b|\bon the (web|internet)\b|\blook (it |this |that )?up\b"
        r"|\b(re)?cherche[rz]?\b.*\b(web|internet)\b|\bsur (le web|internet)\b",
    ),
    (
        Intent.DRAW,
        r"\b(draw|paint|sketch)\b|\b(picture|image|drawing) of\b|\b(dessine[rz]?|peins|peignez)\b"
        r"|\b(cree|genere|fais)[a-z]*(-moi)? une? (image|dessin)\b",
    ),
    (
        Intent.CODE,
        r"\b(run|execute) (the |this |some |my )?(python |code)|\b(calculate|compute|plot|chart)\b"
        r"|\bexecute[rz]? (ce |du |le |mon )?(code|python)|\b(calcule[rz]?|trace[rz]?|graphique)\b"
        r"|\b(what is|what's|how much is|combien font|combien fait)\b[^a-z]*\d\s*[-+*/^x\u00d7\u00f7]\s*[\d(]",
    ),
    (
        Intent.LIBRARY,
        r"\bwhat (does|do)\b.*\b(handbook|manual|guide|library|documents?|policy|rules)\b.*\bsay\b"
        r"|\b(in|from|according to) the (handbook|manual|guide|library|documents|policy)\b"
        r"|\bque (dit|disent)\b.*\b(manuel|guide|reglement|livret|bibliotheque|documents?)\b"
        r"|\b(dans|d'apres|selon) (le|la|les) (manuel|guide|reglement|livret|bibliotheque|documents)\b",
    ),
    (Intent.JSON, r"\b(as|in|into) json\b|\ben json\b"),
    (
        Intent.FILE,
        r"\b(what|what's|describe|read|summari[sz]e)\b.*\b(picture|image|photo|file|attachment|pdf)\b"
        r"|\b(qu'y a-t-il|qu'est-ce qu'il y a|que (contient|montre)|decris|lis|resume)\b.*"
        r"\b(image|photo|fichier|piece jointe|pdf)\b",
    ),
    (Intent.CONVERT, r"\bconvert(is|ir|issez)?\b.*\d"),
    (Intent.WHO_AM_I, r"\bwho am i\b|\bqui suis-je\b|\bqui je suis\b"),
    (
        Intent.WHO,
        r"\bwho (has |have )?(spoke|spoken|wrote|written|said|talked|is here|else)\b"
        r"|\bqui (a|ont) (parle|ecrit|dit)|\bqui est la\b",
    ),
    (
        Intent.BEFORE,
        r"\bwhat (did|have) i (say|said|write|written|ask|asked)\b|\bqu'ai-je (dit|ecrit|demande)\b"
        r"|\bqu'est-ce que j'ai (dit|ecrit|demande)\b|\bj'ai dit quoi\b",
    ),
    (
        Intent.TIME,
        r"\bwhat time\b|\bwhat's the time\b|\bwhat is the (current |local )?time\b|\bthe time (is it )?(in|at)\b"
        r"|\bcurrent time\b|\btime is it\b|\bquelle heure\b|\bl'heure (a|au|de|en|dans)\b|\bheure est-il\b",
    ),
    (Intent.GREET, r"^\W*(please )?(say|dis|dites) (hello|hi|good (morning|day|evening)|bonjour|salut|bonsoir)\b"),
    (
        Intent.DEPLOY,
        r"\b(check|look at|watch)( on)? (the|our|my) deploy(ment)?\b"
        r"|\b(verifie[rz]?|regarde[rz]?) (le|notre|mon) deploiement\b",
    ),
    (Intent.NEW, r"^\W*(is there )?(anything|what's|what is) new\b(?! in\b)|^\W*(quoi de neuf|du nouveau)\b"),
    (Intent.THANKS, r"^\W*(thanks|thank you|merci)\b"),
    (
        Intent.HELP,
        r"^\W*(hello|hi|hey|good (morning|day|evening)|bonjour|salut|coucou|bonsoir)\b"
        r"|^\W*(help|aide|aidez-moi)\W*$|\bwhat can (you do|i try|i do)\b|\bque (peux-tu|pouvez-vous|sais-tu)\b"
        r"|\bqui es-tu\b|\bwho are you\b",
    ),
]
COMPILED = [(intent, re.compile(pattern, re.DOTALL)) for intent, pattern in PATTERNS]
THINK = re.compile(
    r"\bthink (about|hard|first|carefully|it over|step by step)\b|\breflechi(s|ssez|r) (a|au|aux|bien|d'abord|sur)\b"
)
CIRCLE = re.compile(r"\b(in circles|pass (it|me|this) around)\b|\ben rond\b")
NOTE = re.compile(r"^\s*(\[[^\[\]]*\]\s*$|Your last answer\b)")  # in brackets, or what was wrong with an answer
DENIED = re.compile(r"\bhandoff to ([\w-]+) is not allowed\b")
ERROR = re.compile(r"\b(error|erreur|fail|echoue)\b")
CLOCK = re.compile(r"\b([01]?\d|2[0-3])(?:\s*[:h]\s*([0-5]\d)|\s*h\b)(?:\s*(am|pm)\b)?|\b(1[0-2]|[1-9])\s*(am|pm)\b")


def hear(question_entries: Sequence[Json]) -> Heard:
    """Understand the last user message, in the light of those before it."""
    texts = user_texts(question_entries)
    said = speakers.parts(runs.asked(texts[-1])) if texts else []
    last = newest_understood(said) if said else speakers.Said(None, "")
    calls = [line.strip() for line in last.text.splitlines() if line.strip().startswith("!") and len(line.strip()) > 1]
    run = runs.of(texts[-1]) if texts else None
    intent = in_run(intent_of(last.text), run) if not calls else Intent.TOOL
    spoken = [part.text for text in texts for part in speakers.parts(text)]
    return Heard(last.text, language_of(spoken), intent, last.who, calls, run)


def user_texts(entries: Sequence[Json]) -> list[str]:
    """What people wrote, oldest first; what a program adds for the model is no question of theirs."""
    return [text for text in said_by_user(entries) if not NOTE.search(text)]


def said_by_user(entries: Sequence[Json]) -> list[str]:
    """All user messages, oldest first."""
    return [text_of(entry) for entry in entries if entry["type"] == "message.input" and entry["role"] == "user"]


def denied_handoffs(entries: Sequence[Json]) -> list[str]:
    """The names of agents to whom the last question must not be handed, as the notes after it say."""
    names: list[str] = []
    for text in said_by_user(entries):
        names = [*names, *DENIED.findall(text)] if NOTE.search(text) else []
    return names


def newest_understood(said: Sequence[speakers.Said]) -> speakers.Said:
    """The last of what the last speaker said that means something here; else simply the last."""
    for one in reversed(said):
        if one.who != said[-1].who:
            break
        if one.text.lstrip().startswith("!") or intent_of(one.text) is not Intent.UNKNOWN:
            return one
    return said[-1]


def intent_of(text: str) -> Intent:
    plain = zones.plain(text)
    if ERROR.search(plain) and len(plain.split()) <= SHORT_WORDS:
        return Intent.ERROR
    found = next((intent for intent, pattern in COMPILED if pattern.search(plain)), Intent.UNKNOWN)
    if found is Intent.TIME and CLOCK.search(plain) and len(zones.named_in(text)) > 1:
        return Intent.CONVERT  # "When it is 9:00 in San Francisco, what time is it in Paris?"
    return found


def in_run(intent: Intent, run: runs.Run | None) -> Intent:
    """Nobody is there to be shown what can be tried; and of what came, words as "tell me what failed" only speak."""
    if run is not None and intent is Intent.HELP:
        return Intent.GREET
    if run is not None and run.came and intent in (Intent.UNKNOWN, Intent.ERROR):
        return Intent.CAME
    return intent


def language_of(texts: Sequence[str]) -> str:
    """Of the newest text that tells; English when none does."""
    for text in reversed(texts):
        prose = " ".join(line for line in text.splitlines() if not line.strip().startswith("!"))
        words = re.findall(r"[a-z][a-z'-]*", zones.plain(prose))
        french, english = sum(word in FRENCH for word in words), sum(word in ENGLISH for word in words)
        if french != english:
            return "fr" if french > english else "en"
    return "en"


def clock_in(text: str) -> str | None:
    """The time of day that `text` names, as HH:MM."""
    match = CLOCK.search(zones.plain(text))
    if match is None:
        return None
    hour, half = int(match.group(1) or match.group(4)), match.group(3) or match.group(5)
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02d}:{match.group(2) or '00'}"
