"""Rules: what figures owe each other, decided by Great Expectations, told as findings.

Comes in as the tables of a run and the suites of ``expectations/``; goes out as findings, as
tallies of what was applied, and as the definitions that sources follow.
"""

from cchc_analysis.rules.causes import choose_readings
from cchc_analysis.rules.evaluation import compute_expression, evaluate_identity, evaluate_rivals
from cchc_analysis.rules.expressions import (
    GroupSum,
    Identity,
    list_operands,
    parse_expression,
)
from cchc_analysis.rules.statements import (
    Statements,
    WideTable,
    tabulate_columns,
    tabulate_statements,
)
from cchc_analysis.rules.suites import SUITES, check_codes, load_identities, load_suites
from cchc_analysis.rules.validation import (
    Validated,
    suite_parameters,
    tabulate_for,
    try_suites,
    validate_tables,
)

__all__ = [
    "SUITES",
    "GroupSum",
    "Identity",
    "Statements",
    "Validated",
    "WideTable",
    "check_codes",
    "choose_readings",
    "compute_expression",
    "evaluate_identity",
    "evaluate_rivals",
    "list_operands",
    "load_identities",
    "load_suites",
    "parse_expression",
    "suite_parameters",
    "tabulate_columns",
    "tabulate_for",
    "tabulate_statements",
    "try_suites",
    "validate_tables",
]
