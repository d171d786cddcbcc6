"""`threadwind agents …`: the agents that run as objects at Mistral, kept as their files say. Nothing here asks back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workers.agents.plan import Plan, Step
    from workers.agents.wanted import Wanted
    from workers.commands.mistral import Mistral

DIFFERS = 1  # the exit status of `diff`, and of a `check` that found something
app = typer.Typer(
    help="Agents that run as objects at Mistral: those with handoffs, and those that say `object: true`.",
    no_args_is_help=True,
    add_completion=False,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The agent, as its file names it.")]
Adopt = Annotated[
    list[str] | None,
    typer.Option("--adopt", metavar="NAME=ID", help="Take over an agent that exists at Mistral. May be repeated."),
]


@app.command()
def check() -> None:
    """Look for everything that would make Mistral refuse an agent, or a push take something away; status 1 if so."""
    from workers.commands import doctor, mistral
    from workers.commands.checks import mistral as mistral_check
    from workers.commands.checks import objects

    async def look(at: Mistral) -> None:
        catalog = at.catalog()
        found = [*await mistral_check.check(at.settings, catalog), *await objects.files(at, catalog)]
        if not doctor.show(found):
            raise typer.Exit(DIFFERS)

    mistral.run(look)


@app.command()
def diff(adopt: Adopt = None) -> None:
    """Show what a push would change, field by field; status 1 when there is something."""
    from workers.commands import mistral

    async def show(at: Mistral) -> None:
        _, planned = await _shown(at, adopt)
        if not planned.is_done:
            raise typer.Exit(DIFFERS)

    mistral.run(show)


@app.command()
def push(
    adopt: Adopt = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
) -> None:
    """Make Mistral hold what the files say; what is right already is left alone. Made for a release phase."""
    from workers.commands import mistral, telling, variants

    async def do(at: Mistral) -> None:
        found, planned = await _shown(at, adopt)
        if dry_run:
            return
        if planned.is_done:
            await tidied(at)
            return
        done: list[Step] = []

        def tell(step: Step) -> None:
            done.append(step)
            typer.echo(telling.done(step))

        typer.echo("")
        last = await at.reconciler.push(found, adoptions=_adoptions(adopt), tell=tell)
        typer.echo(telling.total(done, last))
        await tidied(at)

    async def tidied(at: Mistral) -> None:
        for line in await variants.tidy(at):
            typer.echo(line)

    mistral.run(do)


@app.command("list")
def list_() -> None:
    """List this deployment's objects, with how each stands to its file."""
    from workers.agents.plan import plan
    from workers.commands import mistral, telling, variants
    from workers.commands.terminal import columns

    async def show(at: Mistral) -> None:
        catalog = at.catalog()
        found, problems = await at.wanted(catalog)
        stored = await at.agents.all()
        planned = plan(found, stored, deployment=at.settings.deployment)
        wrong = {problem.file for problem in problems}
        broken = {name for name, agent in catalog.agents.items() if agent.source in wrong}
        rows = [
            (
                step.name,
                step.agent_id or "-",
                "-" if step.version is None else step.version,
                "its file has a problem: see `threadwind agents check`" if step.name in broken else telling.state(step),
            )
            for step in sorted(planned.steps, key=lambda one: one.name)
        ]
        if rows:
            for line in columns(("AGENT", "OBJECT", "VERSION", "STATE"), rows):
                typer.echo(line)
        else:
            typer.echo(f"The deployment {at.settings.deployment} has no agent objects.")
        for line in variants.lines(stored, at.settings.deployment):
            typer.echo(line)
        for line in (*planned.refusals, *telling.others(stored, at.settings.deployment)):
            typer.echo(line)

    mistral.run(show)


@app.command()
def versions(name: Name) -> None:
    """List the versions of an agent's object, newest first."""
    from workers.commands import mistral
    from workers.commands.terminal import columns

    async def show(at: Mistral) -> None:
        one = await at.object(name)
        aliases = await at.agents.aliases(one.id)
        rows = [
            (
                version.version,
                "current" if version.version == one.version else "",
                version.updated_at[:19].replace("T", " "),
                ", ".join(alias.alias for alias in aliases if alias.version == version.version),
                version.version_message or "",
            )
            for version in await at.agents.versions(one.id)
        ]
        for line in columns(("VERSION", "", "WRITTEN", "ALIASES", "MESSAGE"), rows):
            typer.echo(line)

    mistral.run(show)


