"""The conditions that places stand under, and how those of two places go together."""

from __future__ import annotations

from residency_lint.dotted import written
from residency_lint.expressions import RAISED, Attribute, Guard, Name, Negation, Opaque, Site
from residency_lint.facts import Binding


def exclusive(one: Site, other: Site) -> bool:
    """Whether two places stand in different branches of one condition."""
    if not one.guards or not other.guards:
        return False
    truths = {(guard.chain, id_of(guard)): guard.holds for guard in one.guards}
    return any(truths.get((guard.chain, id_of(guard)), guard.holds) != guard.holds for guard in other.guards)


def runs_whenever(binding: Site, place: Site) -> bool:
    """Whether a binding is made whenever another place is come to: it stands under no other condition."""
    if not binding.guards:
        return True
    held = {(guard.chain, id_of(guard), guard.holds) for guard in place.guards}
    return all((guard.chain, id_of(guard), guard.holds) in held for guard in binding.guards)


def guards_before(guard: Guard, guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    """The conditions that hold where another one is asked."""
    at = next((i for i, other in enumerate(guards) if other.test.span == guard.test.span), len(guards))
    return guards[:at]


def id_of(guard: Guard) -> tuple[int, int]:
    """What tells one condition from another."""
    span = guard.test.span
    return span.start, span.end


def tried(guard: Guard) -> bool:
    """Whether it is the body of a `try`: what stands there runs, as long as nothing before it fails."""
    return not guard.holds and isinstance(guard.test, Opaque) and guard.test.reason == RAISED


def fills_empty(binding: Binding, around: tuple[Guard, ...]) -> bool:
    """Whether a binding takes the place of whatever its target was that is empty: `if not host: host = …`."""
    own = [guard for guard in binding.site.guards if guard not in around]
    test = own[0].test if len(own) == 1 else None
    is_negated = isinstance(test, Negation)
    asked = test.operand if isinstance(test, Negation) else test
    return isinstance(asked, (Name, Attribute)) and written(asked) == binding.target and own[0].holds is is_negated
