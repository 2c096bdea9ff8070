"""HTTP calls: the addresses that are sent to, put together from a client's base and a path."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from residency_lint.call_rules import HttpClient
from residency_lint.dotted import last_name
from residency_lint.expressions import HOLE, Attribute, Call, Expression, Name, Subscript, Text
from residency_lint.facts import Mention, Role
from residency_lint.resolve import urls
from residency_lint.resolve.arguments import arguments_of
from residency_lint.resolve.contexts import contexts, reached
from residency_lint.resolve.frames import Activation, Choice, Frame, Value, told
from residency_lint.resolve.guards import tried
from residency_lint.resolve.loops import iterations
from residency_lint.resolve.names import targets
from residency_lint.resolve.values import Resolution, resolve
from residency_lint.sightings.partials import completed
from residency_lint.sightings.scene import Scene


class Send(Struct, frozen=True):
    """A call that sends to what `address` says; `base`: the client's address that it is put below."""

    call: Call
    address: Expression
    base: Expression | None = None
    base_value: Value | None = None

    @property
    def mention(self) -> Mention:
        """Where the address stands, whatever it comes to."""
        return Mention(Text("", self.address.span), Role.VALUE, self.call.site)


def sends(scene: Scene) -> Iterator[Send]:
    """The HTTP calls of a file, as far as they can be told."""
    words = scene.catalog.http.words | {call.assigned for call in scene.unit.calls_by_name.get("partial", ())}
    for call in scene.facts.calls if scene.can_put_together else ():
        function = call.function
        name = last_name(function)
        if name and name in words:
            yield from _function_sends(call, scene)
            yield from _partial_sends(call, scene)
            yield from _method_sends(call, scene)


def addresses(send: Send, scene: Scene, made: Activation | None = None) -> tuple[Value, ...]:
    """The addresses of a call, each with its pieces; where its client is made as one call of that code does."""
    if send.base is None or send.base_value is None:
        return resolve(send.address, scene.unit, send.call.site, scene.program)
    resolution = Resolution(scene.program)
    there = Frame(send.base_value.unit, send.base_value.site, activation=made)
    here = Frame(scene.unit, send.call.site)
    bases = list(resolution.values(send.base, there))
    return tuple(urls.put_below(bases, send.address, here, resolution))


def addresses_by_call(send: Send, scene: Scene) -> Iterator[tuple[Value, ...]]:
    """The addresses below a client's base, once for each call that makes the client where it matters."""
    if send.base is None or send.base_value is None:
        return
    there = send.base_value
    for activation in contexts((send.base,), there.unit, there.site, Resolution(scene.program.everywhere)):
        yield addresses(send, scene, activation)


def addresses_in_contexts(send: Send, scene: Scene) -> Iterator[tuple[Value, ...]]:
    """The addresses of a call in each of the contexts that it runs in."""
    program, site = scene.program.everywhere, send.call.site
    if reached(scene.unit, site, Resolution(program)) is Choice.NEVER:
        return
    if send.base is not None:
        yield from map(told, list(addresses_by_call(send, scene)) or [addresses(send, scene)])
        return
    guards = [guard for guard in site.guards if not tried(guard)]
    for activation in contexts((send.address,), scene.unit, site, Resolution(program)):
        here, resolution = Frame(scene.unit, site, activation=activation), Resolution(program)
        for frame in iterations((send.address,), here, resolution):
            choice = resolution.conditions.choice(guards, frame)
            if choice is not Choice.NEVER:
                values = told(resolution.all_values(send.address, frame)) or (frame.unknown("no address"),)
                yield tuple(value.chosen(choice) for value in values)


def is_settled(values: tuple[Value, ...]) -> bool:
    """Whether values are texts that nothing but the code decides on: no word, no condition, no configuration."""
    return bool(values) and all(
        isinstance(value.content, Text)
        and HOLE not in value.content.text
        and not value.fallback
        and not value.table
        and value.choice is Choice.SURE
        for value in values
    )


def client_of(call: Call, value: Value, scene: Scene) -> HttpClient | None:
    """The HTTP client that a call makes."""
    for target in targets(call.function, value.unit, value.site, scene.program):
        for name in target.names:
            if name in scene.catalog.http.clients:
                return scene.catalog.http.clients[name]
    return None


