"""The limit on intermediate materials: what qualified by a content may not hold another such material, designated.

19 CFR 182 App A s.8(6), (9), (28) ex.4-6, s.9(6); the same of SOR/2020-155. The limit is on nesting, not on number. It
binds where both materials need a regional value content, and it binds one producer, with those whose production is
accumulated with his; what a supplier designates inside what he sells is out of its reach. A designation that it shuts
out changes nothing: the inner material counts by its own materials while the outer one is tested.
"""

from collections.abc import Iterable, Mapping, Sequence

from evidence.rules.finding import Finding, Outcome
from evidence.rules.roll_up import Material, nested_designations

LIMB = "intermediate materials"
_CONTENT = "regional value content"


def without_content(finding: Finding) -> bool:
    """Whether a material originates by a route of its rule that asks for no regional value content."""
    return any(route.met and not any(part.test.startswith(_CONTENT) for part in route.parts) for route in finding.parts)


def nesting(
    materials: Iterable[Material], producers: Sequence[str], designated: Mapping[str, tuple[str, ...]]
) -> list[tuple[str, Finding]]:
    """A finding for each designation that the limit shuts out, with the name it is printed under.

    Args:
        materials: the good's materials with their designations.
        producers: those whose materials count by what is in them: the producer of the good, and who accumulates.
        designated: the entries of the elections, by the key of the material.
    """
    found = nested_designations(materials, producers[0], producers[1:]) if producers else ()
    return [
        (
            LIMB,
            Finding(
                f"designation of {each.inner} inside {each.outer}",
                Outcome.NOT_MET,
                None,
                None,
                "not counted",
                (),
                f"{each.outer} is designated and qualifies by its content, so that {each.inner}, which needs one too, "
                "counts by its own materials there (s.8(6), (9)); take one of the two designations back",
                tuple(ref for key in (each.outer, each.inner) for ref in designated.get(key, ())),
                (each.citation,),
            ),
        )
        for each in found
    ]
