"""Which of many paths set the same value: `plants.*.peak_kw` and `plants.0.peak_kw` do."""

from pvsim.core.study.paths import EACH, Parts, is_index, overlap

__all__ = ["SetPaths"]


class SetPaths:
    """Paths that are set, each in a section."""

    def __init__(self) -> None:
        self._sections: dict[Parts, str] = {}
        self._by_form: dict[Parts, list[Parts]] = {}
        self._of_each: list[Parts] = []

    def copy(self) -> "SetPaths":
        """The same paths, to which others can be added."""
        other = SetPaths()
        for parts, section in self._sections.items():
            other.add(section, parts)
        return other

    def add(self, section: str, parts: Parts) -> None:
        """One more path."""
        self._sections.setdefault(parts, section)
        self._by_form.setdefault(_form(parts), []).append(parts)
        if EACH in parts:
            self._of_each.append(parts)

    def same_as(self, parts: Parts) -> tuple[str, Parts] | None:
        """The section and the path that set the same value as a path."""
        if parts in self._sections:
            return self._sections[parts], parts
        others = self._by_form.get(_form(parts), []) if EACH in parts else self._of_each
        found = (other for other in others if len(other) == len(parts) and overlap(other, parts))
        return next(((self._sections[other], other) for other in found), None)


def _form(parts: Parts) -> Parts:
    """A path with `*` in place of numbers: only paths of one form can set the same value."""
    return tuple(EACH if is_index(part) else part for part in parts)
