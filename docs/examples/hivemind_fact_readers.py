from hivemind import hookimpl


class FalconReader:
    """Reads `app.add_route("/path", ...)` of Falcon applications."""

    name = "falcon"
    version = 1

    def read(self, repository):
        import re

        from hivemind_facts.models import Endpoint

        for file in repository.files(".py"):
            for number, line in enumerate(repository.text(file.path).splitlines(), 1):
                for path in re.findall(r"\.add_route\(\"([^\"]+)\"", line):
                    yield Endpoint(method="ANY", path=path, file=file.path, line=number, framework=self.name)


@hookimpl
def hivemind_fact_readers():
    yield FalconReader()
