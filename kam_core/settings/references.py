"""Names in settings that refer to something; schemas/references.toml says what each must be."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails


class NamedReference(NamedTuple):
    """A name, the keys that lead to it, those of them that stood for ``*``, and the table meant."""

    name: str
    keys: tuple[int | str, ...]
    passed: tuple[int | str, ...]
    table: str

    def write(self, form: str) -> str:
        return form.format(*self.passed, name=self.name, table=self.table)


def find_faults(settings: Mapping[str, Any], rules: Mapping[str, Any]) -> list[ErrorDetails]:
    """What pydantic would say of each name that is none of those it must be one of."""
    names = _list_names(settings, rules["kinds"])
    return [
        ErrorDetails(
            type=kinds[0].split()[0],
            loc=reference.keys,
            msg="",
            input=reference.name,
            ctx={"of": reference.write(kinds[0]).rpartition(" ")[2], "choices": kinds[1:]},
        )
        for path, kinds in rules["references"].items()
        for reference in _find_references(settings, path.split("."))
        if not _is_sound(reference, [reference.write(kind) for kind in kinds], names)
    ]


def _list_names(settings: Mapping[str, Any], kinds: list[list[str]]) -> dict[str, set[str]]:
    """Names by kind; an enumerated column has the values of its enum, another column none."""
    names: dict[str, set[str]] = defaultdict(set)
    for kind, path, form in kinds:
        for reference in _find_references(settings, path.split(".")):
            names[reference.write(kind)].add(reference.write(form))
    for kind in [kind for kind in names if kind.startswith("enum of ")]:
        names[kind.replace("enum", "values", 1)] = names[f"values of {min(names[kind])}"]
    return dict(names)


def _is_sound(reference: NamedReference, kinds: list[str], names: Mapping[str, set[str]]) -> bool:
    """Whether the name is of a kind; also where its table or scheme is refused itself."""
    if " of " in kinds[0] and kinds[0] not in names:
        return True
    choices = names.get(kinds[0], set()).union(*(names.get(kind, {kind}) for kind in kinds[1:]))
    return all(part in choices for part in reference.name.split("|"))


def _find_references(
    content: Any, path: list[str], keys: tuple = (), passed: tuple = (), table: str = ""
) -> Iterator[NamedReference]:
    """The names a path leads to: a text is one, a list has items, a table keys, until it ends."""
    if isinstance(content, str) and path in ([], [content]):
        yield NamedReference(content, keys, passed, table)
    elif isinstance(content, dict) and not path:
        yield from (NamedReference(key, (*keys, key), passed, table) for key in content)
    elif isinstance(content, dict | list):
        parts = dict(enumerate(content)) if isinstance(content, list) else content
        table = str(parts.get("table", table))
        for key, part in parts.items():
            if not path or path[0] in ("*", key):
                star = (key,) if path[:1] == ["*"] else ()
                yield from _find_references(part, path[1:], (*keys, key), passed + star, table)
