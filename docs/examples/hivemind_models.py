from hivemind import hookimpl


class HouseModels:
    """A family of models, used as `house:NAME`; this one asks pydantic-ai's model for tests."""

    prefix = "house"
    description = "models of the house"

    def resolve(self, name):
        from pydantic_ai.models.test import TestModel

        return TestModel(model_name=name, call_tools=[])


@hookimpl
def hivemind_models():
    yield HouseModels()
