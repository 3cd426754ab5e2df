"""Our rules as Great Expectations classes: importing this module registers them.

It imports Great Expectations, which takes seconds, so only ``suites`` and the hook in
``cchc_analysis`` do so. What a rule means is decided elsewhere (``evaluation`` for
quantities, ``rows`` for the cells of rows and what they owe each other); here each gets a type, its
arguments, a metric that judges all rows at once and keeps its evaluation, and the words in which
Data Docs show it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Optional, Union, get_type_hints

import pandas as pd
from great_expectations.compatibility import pydantic
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.expectation_configuration import parse_result_format
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.render.components import (
    CollapseContent,
    RenderedStringTemplateContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.renderer import renderer
from great_expectations.types import SerializableDictDot

from cchc_analysis.errors import ValidationError
from cchc_analysis.rules.evaluation import evaluate_definitions, evaluate_identity
from cchc_analysis.rules.expressions import Identity
from cchc_analysis.rules.rows import CELLS, COMPARISONS, keep_condition, list_cells
from cchc_analysis.rules.statements import SOURCE_COLUMNS, Integers, WideTable


@dataclass(eq=False)
class Evaluation(SerializableDictDot):
    """What a metric made of a table, kept beside the answer.

    The verdict has ``holds`` by the position of each row that the rule applies to; ``columns`` are
    what the rule looks at, ``definitions`` which of several each source follows.
    """

    table: pd.DataFrame
    verdict: pd.DataFrame
    columns: Sequence[str]
    definitions: pd.DataFrame | None = None

    @property
    def broken(self) -> Integers:
        """The positions of the rows that break the rule."""
        rows: Integers = self.verdict.index.to_numpy()[~self.verdict["holds"].to_numpy(dtype=bool)]
        return rows

    def describe(self, rows: Integers) -> list[dict[str, Any]]:
        """Rows by what names them and what the rule looks at, for people."""
        if not len(rows):
            return []
        place = (*SOURCE_COLUMNS, "scope", "indicator", "period_start", "period_end", "period")
        names = dict.fromkeys((*place, *self.columns))
        shown = self.table.iloc[rows][[name for name in names if name in self.table]]
        return [
            {str(name): cell for name, cell in row.items() if not (cell == "" or pd.isna(cell))}
            for row in shown.to_dict("records")
        ]

    def to_json_dict(self) -> dict[str, Any]:
        """How many rows the rule applies to, and how many break it."""
        return {"applied": len(self.verdict), "broken": len(self.broken)}


class Evaluated(BatchExpectation):
    """An expectation whose metric judges a whole table and keeps its evaluation."""

    @classmethod
    def is_abstract(cls) -> bool:
        """Only classes with a metric are expectations."""
        return not cls.metric_dependencies

    # The arguments as they are: Great Expectations copies the whole rule for each that it asks for.
    def _get_success_kwarg(self, key: str, default: Any = None) -> Any:
        return getattr(self, key, default)

    def _get_success_kwargs(self) -> dict[str, Any]:
        return {key: getattr(self, key) for key in (*self.domain_keys, *self.success_keys)}

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        evaluation: Evaluation = metrics[self.metric_dependencies[0]]
        wanted = parse_result_format((runtime_configuration or {}).get("result_format", {}))
        rows, table = evaluation.broken, evaluation.table
        most = int(wanted["partial_unexpected_count"])
        applied = len(evaluation.verdict)
        result: dict[str, Any] = {
            "element_count": len(table),
            "missing_count": len(table) - applied,
            "unexpected_count": len(rows),
            "unexpected_percent": 100.0 * len(rows) / applied if applied else 0.0,
            "partial_unexpected_list": evaluation.describe(rows[:most]),
            "details": {"evaluation": evaluation},
        }
        if str(getattr(wanted["result_format"], "value", wanted["result_format"])) == "COMPLETE":
            result["unexpected_list"] = evaluation.describe(rows)
            names = wanted.get("unexpected_index_column_names")
            result["unexpected_index_list"] = (
                table.iloc[rows][list(names)].to_dict("records")
                if names
                else table.index.to_numpy()[rows].tolist()
            )
            if names:
                result["unexpected_index_column_names"] = list(names)
        return {"success": not len(rows), "result": result}

    @classmethod
    @renderer(renderer_type="renderer.prescriptive")
    def _prescriptive_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[RenderedStringTemplateContent]:
        told = configuration or (result and result.expectation_config)
        words = []
        if told is not None:
            severity = getattr(told.severity, "value", told.severity)
            meta, definitions = told.meta or {}, told.kwargs.get("definitions") or {}
            says = told.kwargs.get("rule") or " or ".join(definitions.values())
            words = [f"{meta.get('rule_id', '')} ({severity})", str(meta.get("why", "")), says]
        template = {"template": "$words", "params": {"words": " · ".join(filter(None, words))}}
        return [
            RenderedStringTemplateContent(
                content_block_type="string_template", string_template=template
            )
        ]

    @classmethod
    @renderer(renderer_type="renderer.diagnostic.unexpected_table")
    def _diagnostic_unexpected_table_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> Optional[list[Union[RenderedTableContent, CollapseContent]]]:
        rows = (result.result if result else {}).get("partial_unexpected_list") or []
        if not rows:
            return None
        header = list(dict.fromkeys(name for row in rows for name in row))
        table = [[str(row.get(name, "")) for name in header] for row in rows]
        return [
            RenderedTableContent(
                content_block_type="table",
                header_row=header,
                table=table,
                styling={"body": {"classes": ["table-bordered", "table-sm", "mt-3"]}},
            )
        ]


def _define_metric(name: str, judge: Callable[..., Evaluation], arguments: tuple[str, ...]) -> str:
    """Register a metric that evaluates a table; its name is what a class depends on."""

    def _pandas(
        cls: type,
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: Any,
    ) -> Evaluation:
        table, _, _ = execution_engine.get_compute_domain(
            domain_kwargs=metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE
        )
        return judge(table, **{name: metric_value_kwargs[name] for name in arguments})

    parts = {
        "metric_name": name,
        "value_keys": arguments,
        "_pandas": metric_value(engine=PandasExecutionEngine)(_pandas),
    }
    type(name, (TableMetricProvider,), parts)
    return name


def _judge_rules(table: pd.DataFrame, rounded: str, **given: Any) -> Evaluation:
    lines, definitions = WideTable(table, rounded.split()), given.get("definitions")
    more = (given.get("tolerance") or 0.0, None, tuple(given.get("assumes") or ()), given["rest"])
    stated = definitions or {"": given["rule"]}
    rules = [Identity(name, text, *more) for name, text in stated.items()]
    columns = dict.fromkeys(str(operand) for rule in rules for operand in rule.operands)
    if definitions:
        verdict, followed = evaluate_definitions(rules, lines)
        return Evaluation(table, verdict, list(columns), followed)
    return Evaluation(table, evaluate_identity(rules[0], lines), list(columns))


class _Rounded(Evaluated):
    """A rule about quantities, which has to know whose numbers are rounded."""

    rounded: Union[str, dict[str, Any], None] = None
    rest: str = ""

    @pydantic.validator("rounded", pre=True, always=True)
    def _ask_for_rounded(cls, given: Any) -> Any:
        # As one text: the arguments of each rule are copied many times over, and a text at once.
        return {"$PARAMETER": "rounded"} if given is None else given

    @pydantic.validator("rule", "definitions", check_fields=False)
    def _parse(cls, given: Any) -> Any:
        """What can be parsed; what is wrong with another rule, as pydantic wants to hear it."""
        for text in given.values() if isinstance(given, dict) else [given]:
            try:
                _ = Identity("", text).operands
            except ValidationError as error:
                raise ValueError(str(error)) from None
        return given


class ExpectIdentityToHold(_Rounded):
    """The quantities of each row keep a rule: a total and its parts, a rate and its fraction."""

    rule: str
    tolerance: float = 0.0
    assumes: list[str] = []

    success_keys = ("rule", "tolerance", "assumes", "rest", "rounded")
    metric_dependencies: ClassVar[tuple[str, ...]] = (
        _define_metric("cchc.identity", _judge_rules, success_keys),
    )


class ExpectOneDefinitionToHold(_Rounded):
    """The quantities of each source keep one of several definitions, named by their rule ids."""

    definitions: dict[str, str]

    success_keys = ("definitions", "rest", "rounded")
    metric_dependencies: ClassVar[tuple[str, ...]] = (
        _define_metric("cchc.definitions", _judge_rules, success_keys),
    )


def _judge_rows(
    keep: Callable[..., Any], columns: Sequence[str], table: pd.DataFrame, **arguments: Any
) -> Evaluation:
    return Evaluation(table, pd.DataFrame(keep(table, **arguments)), columns)


def _define_expectation(
    rule_type: str, doc: str | None, judge: Callable[..., Evaluation], fields: Mapping[str, type]
) -> None:
    """A class for a rule about rows; its type is its name in the words of Great Expectations."""
    keys = tuple(fields)
    parts = {
        "__module__": __name__,
        "__doc__": doc,
        "__annotations__": dict(fields),
        "success_keys": keys,
        "metric_dependencies": (_define_metric(f"cchc.{rule_type}", judge, keys),),
    }
    name = "".join(word.capitalize() for word in rule_type.split("_"))
    globals()[name] = type(Evaluated).__new__(  # type: ignore[no-untyped-call]
        type(Evaluated), name, (Evaluated,), parts
    )


for _type, _condition in CELLS.items():
    _keep = partial(keep_condition, condition=_condition)
    _judge = partial(_judge_rows, _keep, list_cells(_condition))
    _define_expectation(_type, f"Rows keep {_condition}.", _judge, {})
for _type, _compare in COMPARISONS.items():
    _fields = {
        name: kind for name, kind in get_type_hints(_compare).items() if kind in (str, float)
    }
    _judge = partial(_judge_rows, _compare, ("value", "figures"))
    _define_expectation(_type, _compare.__doc__, _judge, _fields)
