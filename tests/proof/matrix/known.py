"""Forms that the tool is known to misjudge at some sink. The test fails when one of them is judged right."""

KNOWN: dict[str, str] = {}

NOT_REPAIRED: set[str] = set()
