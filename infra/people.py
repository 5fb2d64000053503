"""The roles of a stage's people: who reads, who keeps the line running, and who closes books and allows what others ask for.

What of it IAM enforces, and what only the commands check: docs/security.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.buckets import BucketAccess
from infra.grants import use_ledger_key
from infra.outputs import Told
from tieout.certifying.document import PREFIX as CERTIFICATES_PREFIX
from tieout.ledger.table import INDEXES
from tieout.operator_log import PREFIX as LOG_PREFIX

if TYPE_CHECKING:
    from infra.ledger import LedgerStack
    from infra.python_function import PythonFunction
    from infra.stage import Stage
    from tieout.duties import People

type Given = iam.PolicyStatement | BucketAccess

_SESSION = Duration.hours(4)
_LOG = ("OPERATOR_LOG",)
# Whose items a role changes, by what their partition keys begin with: see layers/tieout/ledger/keys.py and control_keys.py.
_BOTH = ("MAP#*", "PROPOSAL#*", "PROPOSALS", "RECONCILED#*", *_LOG)
OPERATED = ("CELL#*", "CENSUS#*", "FILE#*", "READBACK#*", "RECEIPT#*", "TARGET#*", *_BOTH)
CONTROLLED = ("BOOKS", "CLOSE#*", "GATE#*", "LATE#*", *_BOTH)
# What somebody writes who asks for a restatement: `approval` is not among it.
_ASKED = ("pk", "sk", "late", "asked")
_WRITES = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem")
_READ = ["s3:GetObject", "s3:GetObjectVersion"]
# What the stacks have made, as CloudFormation names it after them: service, and what stands behind the account.
_MAKING = ("Line", "Door", "Control")
_STACKS = tuple(f"cloudformation stack/Tieout-<stage>-{each}/*" for each in _MAKING)
_QUEUES = tuple(f"sqs Tieout-<stage>-{each}-*" for each in _MAKING)
_LOGS = tuple(f"logs log-group:Tieout-<stage>-{each}-*" for each in _MAKING)
_COMPARING = ("lambda function:Tieout-<stage>-Control-*",)
_BY_STAGE = (
    "The stage's own resources of this kind, which are all named after its stacks; their number is the landscape's."
)


@dataclass(frozen=True, kw_only=True)
class StartedByHand:
    """What people start by hand.

    Attributes:
        functions: those of the line; what compares stages is deployed behind it.
        machine: the ARN of what takes dropped files through the line; None where none are dropped.
    """

    functions: Sequence[PythonFunction]
    machine: str | None


class PeopleRoles(Construct):
    """One role for each duty; a session of it is called as its person is.

    Args:
        started: what people start by hand.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        people: People,
        ledger: LedgerStack,
        started: StartedByHand,
    ) -> None:
        super().__init__(scope, construct_id)
        self._stage, self._ledger, self._started = stage, ledger, started
        self.auditor = self._role("Auditor", people.auditors, "reads everything and changes nothing", [])
        self.operator = self._role("Operator", people.operators, "keeps the line running", self._operating())
        self.controller = self._role(
            "Controller", people.controllers, "closes books, and allows what others ask for", self._controlling()
        )

    def all(self) -> list[iam.Role]:
        """The role of each duty."""
        return [self.auditor, self.operator, self.controller]

    def told(self) -> Told:
        """By duty, the role's ARN, as the outputs tell it."""
        roles = {"auditor": self.auditor, "operator": self.operator, "controller": self.controller}
        return {f"Duty{name.title()}": {"name": name, "role_arn": role.role_arn} for name, role in roles.items()}

    def _role(self, name: str, who: Sequence[str], duty: str, given: Sequence[Given]) -> iam.Role:
        given = [*self._reading(), *given]
        statements = [each.statement if isinstance(each, BucketAccess) else each for each in given]
        role = iam.Role(
            self,
            name,
            description=f"Tieout {self._stage.name}: {duty}.",
            assumed_by=_trusted(who),
            max_session_duration=_SESSION,
            inline_policies={"Duty": iam.PolicyDocument(statements=statements)},
        )
        for each in given:
            if isinstance(each, BucketAccess):
                each.acknowledge_for(role)
        for pattern in self._named((*_STACKS, *_QUEUES, *_LOGS, *_COMPARING)):
            arn = _written(pattern, "<AWS::Partition>", "<AWS::Region>", "<AWS::AccountId>")
            acknowledge(role, f"AwsSolutions-IAM5[Resource::{arn}]", _BY_STAGE)
        return role

    def _reading(self) -> list[Given]:
        """Items, archive and log with all versions, the depth of queues, and what functions have logged; no message."""
        table = self._ledger.table.table_arn
        return [
            _may(["cloudformation:DescribeStacks"], self._arns(_STACKS)),
            _may(
                ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"],
                [table, *(f"{table}/index/{each}" for each in INDEXES)],
            ),
            _may(["kms:Decrypt", "kms:DescribeKey"], [self._ledger.key.key_arn]),
            _may(["s3:ListBucket", "s3:ListBucketVersions"], [self._ledger.archive.bucket_arn, self._ledger.log_arn]),
            self._ledger.archive_access(_READ, [""]),
            self._ledger.log_access(_READ, [""]),
            _may(["sqs:GetQueueAttributes"], self._arns(_QUEUES)),
            _may(["logs:FilterLogEvents", "logs:GetLogEvents"], self._arns(_LOGS)),
        ]

    def _operating(self) -> list[Given]:
        table = self._ledger.table.table_arn
        moving = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
        return [
            *self._logging(),
            _may(_WRITES, [table], _of_items(OPERATED)),
            _may(["dynamodb:UpdateItem"], [table], _of_items(["LATE#*"], _ASKED)),
            _may(["dynamodb:ConditionCheckItem"], [table], _of_items(["GATE#*"])),  # an undo goes by what is closed
            _may(moving, self._arns(_QUEUES)),
            _may(
                ["lambda:InvokeFunction"],
                [each.live.function_arn for each in self._started.functions],
            ),
            self._comparing(),
            *([_may(["states:StartExecution"], [self._started.machine])] if self._started.machine else []),
        ]

    def _controlling(self) -> list[Given]:
        table = self._ledger.table.table_arn
        return [
            *self._logging(),
            _may(_WRITES, [table], _of_items(CONTROLLED)),
            # What is approved is what was shown of facts, while books are as they were: one call checks both.
            _may(["dynamodb:ConditionCheckItem"], [table], _of_items(["FACT#*", *CONTROLLED])),
            _only_new(self._ledger.archive_access(["s3:PutObject"], [CERTIFICATES_PREFIX])),
            _may(["sqs:SendMessage"], self._arns(_QUEUES)),
            self._comparing(),
        ]

    def _logging(self) -> list[Given]:
        """Whoever changes anything first says so, where nothing stands yet: no entry can be written again."""
        adding = _only_new(self._ledger.log_access(["s3:PutObject"], [LOG_PREFIX]))
        return [use_ledger_key(self._ledger.key), adding]

    def _comparing(self) -> iam.PolicyStatement:
        """Compare stages of a value, and be told the deployed landscape: by a stack that is deployed behind this one."""
        return _may(["lambda:InvokeFunction"], self._arns(_COMPARING))

    def _arns(self, patterns: Sequence[str]) -> list[str]:
        """All of a kind that the stacks of the stage have made, as CloudFormation names them after these."""
        return [_written(each, Aws.PARTITION, Aws.REGION, Aws.ACCOUNT_ID) for each in self._named(patterns)]

    def _named(self, patterns: Sequence[str]) -> list[str]:
        return [each.replace("<stage>", self._stage.name) for each in patterns]


