"""What sellers do in the simulated CRMs while all systems are live."""

from __future__ import annotations

from tests.e2e.simulators import CRM, DATAVERSE, FIRST, MONTHS, SALES, SECOND, Simulator

COMPANIES = {"6501": "ACME", "6502": "GLOBEX", "6503": "INITECH"}  # of HubSpot
ACCOUNTS = {"001000000000701AAA": "ACME", "001000000000702AAA": "TYRELL"}  # of Salesforce
CUSTOMER = "7999"  # of NetSuite, whom nobody else bills
OPPORTUNITIES = tuple(f"0d{number:06x}-0000-4000-8000-0000000027a8" for number in range(24))  # of Dynamics 365 Sales
_BUYERS = tuple(f"0a000000-0000-4000-8000-{number:012}" for number in (901, 902))
_PRODUCTS = tuple(f"0c000000-0000-4000-8000-{number:012}" for number in (1, 2))
_DAYS = (f"{FIRST}-15", f"{SECOND}-15")


def sell(simulators: dict[str, Simulator]) -> None:
    """A busy day in all CRMs."""
    _sell_in_hubspot(simulators[CRM])
    _sell_in_salesforce(simulators[SALES])
    _agree_in_salesforce(simulators[SALES])
    _sell_in_dynamics(simulators[DATAVERSE])


def _sell_in_hubspot(crm: Simulator) -> None:
    """Forty deals, some changed, won, lost and deleted."""
    for company, name in COMPANIES.items():
        crm.call("POST", "companies", {"id": company, "name": name})
    deals = [str(91_000 + number) for number in range(40)]
    for number, deal in enumerate(deals):
        properties = {
            "dealname": f"Deal {deal}",
            "pipeline": "default",
            "dealstage": "qualifiedtobuy",
            "amount": f"{1000 + number}.25",
            "deal_currency_code": ("EUR", "USD")[number % 2],
            "closedate": f"{_DAYS[number % 2]}T12:00:00Z",
        }
        crm.change("POST", "deals", {"id": deal, "company": list(COMPANIES)[number % 3], "properties": properties})
    for number, deal in enumerate(deals):
        crm.change("PATCH", f"deals/{deal}", {"properties": {"amount": f"{2000 + number}.50"}})
    for number, deal in enumerate(deals[::2]):
        stage = ("closedwon", "closedlost")[number % 2]
        crm.change("PATCH", f"deals/{deal}", {"properties": {"dealstage": stage}})
    for deal in deals[1:31:3]:
        crm.change("DELETE", f"deals/{deal}")


def _sell_in_salesforce(sales: Simulator) -> None:
    """Fourteen opportunities, some with products, some changed, won and deleted."""
    sales.call("POST", "records/Account", {"records": [{"Id": key, "Name": name} for key, name in ACCOUNTS.items()]})
    made = []
    for number in range(14):
        record = {
            "Name": f"Deal {number}",
            "AccountId": list(ACCOUNTS)[number % 2],
            "StageName": "Prospecting",
            "CloseDate": f"{list(MONTHS)[number % 2]}-10",
            "Amount": f"{500 + number}.75",
            "CurrencyIsoCode": "USD",
        }
        made += sales.change("POST", "records/Opportunity", {"records": [record]})["ids"]
    for number, each in enumerate(made):
        sales.change("PATCH", "records/Opportunity", {"changes": {each: {"Amount": f"{700 + number}.00"}}})
    for each in made[::3]:
        sales.change("PATCH", "records/Opportunity", {"changes": {each: {"StageName": "Closed Won"}}})
    for number, each in enumerate(made[::6]):
        recurring = {"Recurring_Amount__c": f"{90 + number}.10", "Recurring_Months__c": 3, "Term_Months__c": 12}
        line = {"OpportunityId": each, "Product2Id": "01t000000000001AAA", "Quantity": "2", "UnitPrice": "210.00"}
        sales.change("POST", "records/OpportunityLineItem", {"records": [line | recurring]})
    for each in made[1::4]:
        sales.change("POST", "records/Opportunity/delete", {"ids": [each]})


def _agree_in_salesforce(sales: Simulator) -> None:
    """Six contracts, some of which are never signed, some expected otherwise, and one that is thrown away."""
    made = []
    for number in range(6):
        record = {
            "AccountId": list(ACCOUNTS)[number % 2],
            "Status": "Draft" if number == 4 else "Activated",
            "StartDate": f"2026-0{8 + number % 2}-01",
            "ContractTerm": 12,
            "CurrencyIsoCode": "USD",
            "Contract_Value__c": f"{1200 + number}.35",
            "Renewal_Probability__c": 75,
            "Product_Line__c": "PLATFORM" if number % 3 else None,
        }
        made += sales.change("POST", "records/Contract", {"records": [record]})["ids"]
    for each in made[::2]:
        sales.change("PATCH", "records/Contract", {"changes": {each: {"Renewal_Amount__c": "1111.11"}}})
    sales.change("POST", "records/Contract/delete", {"ids": [made[5]]})


def _sell_in_dynamics(sales: Simulator) -> None:
    """Twenty-four opportunities in two currencies, some with products, some won, lost, opened again and deleted."""
    for number, each in enumerate(OPPORTUNITIES):
        opened = {
            "opportunityid": each,
            "name": f"Deal {number}",
            "_parentaccountid_value": _BUYERS[number % 2],
            "estimatedvalue": f"{3000 + number}.15",
            "estimatedclosedate": _DAYS[number % 2],
            "closeprobability": 10 * (number % 9),
            "currency": ("USD", "EUR")[number % 3 == 0],
            "stepname": "2-Develop",
        }
        sales.change("POST", "opportunities", opened)
    for number, each in enumerate(OPPORTUNITIES[:12]):
        sales.change("POST", "opportunities", {"opportunityid": each, "estimatedvalue": f"{4000 + number}.45"})
    for number, each in enumerate(OPPORTUNITIES[:8]):
        sold = {"_productid_value": _PRODUCTS[number % 2], "extendedamount": f"{100 + number}.05"}
        sales.change("POST", f"opportunities/{each}/products", sold)
    for number, each in enumerate(OPPORTUNITIES[:12]):
        closed = {"won": number % 4 != 3, "value": f"{5000 + number}.55", "day": _DAYS[number % 2]}
        sales.change("POST", f"opportunities/{each}/close", closed)
    for each in OPPORTUNITIES[10:12]:
        sales.change("POST", f"opportunities/{each}/reopen")
    for each in OPPORTUNITIES[13::5]:
        sales.change("DELETE", f"opportunities/{each}")
