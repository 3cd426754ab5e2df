"""Identities: what the figures of one report owe each other, as arithmetic.

Comes in as rules in words of the catalogue ("received = new + carried over") and observations;
goes out as one verdict per rule and statement, with both sides and the room that rounding leaves.
This tool knows nothing of Great Expectations, of severity, or of how a finding is worded.

- ``expressions``: the grammar, text to tree
- ``rules``, ``rule_checks``, ``loading``: what an identity is, and which ones mean nothing
- ``figures``: which observations may stand in arithmetic, and the room each leaves
- ``keys``, ``statements``, ``columns``: which figures may stand beside each other
- ``intervals``, ``evaluation``: both sides, with the room that rounding leaves
- ``rivals``: which of several definitions a source follows
- ``worlds``, ``readings``: what if, and which of several printed values the identities speak for
"""

from cchc_analysis.rules.identities.columns import Columns, name_columns, tabulate_columns
from cchc_analysis.rules.identities.evaluation import (
    compute_expression,
    evaluate_identity,
    evaluate_lone_parts,
)
from cchc_analysis.rules.identities.expressions import (
    Expression,
    GroupSum,
    Operand,
    Reference,
    list_operands,
    parse_expression,
)
from cchc_analysis.rules.identities.figures import leave_room
from cchc_analysis.rules.identities.loading import load_identities
from cchc_analysis.rules.identities.readings import choose_readings
from cchc_analysis.rules.identities.rivals import choose_definitions, evaluate_rivals
from cchc_analysis.rules.identities.rule_checks import check_codes
from cchc_analysis.rules.identities.rules import Identity
from cchc_analysis.rules.identities.statements import Statements, tabulate_statements

__all__ = [
    "Columns",
    "Expression",
    "GroupSum",
    "Identity",
    "Operand",
    "Reference",
    "Statements",
    "check_codes",
    "choose_definitions",
    "choose_readings",
    "compute_expression",
    "evaluate_identity",
    "evaluate_lone_parts",
    "evaluate_rivals",
    "leave_room",
    "list_operands",
    "load_identities",
    "name_columns",
    "parse_expression",
    "tabulate_columns",
    "tabulate_statements",
]
