import click

from hivemind import hookimpl


@hookimpl
def hivemind_commands():
    yield click.Command("hello", callback=lambda: click.echo("hello"), help="Say hello.")
