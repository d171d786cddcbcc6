"""A Slack workspace on this machine: Web API, event delivery, Socket Mode, and a web page for the people in it.

Nothing here knows the bot: it meets the stand-in where it would meet Slack, on the wire.
"""
