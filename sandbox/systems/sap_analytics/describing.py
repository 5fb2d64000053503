"""What the simulated import API tells of models: which there are, and the columns of their facts."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from sandbox.systems.sap_analytics.tenant import Call


def models(call: Call) -> Response:
    """Every model that facts can be imported into."""
    found = [{"modelID": name, "modelName": model.definition.name} for name, model in call.tenant.models.items()]
    return JSONResponse({"models": found})


def metadata(call: Call) -> Response:
    """The columns of a model's facts: dimensions are keys, measures hold decimals."""
    definition = call.tenant.models[call.part("model")].definition
    keys = [
        {"columnName": name, "propertyType": "KEY", "columnDataType": "string", "maxLength": 256, "isKey": True}
        for name in definition.columns
    ]
    values = [
        {
            "columnName": name,
            "propertyType": "MEASURE",
            "columnDataType": "decimal",
            "precision": 31,
            "scale": 7,
            "isKey": False,
        }
        for name in definition.measures
    ]
    return JSONResponse({"factData": {"keys": list(definition.columns), "columns": [*keys, *values]}})
