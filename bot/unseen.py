"""Signs that no screen shows, or that turn the reading direction: in them, words could hide. A rule: no I/O.

What Python calls not printable, and what it calls printable although it draws nothing: Default_Ignorable_Code_Point of
https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt, and letters and symbols that are blank.
"""

from __future__ import annotations

from itertools import chain

BLANK = frozenset(
    map(
        chr,
        chain(
            [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0],  # joiners and fillers of other writing systems
            range(0x180B, 0x1810),
            range(0xFE00, 0xFE10),  # variation selectors: also after an emoji, for they can be strung together
            range(0xE0100, 0xE01F0),
            [0x2800, 0x16FE4, 0x1D159],  # braille without dots, a filler, a note without a head
        ),
    )
)


def is_unseen(sign: str) -> bool:
    """Spaces other than the plain one are, too: they look like it, or like nothing."""
    return not sign.isprintable() or sign in BLANK
