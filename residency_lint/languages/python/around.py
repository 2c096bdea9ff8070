"""What surrounds an expression of Python source."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from residency_lint import expressions as e
from residency_lint import facts as f
from residency_lint.languages.python import roles


class Around(Struct, frozen=True):
    """What surrounds an expression: what is done with its value, the names that lead to it, where it stands."""

    site: e.Site
    role: f.Role = f.Role.VALUE
    keys: tuple[str, ...] = ()
    group: int = 0
    callee: str = ""
    assigned: str = ""
    since: int = 0
    """Where the statement's assignments begin to hold."""

    def under(self, key: str) -> Around:
        role = roles.role_of_key(key) if self.role is f.Role.VALUE else self.role
        return replace(self, keys=(*self.keys, key), role=role, assigned="")

    def acting(self, role: f.Role) -> Around:
        return replace(self, role=role) if self.role is f.Role.VALUE and role is not f.Role.VALUE else self

    def inside(self) -> Around:
        """Of a part of an expression, which no name is given to."""
        return replace(self, assigned="") if self.assigned else self

    def guarded(self, guard: e.Guard) -> Around:
        return replace(self, site=replace(self.site, guards=(*self.site.guards, guard)))
