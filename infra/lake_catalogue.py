"""What queries find of the lake: a database, the tables of rows in it, and the workgroup that they run in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Aws
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from constructs import Construct

from infra.buckets import LAKE_QUERIES
from infra.lake_statements import ROW_TYPES, rows_of
from infra.stage import Stage
from tieout.lake.tables import PREFIX, TABLES, Table

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3

_FIRST_DAY = "2026-11-01"  # of which there can be rows


class LakeCatalogue(Construct):
    """The names that queries write out, so they are chosen here: one for the database and the workgroup.

    Athena makes the tables that rows are merged into in the same database, so it is kept as the bucket is.
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, bucket: s3.IBucket, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        self.name = f"tieout_{stage.name}".replace("-", "_")
        self._bucket = bucket
        database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=Aws.ACCOUNT_ID,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=self.name, description=f"Tieout {stage.name}: what the ledger held when, and why."
            ),
        )
        database.apply_removal_policy(stage.removal_policy)
        for table in TABLES:
            self._rows(table).add_resource_dependency(database)
        self._workgroup(key).apply_removal_policy(stage.removal_policy)

    def _rows(self, table: Table) -> glue.CfnTable:
        """The rows of a table, which Athena finds by the days in their names: nothing has to be told of a new day."""
        location = f"s3://{self._bucket.bucket_name}/{PREFIX}{table.name}"
        return glue.CfnTable(
            self,
            f"{table.name.capitalize()}Rows",
            catalog_id=Aws.ACCOUNT_ID,
            database_name=self.name,
            table_input=glue.CfnTable.TableInputProperty(
                name=rows_of(table),
                description=f"{table.meaning} Within minutes; amounts are texts.",
                table_type="EXTERNAL_TABLE",
                partition_keys=[
                    glue.CfnTable.ColumnProperty(name="date", type="string", comment="The day of the change.")
                ],
                parameters={
                    "projection.enabled": "true",
                    "projection.date.type": "date",
                    "projection.date.format": "yyyy-MM-dd",
                    "projection.date.range": f"{_FIRST_DAY},NOW",
                    "storage.location.template": f"{location}/date=${{date}}",
                },
                storage_descriptor=_json_lines(table, f"{location}/"),
            ),
        )

    def _workgroup(self, key: kms.IKey) -> athena.CfnWorkGroup:
        """Where queries run, whose answers are encrypted and lie in the lake for some days, whatever a client asks for."""
        configuration = athena.CfnWorkGroup
        return configuration(
            self,
            "Workgroup",
            name=self.name,
            description="Queries over the lake.",
            recursive_delete_option=True,
            work_group_configuration=configuration.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                engine_version=configuration.EngineVersionProperty(selected_engine_version="Athena engine version 3"),
                result_configuration=configuration.ResultConfigurationProperty(
                    output_location=f"s3://{self._bucket.bucket_name}/{LAKE_QUERIES}",
                    encryption_configuration=configuration.EncryptionConfigurationProperty(
                        encryption_option="SSE_KMS", kms_key=key.key_arn
                    ),
                ),
            ),
        )


def _json_lines(table: Table, location: str) -> glue.CfnTable.StorageDescriptorProperty:
    return glue.CfnTable.StorageDescriptorProperty(
        location=location,
        columns=[
            glue.CfnTable.ColumnProperty(name=each.name, type=ROW_TYPES[each.kind], comment=each.meaning)
            for each in table.columns
        ],
        input_format="org.apache.hadoop.mapred.TextInputFormat",
        output_format="org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        serde_info=glue.CfnTable.SerdeInfoProperty(serialization_library="org.openx.data.jsonserde.JsonSerDe"),
    )
