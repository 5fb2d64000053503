"""Slips in comparing stages of a value, and in what is kept of where they do not tie out."""

from __future__ import annotations

from functions.reconcile import pipeline
from tests.flow import test_stages_of_a_value as compared
from tests.simulation.bugs.bug import Bug
from tests.simulation.comparing import THEME
from tieout.ledger import stages
from tieout.reconciling import classifying, items, matching, stage, tracking

BUGS = (
    Bug(
        "what closed books keep of a record that is gone is not compared",
        stage.Stage.asks_for,
        " or kind in GONE",
        "",
        proof=compared.test_what_is_still_planned_of_a_record_that_is_gone_is_compared,
    ),
    Bug(
        "what waits is missing",
        classifying.Classifier._kind,
        "if any(each.waits_for for each in (*group.left, *group.right)):",
        "if False:",
        THEME,
    ),
    Bug(
        "what closed books hold up waits for nothing",
        stages._waits_for,
        "if late else",
        "if False else",
        proof=compared.test_what_is_still_planned_of_a_record_that_is_gone_is_compared,
    ),
    Bug(
        "a copy is no copy",
        matching.Group.copies,
        "self.left[1:] if left_shape == _ONE else",
        "() if left_shape == _ONE else",
        THEME,
    ),
    Bug(
        "both sides count alike",
        items.difference,
        "(right, -1)",
        "(right, 1)",
        THEME,
    ),
    Bug(
        "what systems say has the sign of their books",
        stage.Stage._add_stated,
        "self.side.sign)",
        "1)",
        THEME,
    ),
    Bug(
        "mapping entries are unknown",
        stages.StageLedger._recorded,
        "found=found_of(item)",
        "found={}",
        THEME,
    ),
    Bug(
        "a break that is gone stays",
        pipeline._after,
        "else kept.tracked.gone(now)",
        "else kept.tracked",
        THEME,
    ),
    Bug(
        "who has explained may accept",
        tracking.TrackedBreak.accepted,
        "if is_same_person(self.explained_by, by):",
        "if False:",
        THEME,
    ),
    Bug(
        "what is accepted is open again at the next run",
        tracking.TrackedBreak.seen,
        "found.state == self.found.state and",
        "found.state != self.found.state and",
        THEME,
    ),
    Bug(
        "what is just tolerated is not",
        classifying.Classifier._is_tolerated,
        "abs(off) <=",
        "abs(off) <",
        THEME,
    ),
    Bug(
        "what may still follow is missing",
        classifying.Classifier._missing,
        "> self.as_of",
        "< self.as_of",
        THEME,
    ),
    Bug(
        "another rate is rounding",
        classifying.Classifier._kind,
        "if kind is BreakKind.ROUNDING and _is_other_rate(group, off, left)",
        "if False",
        THEME,
    ),
    Bug(
        "both stages come to what the right one does",
        pipeline.compare_stages,
        "left=_whole(found.left)",
        "left=_whole(found.right)",
        THEME,
    ),
    Bug(
        "lines of every kind count",
        stage.Stage._counts,
        "in values for attribute",
        "is not values for attribute",
        THEME,
    ),
)
