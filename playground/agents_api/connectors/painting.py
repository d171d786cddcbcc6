"""Pictures of prompts, and plots: simple scenes drawn by our own code, filled and coloured by the prompt's words."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from typing import Any

from playground.agents_api.brains.zones import plain
from playground.agents_api.connectors.png import Canvas, Colour, mixed

WIDTH, HEIGHT = 480, 320
HORIZON = 210

COLOURS: dict[str, Colour] = {
    "red": (204, 51, 51), "rouge": (204, 51, 51), "blue": (52, 101, 204), "bleu": (52, 101, 204),
    "bleue": (52, 101, 204), "green": (64, 145, 80), "vert": (64, 145, 80), "verte": (64, 145, 80),
    "yellow": (240, 200, 60), "jaune": (240, 200, 60), "orange": (240, 140, 50), "purple": (130, 80, 170),
    "violet": (130, 80, 170), "violette": (130, 80, 170), "pink": (235, 140, 170), "rose": (235, 140, 170),
    "white": (245, 245, 240), "blanc": (245, 245, 240), "blanche": (245, 245, 240), "black": (40, 40, 46),
    "noir": (40, 40, 46), "noire": (40, 40, 46), "brown": (130, 90, 60), "brun": (130, 90, 60), "grey": (140, 140, 145),
    "gray": (140, 140, 145), "gris": (140, 140, 145),
}  # fmt: skip
NIGHT = {"night", "nuit", "moon", "lune", "stars", "etoiles", "dark", "sombre"}
EVENING = {"sunset", "evening", "dusk", "coucher", "soir", "dawn", "aube"}
SEA = {"sea", "ocean", "beach", "lake", "harbour", "mer", "plage", "lac", "port", "boat", "ship", "bateau"}
MOUNTAINS = {"mountain", "mountains", "alps", "hill", "hills", "montagne", "montagnes", "alpes", "colline"}
TREES = {"tree", "trees", "forest", "wood", "garden", "park", "arbre", "arbres", "foret", "jardin", "parc"}
HOUSES = {"house", "houses", "home", "village", "town", "city", "maison", "maisons", "ville", "cabin", "lighthouse"}
BOATS = {"boat", "boats", "ship", "sail", "bateau", "bateaux", "voilier"}
BALLOONS = {"balloon", "balloons", "ballon", "ballons", "montgolfiere"}
CATS = {"cat", "cats", "kitten", "chat", "chats", "chaton"}

LINE, AXIS, GRID, PAPER = (52, 101, 204), (60, 60, 66), (225, 228, 235), (255, 255, 255)


def picture(prompt: str) -> bytes:
    words = "".join(letter if letter.isalnum() else " " for letter in plain(prompt)).split()
    said = set(words)
    accent = next((COLOURS[word] for word in words if word in COLOURS), (204, 51, 51))
    chance = zlib.crc32(" ".join(words).encode())  # places differ from prompt to prompt, and never for one prompt
    canvas = Canvas(WIDTH, HEIGHT, (255, 255, 255))
    _sky(canvas, said, chance)
    if said & MOUNTAINS:
        _mountains(canvas, chance)
    ground = (46, 110, 150) if said & SEA else (110, 160, 90)
    ground = mixed(ground, (15, 25, 50), 0.5) if said & NIGHT else ground
    canvas.gradient(HORIZON, HEIGHT, ground, mixed(ground, (20, 40, 40), 0.4))
    if said & TREES:
        for place in range(5):
            _tree(canvas, 60 + place * 90 + (chance >> place) % 30, 250 + (chance >> place) % 40)
    if said & HOUSES:
        _house(canvas, 150 + chance % 120, 255, accent)
    if said & BOATS:
        _boat(canvas, 260 + chance % 90, 245, accent)
    if said & BALLOONS:
        _balloon(canvas, 110 + chance % 90, 90, accent)
    if said & CATS:
        _cat(canvas, 330, 262, accent if said & COLOURS.keys() else (90, 80, 75))
    if not said & (TREES | HOUSES | BOATS | BALLOONS | CATS | MOUNTAINS | SEA):
        _balloon(canvas, 240, 130, accent)
    return canvas.png()


def plot(what: dict[str, Any]) -> bytes:
    canvas = Canvas(WIDTH, HEIGHT, PAPER)
    left, right, top, bottom = 40, WIDTH - 20, 20, HEIGHT - 40
    for step in range(5):
        y = top + (bottom - top) * step // 4
        canvas.rectangle(left, y, right, y + 1, GRID)
    if what["kind"] == "bars":
        _bars(canvas, what["values"], left, right, top, bottom)
    else:
        _sine(canvas, left, right, top, bottom)
    canvas.rectangle(left, top, left + 2, bottom, AXIS)
    canvas.rectangle(left, bottom, right, bottom + 2, AXIS)
    return canvas.png()


def _bars(canvas: Canvas, values: Sequence[int], left: int, right: int, top: int, bottom: int) -> None:
    room = (right - left) // len(values)
    for place, value in enumerate(values):
        height = (bottom - top) * value // (max(values) * 11 // 10)
        start = left + place * room + room // 5
        canvas.rectangle(start, bottom - height, start + room * 3 // 5, bottom, LINE)


def _sine(canvas: Canvas, left: int, right: int, top: int, bottom: int) -> None:
    middle, height = (top + bottom) // 2, (bottom - top) // 2 - 8
    before = (left, middle)
    for x in range(left, right):
        y = middle - round(math.sin((x - left) / (right - left) * 4 * math.pi) * height)
        canvas.line(*before, x, y, LINE)
        before = (x, y)


def _sky(canvas: Canvas, said: set[str], chance: int) -> None:
    if said & NIGHT:
        canvas.gradient(0, HORIZON, (14, 20, 50), (50, 60, 110))
        for star in range(40):
            place = zlib.crc32(b"%d %d" % (star, chance))
            x, y = place % WIDTH, (place >> 12) % (HORIZON - 20)
            canvas.rectangle(x, y, x + 2, y + 2, (240, 240, 220))
        canvas.disc(380, 70, 30, (240, 236, 210))
    elif said & EVENING:
        canvas.gradient(0, HORIZON, (90, 70, 130), (250, 160, 90))
        canvas.disc(240, HORIZON - 10, 42, (255, 220, 120))
    else:
        canvas.gradient(0, HORIZON, (120, 180, 235), (225, 240, 250))
        canvas.disc(390, 65, 30, (255, 225, 110))


def _mountains(canvas: Canvas, chance: int) -> None:
    for place in range(3):
        x, top = 80 + place * 150 + (chance >> place) % 40, 70 + (chance >> (2 * place)) % 50
        canvas.triangle(x, top, HORIZON, 150, (105 + 15 * place, 115 + 12 * place, 135 + 10 * place))
        canvas.triangle(x, top, top + 34, 36, (245, 248, 250))


def _tree(canvas: Canvas, x: int, foot: int) -> None:
    canvas.rectangle(x - 4, foot - 24, x + 5, foot, (105, 75, 50))
    canvas.triangle(x, foot - 90, foot - 20, 28, (38, 100, 62))


def _house(canvas: Canvas, x: int, foot: int, colour: Colour) -> None:
    canvas.rectangle(x - 50, foot - 60, x + 50, foot + 20, (238, 228, 210))
    canvas.triangle(x, foot - 105, foot - 58, 62, colour)
    canvas.rectangle(x - 10, foot - 20, x + 12, foot + 20, (110, 75, 50))
    for left in (x - 38, x + 22):
        canvas.rectangle(left, foot - 44, left + 18, foot - 26, (250, 220, 130))


def _boat(canvas: Canvas, x: int, y: int, colour: Colour) -> None:
    for row in range(20):
        canvas.span(y + row, x - 50 + row, x + 50 - row, (100, 65, 45))
    canvas.rectangle(x - 2, y - 80, x + 2, y, (70, 50, 40))
    canvas.triangle(x + 4, y - 78, y - 6, 36, colour)


def _balloon(canvas: Canvas, x: int, y: int, colour: Colour) -> None:
    canvas.disc(x, y, 52, colour)
    canvas.disc(x - 14, y - 14, 16, mixed(colour, (255, 255, 255), 0.35))
    canvas.line(x - 26, y + 46, x - 10, y + 84, (90, 70, 50))
    canvas.line(x + 26, y + 46, x + 10, y + 84, (90, 70, 50))
    canvas.rectangle(x - 13, y + 84, x + 14, y + 102, (130, 90, 60))


def _cat(canvas: Canvas, x: int, y: int, colour: Colour) -> None:
    canvas.disc(x, y + 26, 30, colour)
    canvas.disc(x, y - 14, 20, colour)
    for ear in (x - 13, x + 13):
        canvas.triangle(ear, y - 46, y - 22, 8, colour)
        canvas.disc(ear - (4 if ear > x else -4), y - 17, 3, (235, 220, 90))
    canvas.line(x + 28, y + 40, x + 58, y + 4, colour, width=6)
