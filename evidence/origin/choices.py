"""Choices in force for a question: elections on file, and the default reading where none is.

Two sorts: what the law leaves to the producer (how several suppliers of one material count, which self-produced
materials are designated), and what its texts leave open (`rules/data/usmca/choices.toml`). Every choice that a
worksheet rests on is printed with its alternatives.
"""

from evidence.core.statements.election import Election
from evidence.errors import RuleError
from evidence.origin.designations import DESIGNATED, INTERMEDIATE, NOT_DESIGNATED, RESCINDED, DesignationFile
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.worksheet import Choice
from evidence.rules.core_parts import INDIVIDUAL, Way
from evidence.rules.finding import Finding
from evidence.rules.ruleset import RuleSet

SEVERAL_SUPPLIERS = "several suppliers"
WORST_CASE = "worst case"
PRORATION = "proration by purchases"
INVENTORY = "inventory method"
ACTUAL_LOTS = "actual lots"
EVENT = "threshold-date-event"
CORE_WAY = "core-part way"
METHOD = "regional value method"
METHODS = ("net cost", "transaction value")
METHOD_CITATION = "19 CFR 182 App A s.7(1), (6)-(8); SOR/2020-155 s.7(1), (6)-(8)"

_SUPPLIERS_CITATION = "19 CFR 182 App A s.7(21), s.8(18); a material may always be treated as non-originating"
_CORE_WAY_CITATION = "19 CFR 182 App A s.14(7)-(10); SOR/2020-155 s.14(7)-(10)"
_INTERMEDIATE_CITATION = "19 CFR 182 App A s.8(6)-(12); SOR/2020-155 s.8(6)-(12)"


