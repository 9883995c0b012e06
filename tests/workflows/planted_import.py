"""A workflow that imports one of our modules without saying that it means to: the sandbox must refuse it."""

from temporalio import workflow

from tripinvoice.money import Money


@workflow.defn
class PlantedImport:
    """Does nothing."""

    @workflow.run
    async def run(self) -> str:
        """Use the import."""
        return str(Money(1, "EUR"))