def is_kept_inside(call: Call, client: HttpClient, value: Value, scene: Scene) -> bool:
    """Whether a client is made with a transport through which nothing leaves the process."""
    transport = next((a.value for a in call.arguments if a.name == "transport"), None)
    if transport is None or not client.transport:
        return False
    made = [v for v in resolve(transport, value.unit, value.site, scene.program) if isinstance(v.content, Call)]
    return bool(made) and all(
        any(
            name in client.transport
            for target in targets(v.content.function, v.unit, v.site, scene.program)
            for name in target.names
        )
        for v in made
        if isinstance(v.content, Call)
    )


def base_of(call: Call, client: HttpClient, made: Value | None = None, scene: Scene | None = None) -> Expression | None:
    """The argument that says a client's base address; where the value that the call is has a place, also an item of a
    mapping that is expanded."""
    if not client.base:
        return None
    positional = [a.value for a in call.arguments if not a.name and not a.star]
    named = next((a.value for a in call.arguments if a.name == client.base), None)
    own = named or (positional[client.position] if 0 <= client.position < len(positional) else None)
    return own or (_expanded_base(call, client, made, scene) if made is not None and scene is not None else None)


def _expanded_base(call: Call, client: HttpClient, made: Value, scene: Scene) -> Expression | None:
    """`Client(**{**DEFAULTS, **given})`: what stands there under the name, as each caller has it."""
    expanded = [a.value for a in call.arguments if a.star == "**"]
    if len(expanded) != 1:
        return None
    found = arguments_of(call, Frame(made.unit, made.site), Resolution(scene.program))
    if client.base not in found.named and not found.opaque:
        return None
    return Subscript(expanded[0], Text(client.base, expanded[0].span, plain=False), expanded[0].span)


def _function_sends(call: Call, scene: Scene) -> Iterator[Send]:
    for target in targets(call.function, scene.unit, call.site, scene.program):
        position = next(
            (scene.catalog.http.functions[n] for n in target.names if n in scene.catalog.http.functions), None
        )
        address = None if position is None else _address(call, position, scene)
        if address is not None:
            yield Send(call, address)
            return


def _partial_sends(call: Call, scene: Scene) -> Iterator[Send]:
    """`post = partial(requests.post, url)` and then `post(json=…)`."""
    if not isinstance(call.function, Name):
        return
    for value in resolve(call.function, scene.unit, call.site, scene.program):
        made = value.content if isinstance(value.content, Call) and value.unit is scene.unit else None
        if (whole := completed(call, made, scene)) is not None:
            for send in _function_sends(whole, scene):
                yield replace(send, call=call)


def _method_sends(call: Call, scene: Scene) -> Iterator[Send]:
    if not isinstance(call.function, Attribute):
        return
    for value in resolve(call.function.base, scene.unit, call.site, scene.program):
        if not isinstance(value.content, Call):
            continue
        client = client_of(value.content, value, scene)
        if client is None or call.function.name not in client.methods:
            continue
        address = _address(call, client.methods[call.function.name], scene)
        if address is None or is_kept_inside(value.content, client, value, scene):
            continue
        late = _set_later(call, client, scene)
        if late is not None:
            yield Send(call, address, late, replace(value, unit=scene.unit, site=call.site))
        else:
            base = base_of(value.content, client, value, scene)
            yield Send(call, address, base, value)


def _set_later(call: Call, client: HttpClient, scene: Scene) -> Expression | None:
    """What was assigned to the client's base address after it was made."""
    assert isinstance(call.function, Attribute)
    base = call.function.base
    if not client.base or not isinstance(base, Name):
        return None
    target = f"{base.id}.{client.base}"
    for scope in scene.unit.visible_scopes(call.site.scope):
        found = scene.unit.reaching(target, scope, call.site, call.span.start)
        if found:
            return found[0].value
    return None


def _address(call: Call, position: int, scene: Scene) -> Expression | None:
    if any(argument.star for argument in call.arguments):
        found = arguments_of(call, Frame(scene.unit, call.site), Resolution(scene.program))
        return found.named.get("url") or (found.positional[position] if position < len(found.positional) else None)
    named = next((a.value for a in call.arguments if a.name == "url"), None)
    positional = [a.value for a in call.arguments if not a.name and not a.star]
    return named or (positional[position] if position < len(positional) else None)