class Choices:
    """The elections that bind one good at one plant over one period, and a note of which choices were used."""

    def __init__(self, inputs: Inputs, law: RuleSet) -> None:
        self._question = inputs.question
        self._law = law
        self._in_force = [fact for fact in inputs.elections if self._binds(fact.value)]
        self._designations = DesignationFile(inputs, law)
        self.shut: dict[str, Finding] = {}
        """Designations on file that do not stand, by the material (s.8(10)-(12))."""
        self._used: dict[str, Choice] = {}

    def several_suppliers(self, material: str) -> str:
        """How a material counts of which some purchases are supported and some are not.

        An election for one material goes before that for all of the good's; the last recorded one holds.

        Raises:
            RuleError: what is elected is none of the ways.
        """
        known = (WORST_CASE, PRORATION, ACTUAL_LOTS, INVENTORY)
        found = [fact.value for fact in self._in_force if fact.value.election == SEVERAL_SUPPLIERS]
        found = [each for each in found if each.plant in (None, self._question.plant)]
        own = [each for each in found if each.part == material]
        election = next(reversed(own or [each for each in found if each.part in (None, self._question.part)]), None)
        option = WORST_CASE if election is None else election.choice
        of = f" for {material}" if own else ""
        if option not in known:
            wanted = ", ".join(known)
            raise RuleError(
                f"{SEVERAL_SUPPLIERS}{of} is elected as {option!r}; wanted one of {wanted}. Elect it again."
            )
        name = f"{SEVERAL_SUPPLIERS} {material}" if own else SEVERAL_SUPPLIERS
        self._note(name, option, known, election is None, _SUPPLIERS_CITATION)
        return option

    def designated(self, part: str, plant: str) -> Fact[Election] | None:
        """The designation of a self-produced material as an intermediate material, if one is on file and stands."""
        found = [
            fact
            for fact in self._in_force
            if fact.value.election == INTERMEDIATE and fact.value.part == part and fact.value.plant in (None, plant)
        ]
        if not found or found[-1].value.choice not in (DESIGNATED, RESCINDED):
            return None
        choice, options = found[-1].value.choice, (DESIGNATED, NOT_DESIGNATED, RESCINDED)
        self._note(f"{INTERMEDIATE} {part}", choice, options, False, _INTERMEDIATE_CITATION)
        if choice == RESCINDED:
            return None
        stands = self._designations.judged(found[-1])
        if stands is None or stands.met:
            return found[-1]
        self.shut[part] = stands
        return None

    def core_way(self, part: str, made_at: str | None = None) -> Way:
        """The way elected for a core part, or for all of the vehicle's; on all its own materials where none is.

        An election names no plant, the plant of the vehicle, or for one part the plant that makes it.

        Raises:
            RuleError: the way elected is none of the four, or is that of all parts together and elected for one.
        """
        found = [fact.value for fact in self._in_force if fact.value.election == CORE_WAY]
        whole = [each for each in found if each.part in (None, self._question.part)]
        whole = [each for each in whole if each.plant in (None, self._question.plant)]
        own = [each for each in found if each.part == part and each.plant in (None, self._question.plant, made_at)]
        election = next(reversed(own or whole), None)
        known = tuple(way.value for way in Way)
        choice = Way.EACH_ALL.value if election is None else election.choice
        if choice not in known or (own and Way(choice).of_all_parts):
            wanted = ", ".join(way.value for way in INDIVIDUAL) if own else ", ".join(known)
            raise RuleError(f"The {CORE_WAY} elected for {part} is {choice!r}; wanted one of {wanted}. Elect it again.")
        name = f"{CORE_WAY} {part}" if own else CORE_WAY
        self._note(name, choice, known, election is None, _CORE_WAY_CITATION)
        return Way(choice)

    def elected(self, name: str) -> str | None:
        """What is elected under a name; None where nothing is on file."""
        found = self._latest(name)
        return None if found is None else found.value.choice

    def reading(self, name: str, taken: str | None = None) -> str:
        """The reading of an open question of the law, elected or by default; `taken` where the question itself says."""
        found = self._latest(name)
        elected = taken if taken is not None else (found.value.choice if found is not None else None)
        option = self._law.choice(name, elected)
        choice = self._law.choices[name]
        names = tuple(each.name for each in choice.options)
        citation = f"{option.source} [{option.confidence}]"
        self._note(name, option.name, names, option.name == choice.default, citation)
        return option.name

    def open_to_producer(self, name: str, default: str, alternatives: tuple[str, ...], citation: str) -> str:
        """What is elected on file of an option that the law leaves to the producer, or `default`; noted as used."""
        found = self._latest(name)
        option = found.value.choice if found is not None else default
        self._note(name, option, alternatives, found is None, citation)
        return option

    def note(self, name: str, choice: str, alternatives: tuple[str, ...], citation: str) -> None:
        """Note a choice that this program makes for everybody, so that the worksheet prints it."""
        self._note(name, choice, alternatives, True, citation)

    def used(self) -> tuple[Choice, ...]:
        """The choices that were asked for, in order of name."""
        return tuple(self._used[name] for name in sorted(self._used))

    def _binds(self, election: Election) -> bool:
        asked = self._question
        if election.owner != asked.owner:
            return False
        of_a_part = election.election in (INTERMEDIATE, CORE_WAY, SEVERAL_SUPPLIERS)
        elsewhere = election.part not in (None, asked.part) or election.plant not in (None, asked.plant)
        if elsewhere and not of_a_part:
            return False
        begins = election.valid_from is None or election.valid_from <= asked.period_from
        return begins and (election.valid_to is None or asked.period_to <= election.valid_to)

    def _latest(self, name: str) -> Fact[Election] | None:
        found = [fact for fact in self._in_force if fact.value.election == name]
        return found[-1] if found else None

    def _note(self, name: str, choice: str, alternatives: tuple[str, ...], is_default: bool, citation: str) -> None:
        was, said = self._used.get(name), (choice, alternatives, is_default, citation)
        if was is not None and (was.choice, was.alternatives, was.is_default, was.citation) == said:
            return  # noted already, and a large bill asks for each of its lines
        self._used[name] = Choice(
            name=name, choice=choice, alternatives=alternatives, is_default=is_default, citation=citation
        )
