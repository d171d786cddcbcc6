"""All words shown to people, in English and French."""

from bot.texts.words import Words, words_for

__all__ = ["Words", "words_for"]
