"""A long answer on demand: Markdown of every kind, the same each time."""

from __future__ import annotations

from dataclasses import dataclass

LONG_CHARACTERS = 3_000
VERY_LONG_CHARACTERS = 12_500


@dataclass(frozen=True, slots=True)
class Parts:
    title: str
    opening: str
    section: str  # with {n} and {subject}
    subjects: tuple[str, ...]
    table: str
    code: str
    quote: str
    end: str


EN = Parts(
    title="# How a letter crosses the country",
    opening=(
        "This is a **long answer** made for trying things out: it has headings, lists, a table, a quotation and code, "
        "so that you can see how each of them arrives. It always says the same."
    ),
    section=(
        "## {n}. {subject}\n\n"
        "At this point of the journey, *{subject_low}*, nothing is lost because each hand writes down what it took "
        "before it lets go of what it had. That sounds slow, and it is a little slower; it is also the reason why a "
        "letter can be found again.\n\n"
        "1. What came in is counted.\n"
        "2. What is counted is written down, with `time` and `place`.\n"
        "3. Only then it is passed on.\n\n"
        "- A letter without a stamp waits.\n"
        "- A letter without an address goes back, with a note that says why.\n"
        "  - Unless there is no sender either; then it is kept for a year.\n"
    ),
    subjects=(
        "The letter box", "The sorting table", "The night train", "The wrong platform", "The mountain pass",
        "The second sorting", "The bicycle", "The house with two doors", "The neighbour", "The answer",
    ),
    table=(
        "| Part of the way | Hours | Who carries it |\n| --- | ---: | --- |\n| Box to office | 3 | a van |\n"
        "| Office to office | 9 | the night train |\n| Office to door | 4 | a bicycle |\n"
    ),
    code='```python\ndef delivered(letter: Letter) -> bool:\n    return letter.door is not None and letter.read\n```\n',
    quote="> Nobody thanks the post for the letters that arrive.\n",
    end="That was all of it. If you can read this line, nothing was lost on the way.",
)  # fmt: skip

FR = Parts(
    title="# Comment une lettre traverse le pays",
    opening=(
        "Voici une **longue réponse**, faite pour essayer : elle contient des titres, des listes, un tableau, une "
        "citation et du code, pour que vous voyiez comment chacun arrive. Elle dit toujours la même chose."
    ),
    section=(
        "## {n}. {subject}\n\n"
        "À cette étape du voyage, *{subject_low}*, rien ne se perd, parce que chaque main note ce qu’elle a reçu avant "
        "de lâcher ce qu’elle tenait. Cela paraît lent, et c’est un peu plus lent ; c’est aussi la raison pour "
        "laquelle une lettre se retrouve.\n\n"
        "1. Ce qui arrive est compté.\n"
        "2. Ce qui est compté est noté, avec `heure` et `lieu`.\n"
        "3. Alors seulement, on transmet.\n\n"
        "- Une lettre sans timbre attend.\n"
        "- Une lettre sans adresse repart, avec un mot qui dit pourquoi.\n"
        "  - Sauf s’il n’y a pas d’expéditeur non plus ; alors on la garde un an.\n"
    ),
    subjects=(
        "La boîte aux lettres", "La table de tri", "Le train de nuit", "Le mauvais quai", "Le col de montagne",
        "Le second tri", "La bicyclette", "La maison à deux portes", "La voisine", "La réponse",
    ),
    table=(
        "| Partie du chemin | Heures | Qui la porte |\n| --- | ---: | --- |\n"
        "| De la boîte au bureau | 3 | une camionnette |\n"
        "| D’un bureau à l’autre | 9 | le train de nuit |\n| Du bureau à la porte | 4 | une bicyclette |\n"
    ),
    code='```python\ndef arrivee(lettre: Lettre) -> bool:\n    return lettre.porte is not None and lettre.lue\n```\n',
    quote="> Personne ne remercie la poste pour les lettres qui arrivent.\n",
    end="C’est tout. Si vous lisez cette ligne, rien ne s’est perdu en route.",
)  # fmt: skip


def essay(language: str, *, very_long: bool) -> str:
    parts = FR if language == "fr" else EN
    least = VERY_LONG_CHARACTERS if very_long else LONG_CHARACTERS
    blocks = [parts.title, parts.opening, parts.table, parts.code, parts.quote]
    number = 0
    while sum(len(block) + 2 for block in blocks) + len(parts.end) < least:
        subject = parts.subjects[number % len(parts.subjects)]
        number += 1
        low = subject[0].lower() + subject[1:]
        blocks.append(parts.section.format(n=number, subject=subject, subject_low=low))
        if number % 4 == 0:
            blocks += [parts.table, parts.code]
    return "\n\n".join(block.strip("\n") for block in [*blocks, parts.end])
