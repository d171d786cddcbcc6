"""What can go wrong with a sign-in. Each text is a sentence without secrets, for the model and the log.

SignInError
├── Unavailable   the authorization server is away or overloaded: the same may work later
└── Unusable      the server, its metadata or what came back cannot be used; trying again cannot help
"""

from __future__ import annotations


class SignInError(Exception):
    """`key` is the sentence for people, among the texts under `sign_in`."""

    key = "sign_in.unusable"


class Unavailable(SignInError):
    key = "sign_in.unavailable"


class Unusable(SignInError):
    """Also what the guard refused to fetch."""
