"""A Dynamics 365 Sales environment in memory: its opportunities and their products change by chance.

Its chance is its own: what changes, and when, does not depend on the ways it tells of it, nor on what goes wrong elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from tests.simulation import dataverse_values as values
from tests.simulation.schedule import Schedule

Fields = dict[str, Any]
_OPEN, _WON, _LOST = 0, 1, 2


@dataclass(slots=True, eq=False)
class Opportunity:
    """An opportunity with its products, and what a lagging replica still shows of both.

    Attributes:
        fields: its columns; its currency by its code.
        products: by id, each with `product` and `worth`.
        is_calculated: whether it is worth what its products are.
        before: fields and products before the last change; None: it was not there.
    """

    record_id: str
    fields: Fields
    products: dict[str, Fields] = field(default_factory=dict)
    is_calculated: bool = False
    is_deleted: bool = False
    is_spoilt: bool = False
    before: tuple[Fields, dict[str, Fields]] | None = None


class Change(NamedTuple):
    """What a step would see.

    Attributes:
        opportunities: those of one message; several of one about many.
        product: the product that was changed instead; empty: none was.
        is_listed: whether the environment's own lists show it: a row was written, or is gone.
    """

    message: str
    opportunities: tuple[Opportunity, ...]
    product: str = ""
    is_listed: bool = True


Changes = list[Change]


class Dataverse:
    """One environment.

    Args:
        deletes: whether anything is ever deleted.

    Attributes:
        version: the row version given last.
        gone: what was deleted, in order, with the version of the deletion.
    """

    def __init__(self, random: Random, schedule: Schedule, *, deletes: bool) -> None:
        self._random, self._schedule, self._deletes = random, schedule, deletes
        self._rates = dict(values.RATES)
        self._count = 0
        self.version = 9_999_990  # which soon has a digit more
        self.opportunities: dict[str, Opportunity] = {}
        self.gone: list[tuple[int, str]] = []

    def live(self) -> list[Opportunity]:
        """The opportunities that are not deleted."""
        return [each for each in self.opportunities.values() if not each.is_deleted]

    def change_something(self) -> Changes:
        """One change by chance."""
        live = self.live()
        if len(live) < 3 or self._random.random() < 0.1:
            return self._create()
        acts, weights = zip(*self._acts().items(), strict=True)
        act: Callable[[Opportunity], Changes] = self._random.choices(acts, weights)[0]
        opportunity = self._random.choice(live)
        return self._mend(opportunity) if opportunity.is_spoilt and act != self._delete else act(opportunity)

    def mend_all(self) -> Changes:
        """Somebody makes readable what is not."""
        return [change for each in self.live() if each.is_spoilt for change in self._mend(each)]

    def _acts(self) -> Mapping[Callable[[Opportunity], Changes], int]:
        gone: dict[Callable[[Opportunity], Changes], int] = {self._delete: 10, self._restore: 8}
        return {
            self._edit: 24,
            self._edit_many: 8,
            self._sell: 34,
            self._win: 10,
            self._lose: 5,
            self._reopen: 8,
            self._change_a_rate: 4,
            self._spoil: 4,
            **(gone if self._deletes else {}),
        }

    def _create(self) -> Changes:
        currency = self._random.choice(tuple(values.RATES))
        opportunity = Opportunity(
            self._next_id("0d"),
            {
                "name": "O",
                "estimatedvalue": self._random.choice(values.VALUES),
                "actualvalue": None,
                "currency": currency,
                "estimatedclosedate": self._random.choice(values.DAYS),
                "actualclosedate": None,
                "closeprobability": self._random.choice(values.PROBABILITIES),
                "statecode": _OPEN,
                "stepname": self._random.choice(values.STAGES),
                "msdyn_forecastcategory": self._random.choice(values.CATEGORIES),
                **self._customer(),
            },
            is_calculated=self._random.random() < 0.5,
        )
        self.opportunities[opportunity.record_id] = opportunity
        self._save(opportunity)
        return [Change("Create", (opportunity,))]

    def _edit(self, opportunity: Opportunity) -> Changes:
        return [Change("Update", (self._edited(opportunity),))]

    def _edit_many(self, opportunity: Opportunity) -> Changes:
        """Several by one message, as an import does."""
        found = {each.record_id: each for each in self._random.choices(self.live(), k=3)}
        others = [each for each in found.values() if each is not opportunity and not each.is_spoilt]
        return [Change("UpdateMultiple", tuple(self._edited(each) for each in (opportunity, *others)))]

    def _edited(self, opportunity: Opportunity) -> Opportunity:
        choices: Mapping[str, Sequence[Any]] = {
            "estimatedvalue": values.VALUES,
            "estimatedclosedate": values.DAYS,
            "closeprobability": values.PROBABILITIES,
            "stepname": values.STAGES,
            "currency": tuple(values.RATES),
            "msdyn_forecastcategory": values.CATEGORIES,
        }
        self._remember(opportunity)
        name = self._random.choice((*choices, "customer"))
        changed = self._customer() if name == "customer" else {name: self._random.choice(choices[name])}
        opportunity.fields |= changed
        return self._save(opportunity)

    def _sell(self, opportunity: Opportunity) -> Changes:
        """Add, change or remove a product: the opportunity is written only where it is worth what they are."""
        self._remember(opportunity)
        own = list(opportunity.products)
        if not own or self._random.random() < 0.3:
            message, product = "Create", self._next_id("0f")
        else:
            message, product = self._random.choice(("Update", "Delete")), self._random.choice(own)
        if message == "Delete":
            del opportunity.products[product]
        else:
            sold = self._random.choice((*values.PRODUCTS, None))
            opportunity.products[product] = {"product": sold, "worth": self._random.choice(values.WORTHS)}
        told = Change(message, (opportunity,), product, is_listed=opportunity.is_calculated)
        if not opportunity.is_calculated:
            return [told]
        self._save(opportunity)
        return [told, Change("Update", (opportunity,))]

    def _win(self, opportunity: Opportunity) -> Changes:
        return self._close(opportunity, "Win", _WON)

    def _lose(self, opportunity: Opportunity) -> Changes:
        return self._close(opportunity, "Lose", _LOST)

    def _close(self, opportunity: Opportunity, message: str, state: int) -> Changes:
        """By the message of its own with the update it makes, or by the update alone."""
        self._remember(opportunity)
        actual = self._random.choice((None, Decimal("700.10"))) if state == _WON else None
        opportunity.fields |= {"statecode": state, "actualvalue": actual}
        opportunity.fields["actualclosedate"] = self._random.choice((None, "2026-03-31", "2026-05-02"))
        self._save(opportunity)
        updated = Change("Update", (opportunity,))
        return [updated] if self._random.random() < 0.3 else [Change(message, (opportunity,)), updated]

    def _reopen(self, opportunity: Opportunity) -> Changes:
        closed = [each for each in self.live() if each.fields["statecode"] != _OPEN and not each.is_spoilt]
        if not closed:
            return self._edit(opportunity)
        opportunity = self._random.choice(closed)
        self._remember(opportunity)
        opportunity.fields |= {"statecode": _OPEN, "actualvalue": None, "actualclosedate": None}
        self._save(opportunity)
        return [Change("Update", (opportunity,))]

    def _change_a_rate(self, opportunity: Opportunity) -> Changes:
        """A rate of the environment: rows keep theirs until they are saved."""
        currency = self._random.choice(tuple(values.LATER_RATES))
        self._rates[currency] = self._random.choice(values.LATER_RATES[currency])
        return self._edit(opportunity) if self._random.random() < 0.5 else []

    def _delete(self, opportunity: Opportunity) -> Changes:
        """Its products go with it, untold."""
        self._remember(opportunity)
        opportunity.is_deleted = True
        self.gone.append((self._next_version(), opportunity.record_id))
        return [Change("Delete", (opportunity,))]

    def _restore(self, opportunity: Opportunity) -> Changes:
        """An administrator brings back what was deleted."""
        gone = [each for each in self.opportunities.values() if each.is_deleted and not each.is_spoilt]
        if not gone:
            return self._edit(opportunity)
        opportunity = self._random.choice(gone)
        opportunity.before, opportunity.is_deleted = None, False
        self._save(opportunity)
        return [Change("Create", (opportunity,))]

    def _spoil(self, opportunity: Opportunity) -> Changes:
        """Somebody gives it a forecast category that nobody has said the meaning of."""
        self._remember(opportunity)
        opportunity.fields["msdyn_forecastcategory"], opportunity.is_spoilt = values.UNKNOWN_CATEGORY, True
        self._save(opportunity)
        return [Change("Update", (opportunity,))]

    def _mend(self, opportunity: Opportunity) -> Changes:
        self._remember(opportunity)
        opportunity.fields["msdyn_forecastcategory"], opportunity.is_spoilt = values.CATEGORIES[0], False
        self._save(opportunity)
        return [Change("Update", (opportunity,))]

    def _customer(self) -> Fields:
        """An account, a contact, an account that is only named as the customer, or nobody."""
        account = self._random.choice(values.ACCOUNTS)
        return self._random.choice(
            (
                {"account": account, "customer": account, "table": "account"},
                {"account": account, "customer": values.CONTACT, "table": "contact"},
                {"account": None, "customer": values.CONTACT, "table": "contact"},
                {"account": None, "customer": account, "table": "account"},
                {"account": None, "customer": None, "table": ""},
            )
        )

    def _save(self, opportunity: Opportunity) -> Opportunity:
        """Write it: at a version of its own, in whole seconds, at the rate of that moment."""
        fields = opportunity.fields
        if opportunity.is_calculated and not opportunity.is_spoilt:
            worths = (Decimal(each["worth"] or 0) for each in opportunity.products.values())
            fields["estimatedvalue"] = sum(worths, Decimal(0))
        fields |= {"exchangerate": self._rates[fields["currency"]], "versionnumber": self._next_version()}
        fields["modifiedon"] = f"{self._schedule.now():%Y-%m-%dT%H:%M:%SZ}"
        return opportunity

    def _remember(self, opportunity: Opportunity) -> None:
        products = {key: dict(each) for key, each in opportunity.products.items()}
        opportunity.before = (dict(opportunity.fields), products)

    def _next_version(self) -> int:
        self.version += 3
        return self.version

    def _next_id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count:06x}-0000-4000-8000-0000000000d5"
