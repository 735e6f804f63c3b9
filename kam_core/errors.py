"""Errors that a user can cause and mend; everything else is a defect and keeps its traceback."""


class KamError(Exception):
    """A refusal with a code, so that every language can say it.

    ``code`` names the entry under ``[errors]`` in present/zh and present/en; ``details``
    fill its placeholders.
    """

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.details = details
        super().__init__(f"{code}: {details}" if details else code)