@app.command()
def rollback(name: Name, version: Annotated[int, typer.Argument(metavar="N", help="The version.")]) -> None:
    """Make an earlier version of an agent's object the current one."""
    from workers.commands import mistral

    async def switch(at: Mistral) -> None:
        one = await at.object(name)
        now = await at.agents.switch_version(one.id, version)
        typer.echo(f"{name} ({one.id}) is at version {now.version} now; it was at {one.version}.")
        typer.echo("Conversations that run keep their version. The next push brings the file's state back.")

    mistral.run(switch)


@app.command()
def alias(
    name: Name,
    alias: Annotated[str | None, typer.Argument(metavar="[ALIAS]", help="Small letters, digits, - and _.")] = None,
    version: Annotated[int | None, typer.Argument(metavar="[N]", help="The version it stands for.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the alias.")] = False,
) -> None:
    """Name a version of an agent's object, or move the name; without ALIAS, list them."""
    from workers.commands import mistral
    from workers.commands.cannot import Cannot
    from workers.commands.terminal import columns

    async def do(at: Mistral) -> None:
        one = await at.object(name)
        if alias is not None and delete and version is None:
            await at.agents.delete_alias(one.id, alias)
            typer.echo(f"Deleted: {alias} of {name}.")
        elif alias is not None and version is not None and not delete:
            made = await at.agents.set_alias(one.id, alias, version)
            typer.echo(f"{made.alias} of {name} is version {made.version}.")
        elif alias is None and not delete:
            rows = [(known.alias, known.version) for known in await at.agents.aliases(one.id)]
            for line in columns(("ALIAS", "VERSION"), rows) if rows else (f"{name} has no aliases.",):
                typer.echo(line)
        else:
            raise Cannot(
                "Give NAME ALIAS N to set an alias, NAME ALIAS --delete to delete it, NAME alone to list them."
            )

    mistral.run(do)


@app.command()
def retire(
    name: Name,
    force: Annotated[
        bool, typer.Option("--force", help="Also while a file wants it; the next push makes a new one.")
    ] = False,
) -> None:
    """Delete an agent's object, with all its versions. Conversations with it can then not go on."""
    from workers.agents.wanted import objects
    from workers.commands import mistral, variants
    from workers.commands.cannot import Cannot

    async def delete(at: Mistral) -> None:
        one = await at.object(name)
        wanted = {agent.name: agent for agent in objects(at.catalog().agents)}
        stored = await at.agents.all()
        own = variants.of(stored, at.settings.deployment, name)
        callers = sorted({other.name for other in stored if one.id in other.handoffs and other not in own})
        if callers:
            typer.echo(f"These hand over to it: {', '.join(callers)}.")
        if name in wanted and not force:
            raise Cannot(
                f"{wanted[name].source} still wants {name} as an object. Take it out, or use --force: "
                "the next push makes a new one."
            )
        await at.agents.delete(one.id)
        typer.echo(f"Deleted: {name} ({one.id}).")
        for line in await variants.remove_of(at, name):
            typer.echo(line)
        if callers:
            typer.echo("A push takes it out of the handoffs of those that have files.")

    mistral.run(delete)


async def _shown(at: Mistral, adopt: list[str] | None) -> tuple[list[Wanted], Plan]:
    """What the files want, and the plan for it, printed; `Cannot` and `NotPushed` say what stands in the way."""
    from workers.agents.reconcile import NotPushed
    from workers.commands import telling

    found, problems = await at.wanted(at.catalog())
    if problems:
        raise NotPushed(*(f"{problem}." for problem in problems), "Nothing was pushed.")
    planned = await at.reconciler.plan(found, _adoptions(adopt))
    if planned.refusals:
        raise NotPushed(*planned.refusals, "Nothing was pushed.")
    for line in telling.difference(planned, at.settings.deployment):
        typer.echo(line)
    return found, planned


def _adoptions(given: list[str] | None) -> dict[str, str]:
    from workers.commands.cannot import Cannot

    pairs = [one.partition("=") for one in given or ()]
    if not all(name and agent_id for name, _, agent_id in pairs):
        raise Cannot("--adopt takes the agent's name and the id at Mistral: --adopt support=ag_….")
    return {name: agent_id for name, _, agent_id in pairs}
