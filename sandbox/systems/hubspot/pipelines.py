"""The deal pipelines of the simulated account, and what HubSpot works out from a deal's stage."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any

# HubSpot keeps probabilities in binary and shows all their digits.
_ARTEFACTS = {
    "0.1": "0.1000000000000000055511151231257827021181583404541015625",
    "0.2": "0.200000000000000011102230246251565404236316680908203125",
    "0.4": "0.40000000000000002220446049250313080847263336181640625",
    "0.6": "0.59999999999999997779553950749686919152736663818359375",
    "0.8": "0.8000000000000000444089209850062616169452667236328125",
    "0.9": "0.90000000000000002220446049250313080847263336181640625",
}


@dataclass(frozen=True)
class Stage:
    """One stage of a pipeline, with its win probability as its settings show it."""

    stage_id: str
    label: str
    probability: str

    @property
    def is_closed(self) -> bool:
        """Won and lost are the stages with a certain outcome."""
        return self.probability in {"0.0", "1.0"}


PIPELINES: dict[str, tuple[Stage, ...]] = {
    "default": (
        Stage("appointmentscheduled", "Appointment Scheduled", "0.2"),
        Stage("qualifiedtobuy", "Qualified To Buy", "0.4"),
        Stage("presentationscheduled", "Presentation Scheduled", "0.6"),
        Stage("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
        Stage("contractsent", "Contract Sent", "0.9"),
        Stage("closedwon", "Closed Won", "1.0"),
        Stage("closedlost", "Closed Lost", "0.0"),
    ),
    "renewals": (
        Stage("renewal_due", "Renewal due", "0.6"),
        Stage("renewal_won", "Renewed", "1.0"),
        Stage("renewal_lost", "Churned", "0.0"),
    ),
}


def calculated(properties: dict[str, str | None]) -> dict[str, str | None]:
    """The calculated properties of a deal: empty probability for a deal in no known stage."""
    stages = PIPELINES.get(properties.get("pipeline") or "", ())
    stage = next((each for each in stages if each.stage_id == properties.get("dealstage")), None)
    probability = _ARTEFACTS.get(stage.probability, stage.probability) if stage else None
    return {
        "hs_deal_stage_probability": probability,
        "hs_projected_amount": _product(properties.get("amount"), probability),
        "hs_is_closed": _flag(stage is not None and stage.is_closed),
        "hs_is_closed_won": _flag(stage is not None and stage.probability == "1.0"),
        "hs_is_closed_lost": _flag(stage is not None and stage.probability == "0.0"),
    }


def plain_pipelines(moment: str) -> list[dict[str, Any]]:
    """The pipelines as the API answers them."""
    frame = {"createdAt": moment, "updatedAt": moment, "archived": False}
    return [
        {
            "id": pipeline_id,
            "label": pipeline_id.title(),
            "displayOrder": order,
            **frame,
            "stages": [
                {
                    "id": stage.stage_id,
                    "label": stage.label,
                    "displayOrder": place,
                    "metadata": {"isClosed": _flag(stage.is_closed), "probability": stage.probability},
                    **frame,
                }
                for place, stage in enumerate(stages)
            ],
        }
        for order, (pipeline_id, stages) in enumerate(PIPELINES.items())
    ]


def _product(amount: str | None, probability: str | None) -> str | None:
    try:
        with localcontext(prec=80):
            return format(Decimal(amount or "") * Decimal(probability or ""), "f")
    except InvalidOperation:
        return None


def _flag(value: bool) -> str:  # noqa: FBT001 a JSON word
    return "true" if value else "false"
