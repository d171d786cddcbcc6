"""Issuers as the services of the playground have them: Notes does all that MCP asks for, the others do as they do.

Linear registers clients by itself and gives everybody refresh tokens. GitHub knows only clients that were registered by
hand, with a secret; its token endpoint answers form-encoded unless asked for JSON, and refuses under HTTP 200. What is
documented nowhere is as the standards have it.
"""

from __future__ import annotations

from collections.abc import Callable

from playground.authorization.clients import Client
from playground.authorization.settings import OFFLINE_ACCESS, Scope, Settings
from playground.authorization.switches import Switches

GITHUB_ID = "Iv1.playground"
GITHUB_SECRET = "playground-github-secret"
CALLBACKS = ("http://127.0.0.1/oauth/callback", "http://localhost:3000/callback")  # of a loopback IP any port will do
EIGHT_HOURS, HALF_A_YEAR = 8 * 3600, 182 * 86400  # how long a GitHub App's tokens are good


def notes(path: str = "", callbacks: tuple[str, ...] = CALLBACKS) -> Settings:
    return Settings(
        name="Notes",
        path=path,
        scopes=(
            Scope("notes:read", "Read your notes", "Lire vos notes"),
            Scope("notes:write", "Write, change and delete your notes", "Écrire, modifier et supprimer vos notes"),
            OFFLINE_ACCESS,
        ),
    )


def linear(path: str = "", callbacks: tuple[str, ...] = CALLBACKS) -> Settings:
    return Settings(
        name="Linear",
        path=path,
        scopes=(
            Scope("read", "Read your workspace", "Lire votre espace de travail"),
            Scope("write", "Change your workspace", "Modifier votre espace de travail"),
            Scope("issues:create", "Create issues", "Créer des tickets"),
            Scope("comments:create", "Write comments", "Écrire des commentaires"),
        ),
        switches=Switches(refresh="always", cimd=False),
    )


def github(path: str = "", callbacks: tuple[str, ...] = CALLBACKS) -> Settings:
    client = Client(
        id=GITHUB_ID,
        name="Threadwind",
        redirect_uris=callbacks,
        secret=GITHUB_SECRET,
        auth_methods=("client_secret_post", "client_secret_basic"),
    )
    return Settings(
        name="GitHub",
        path=path,
        scopes=(
            Scope("repo", "Full control of your repositories", "Contrôle complet de vos dépôts"),
            Scope("read:org", "Read your organizations and teams", "Lire vos organisations et équipes"),
            Scope("gist", "Write gists", "Écrire des gists"),
            Scope("notifications", "Read your notifications", "Lire vos notifications"),
            Scope("read:project", "Read your projects", "Lire vos projets"),
            Scope("project", "Full control of your projects", "Contrôle complet de vos projets"),
            Scope("security_events", "Read security alerts", "Lire les alertes de sécurité"),
            Scope("delete_repo", "Delete repositories", "Supprimer des dépôts"),
        ),
        clients=(client,),
        token_path="/access_token",
        switches=Switches(
            access_seconds=EIGHT_HOURS,
            refresh_seconds=HALF_A_YEAR,
            refresh="always",
            registration=False,
            cimd=False,
            form_encoded=True,
            errors_under_200=True,
        ),
    )


PROFILES: dict[str, Callable[..., Settings]] = {"notes": notes, "linear": linear, "github": github}
