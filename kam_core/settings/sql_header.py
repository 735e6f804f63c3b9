"""The header of a documented SQL file: comment lines ``-- key: value`` above the query."""


def header(text: str) -> tuple[dict[str, str], str]:
    """Split a documented SQL file into header and query; an indented line continues a value."""
    values: dict[str, str] = {}
    lines = text.splitlines()
    key = ""
    for number, line in enumerate(lines):
        if not line.startswith("--"):
            return values, "\n".join(lines[number:])
        if line.startswith("--  "):
            values[key] += " " + line[2:].strip()
        else:
            key, _, value = line[2:].strip().partition(":")
            values[key] = value.strip()
    return values, ""
