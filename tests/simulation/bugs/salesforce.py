"""Slips in what Salesforce tells of, in whichever way, on its way over the relay, and in what its records are taken for."""

from __future__ import annotations

from functions.record import listing
from functions.record import pipeline as record
from functions.relay import pipeline as relaying
from tests.simulation.bugs.bug import Bug
from tests.unit.relay import test_relay_pipeline as relayed
from tests.unit.salesforce import test_salesforce_translate as statements
from tieout.arriving import accepting, keys
from tieout.facts import contract, opportunity
from tieout.systems.salesforce import (
    accounts,
    callouts,
    change_events,
    contracts,
    door,
    ids,
    line_items,
    one_read,
    outbound_message,
    queries,
    reader,
    signature,
    translate,
)

_IS_OWN = "if _is_own(header, change.change_type, options)"

_MET_IN_SALES: tuple[tuple[str, object, str, str], ...] = (
    ("an overflow is passed over", change_events._record_ids, "return [LISTING]", "return []"),
    (
        "what stands for ids in an overflow is taken for a record",
        change_events._record_ids,
        "if change_type == _OVERFLOW",
        "if False",
    ),
    (
        "a wildcard is taken for a record",
        change_events._record_id,
        "isinstance(value, str) and _WILDCARD.fullmatch(value)",
        "False",
    ),
    (
        "gaps are passed over",
        change_events.split_event,
        _IS_OWN,
        f"{_IS_OWN} or change.change_type.startswith(_GAP)",
    ),
    (
        "deletions on the bus are passed over",
        change_events.split_event,
        _IS_OWN,
        f'{_IS_OWN} or change.change_type == "DELETE"',
    ),
    (
        "only the first record of a change event counts",
        change_events.split_event,
        "_record_ids(header, change.change_type)",
        "_record_ids(header, change.change_type)[:1]",
    ),
    (
        "every client is taken for our own",
        change_events._is_own,
        'client.removesuffix("/") in options.own_clients',
        "True",
    ),
    (
        "a client that is named much like ours is taken for our own",
        change_events._is_own,
        'client.removesuffix("/") in options.own_clients',
        "client.startswith(tuple(options.own_clients))",
    ),
    (
        "a gap is taken for an echo",
        change_events._is_own,
        "or change_type.startswith(_GAP)",
        "",
    ),
    ("an echo is taken for a change", change_events._is_own, 'client.removesuffix("/")', "client"),
    (
        "events of another organisation are relayed",
        change_events._checked_organization,
        'raise MalformedError("organization_unknown")',
        "pass",
    ),
    (
        "another organisation that knows the secret is let in",
        signature._check_organization,
        'raise NotAuthenticError("organization_unknown")',
        "return",
    ),
    ("the key in the address is not compared", keys.check_keys, "if not any([", "if not list(["),
    (
        "a message is acknowledged before it is on the bus",
        door.open_door,
        "unavailable=Answer(503, acknowledgement(taken=False), CONTENT_TYPE)",
        "unavailable=_TAKEN",
    ),
    (
        "a message that is taken is not acknowledged",
        door.open_door,
        "accepted=_TAKEN",
        "accepted=Answer(200, acknowledgement(taken=False), CONTENT_TYPE)",
    ),
    ("a session id is kept", door.clean, "without_session_ids(delivery.body)", "delivery.body"),
    (
        "only the first notification of a message counts",
        outbound_message.split_message,
        "enumerate(message.notifications)",
        "enumerate(message.notifications[:1])",
    ),
    (
        "only the first event of a callout counts",
        callouts.split_callout,
        "enumerate(events)",
        "enumerate(events[:1])",
    ),
    (
        "an id of 15 characters is left as it is",
        ids.record_id_of,
        "expanded = _with_suffix(value)",
        "expanded = value",
    ),
    (
        "the relay acknowledges what our bus refused",
        accepting.accept,
        "publishing.spool(refused, delivery, connection, keeper)",
        "pass",
    ),
    (
        "a listing stops after its first page",
        reader.SalesforceReader.list_page,
        "len(ids) < queries.PAGE_ROWS",
        "True",
    ),
    (
        "a page of a listing lacks its last record",
        reader.SalesforceReader.list_page,
        "record_id=each) for each in ids)",
        "record_id=each) for each in ids[:-1])",
    ),
    (
        "the next page of a listing is never asked for",
        listing.Listings.work_off,
        "if page.following is not None:",
        "if False:",
    ),
    (
        "the listing of products lists no opportunities",
        reader.SalesforceReader.list_page,
        "in _LISTED_FOR:",
        'in {"account"}:',
    ),
    (
        "what is to be listed because of an account is forgotten",
        record._have_listed,
        "step.listings.ask(latest_of(group), result.listings)",
        "pass",
    ),
    (
        "of merged accounts only the one that lost is looked at",
        accounts._holders,
        "(account_id, winner) if",
        "(account_id,) if",
    ),
    (
        "of an account with much only the first records are read",
        accounts._owned,
        "[Cursor(account=each).text()] if is_listed else ids[each]",
        "ids[each][:MOST_OF_AN_ACCOUNT]",
    ),
    ("a product that changed leads to no opportunity", one_read._part_of_opportunity, "* is_known", "* False"),
    ("what was purged has no reading", one_read.OneRead._read, "if each not in rows}", "if False}"),
    ("products that were removed stay planned", queries.line_items, "WHERE IsDeleted = FALSE AND ", "WHERE "),
    ("an opportunity is planned beside its products", opportunity.Opportunity.parts, "left += -each", "pass"),
    ("what recurs is paid every month", line_items._recurring, "stated or 1", "1"),
    (
        "what is in the recycle bin stays planned",
        translate.opportunity_statement,
        'row.get("IsDeleted") is True',
        "False",
    ),
    ("a deleted contract stays planned", translate.contract_statement, 'row.get("IsDeleted") is True', "False"),
    (
        "a renewal is weighted as if it were certain",
        contract._weighted,
        "apportioned([renewal], probability)",
        "[renewal]",
    ),
    ("a contract is renewed on its last day", contracts._day_after, "day + _DAY", "day"),
    (
        "a renewal is worth what the contract was",
        contract.Contract.renewal,
        "self.value if self.renewal_amount is None else self.renewal_amount",
        "self.value",
    ),
)
_NEEDS_LONG_DAYS = frozenset(  # on which accounts, contracts and the recycle bin have come to hold something
    {
        "a gap is taken for an echo",
        "what is to be listed because of an account is forgotten",
        "of merged accounts only the one that lost is looked at",
        "of an account with much only the first records are read",
        "a product that changed leads to no opportunity",
        "products that were removed stay planned",
        "what was purged has no reading",
        "a deleted contract stays planned",
    }
)
_NEEDS_BUSY_DAYS = {"deletions on the bus are passed over": 20, "only the first event of a callout counts": 12}

BUGS = (
    *(
        Bug(name, function, right, wrong, "sales", _NEEDS_BUSY_DAYS.get(name, 14 if name in _NEEDS_LONG_DAYS else 7))
        for name, function, right, wrong in _MET_IN_SALES
    ),
    Bug(
        "what is deleted has no version",
        translate.deleted_statement,
        "source_version=version_of(row)",
        'source_version=""',
        proof=statements.test_a_deleted_opportunity_is_deleted_at_the_change_that_did_it,
    ),
    Bug(
        "what the relay could not take is acknowledged",
        relaying.relay,
        "type(error).__name__)\n            again.append(event.message_id)",
        "type(error).__name__)",
        proof=relayed.test_an_event_that_is_nowhere_yet_comes_again_and_no_other,
    ),
)
