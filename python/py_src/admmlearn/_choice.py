"""Choices of a coordinator, as the native core reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Choice:
    """A name, with its numbers if it has any."""

    name: str
    numbers: tuple[Any, ...] = ()

    def _json(self) -> Any:
        if not self.numbers:
            return self.name
        numbers = [number._json() if isinstance(number, Choice) else number for number in self.numbers]
        return {self.name: numbers[0] if len(numbers) == 1 else numbers}


class Stop(Choice):
    """A stopping rule. `a | b` is met where either is, `a & b` where both are."""

    def __or__(self, other: Stop) -> Stop:
        return Stop("any", (self, other))

    def __and__(self, other: Stop) -> Stop:
        return Stop("all", (self, other))


class Penalty(Choice):
    """A policy for ρ."""


class Acceleration(Choice):
    """A rule for the points that iterations start from."""


class Accuracy(Choice):
    """The accuracy to which the blocks solve their subproblems."""