def _written(pattern: str, partition: str, region: str, account: str) -> str:
    service, _, resource = pattern.partition(" ")
    return f"arn:{partition}:{service}:{region}:{account}:{resource}"


def _may(
    actions: Sequence[str], resources: Sequence[str], conditions: dict[str, dict[str, object]] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)


def _only_new(access: BucketAccess) -> BucketAccess:
    """The same where nothing stands yet: no object can be written again."""
    access.statement.add_condition("Null", {"s3:if-none-match": "false"})
    return access


def _of_items(keys: Sequence[str], attributes: Sequence[str] = ()) -> dict[str, dict[str, object]]:
    """Only of items whose partition keys begin so, and only these attributes of them; a request that names no key is refused."""
    conditions: dict[str, dict[str, object]] = {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }
    if attributes:
        conditions["ForAllValues:StringEquals"] = {"dynamodb:Attributes": list(attributes)}
        conditions["Null"]["dynamodb:Attributes"] = "false"
    return conditions


def _trusted(who: Sequence[str]) -> iam.IPrincipal:
    """Those declared, or else users of the account whom IAM lets; a user's session is called as the user is."""
    as_oneself = {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}
    users = [each for each in who if ":user/" in each]
    principals: list[iam.PrincipalBase] = [
        *(iam.PrincipalWithConditions(iam.ArnPrincipal(each), as_oneself) for each in users),
        *(iam.ArnPrincipal(each) for each in who if each not in users),
    ]
    if not principals:
        return iam.PrincipalWithConditions(iam.AccountRootPrincipal(), as_oneself)
    return iam.CompositePrincipal(*principals)
