"""What the page opens on: the bot's words about itself, true for whoever answers, and prompts that all work."""

from __future__ import annotations

import json

from playground.demo.choices import Answerer, Choices
from playground.slack.seed import BOT_USER, ChannelSeed, Greeting, Seed, Starter

EVERYONE = ["U0ADA", "U0CAMILLE", "U0GRACE", BOT_USER]

OPENING = (
    "*Hello, I am Threadwind.* Mention me in a channel and I answer in a thread; write to me directly and I answer "
    "there, too. Each thread is one conversation: I know what was said in it. In a channel I hear what mentions me, "
    "also in a thread; in our direct messages you need not.\n"
)
WHO: dict[Answerer, str] = {
    "rules": (
        "In this playground my answers come *from rules, not from a model*: I know a handful of sentences and guess at "
        "nothing. The rest is real: how a message travels, the tools I call, the time they tell."
    ),
    "model": (
        "In this playground *{name}* answers, the model at {url}. The rest is real, too: how a message travels, the "
        "tools I call, the time they tell."
    ),
    "mistral": (
        "Here *Mistral’s models answer*, at {url}, with your key; each answer costs a little. Only Slack is a stand-in."
    ),
}
SERVICES = (
    " A Linear and a GitHub are here, too: *projects* asks you to sign in at one, *maintainer* for your yes before it "
    "writes at the other."
)
TRY = (
    "\nTry one of these. Type “+” after my name to pick another agent; `/agent` lists them. What is put off comes back "
    "by itself: `/followup in 1 minute say hello`."
)

TIME = Starter(title="What time is it in Tokyo?", message="what time is it in Tokyo?")
SECOND = Starter(
    title="Let Camille ask in French",
    message=json.dumps({"as": "U0CAMILLE", "text": "quelle heure est-il à Tokyo ?"}, ensure_ascii=False),
)
NOBODY = Starter(title="Pick an agent that is not there", message="+nobody are you there?")
BY_RULES = [
    TIME,
    Starter(title="Search the web", message="search the web for night trains in Europe"),
    Starter(title="One request, three agents", message="+front my app crashes and I was charged twice"),
    Starter(
        title="Your projects in Linear", message="+projects Tell me which projects do I have in my Linear workspace?"
    ),
    Starter(
        title="Open an issue at GitHub", message="+maintainer open an issue in playground/storefront: The tea is gone"
    ),
    Starter(title="Come back in a minute", message="tell me the time in Tokyo in 1 minute"),
    Starter(title="Draw a picture", message="+artist draw a red boat on the sea at sunset"),
    Starter(
        title="Call a tool by its name",
        message="!time__convert_time source_timezone=Europe/Paris time=14:30 target_timezone=Asia/Tokyo",
    ),
    Starter(title="A long answer", message="a long answer, please"),
    Starter(title="An error", message="an error, please"),
    SECOND,
]
BY_MODEL = [
    TIME,
    Starter(title="Use a tool", message="when it is 14:30 in Paris, what time is it in Tokyo? Ask your tool."),
    Starter(title="A long answer", message="write a long answer about how letters travel, with a list and a table"),
    NOBODY,
    SECOND,
]


def seed(choices: Choices) -> Seed:
    """The workspace of the demo."""
    who = WHO[choices.answerer].format(name=choices.model_name, url=choices.model_url or choices.mistral_url)
    services = SERVICES if choices.with_services else ""
    starters = BY_RULES if choices.answerer == "rules" else BY_MODEL
    return Seed(
        channels=[
            ChannelSeed(id="C0GENERAL", name="general", topic="Everything for everyone", members=EVERYONE),
            ChannelSeed(id="C0SUPPORT", name="support", topic="With Hugo, a guest", members=[*EVERYONE, "U0HUGO"]),
            ChannelSeed(
                id="C0RANDOM", name="random", topic="The bot is not in here: /invite @Threadwind", members=EVERYONE[:3]
            ),
            ChannelSeed(id="C0BOARD", name="board-room", private=True, members=["U0ADA", "U0GRACE", BOT_USER]),
        ],
        greeting=Greeting(channel="C0GENERAL", text=OPENING + who + services + TRY, starters=starters),
    )
