"""Rules: what figures owe each other, decided by Great Expectations, told as findings.

Comes in as the tables of a run and the suites of ``expectations/``; goes out as findings, as
tallies of what was applied, and as the definitions that sources follow.
"""

from cchc_analysis.rules.arithmetic import Broken as Broken
from cchc_analysis.rules.arithmetic import drop_echoes as drop_echoes
from cchc_analysis.rules.causes import choose_readings as choose_readings
from cchc_analysis.rules.evaluation import compute_expression as compute_expression
from cchc_analysis.rules.evaluation import evaluate_identity as evaluate_identity
from cchc_analysis.rules.evaluation import evaluate_rivals as evaluate_rivals
from cchc_analysis.rules.expressions import GroupSum as GroupSum
from cchc_analysis.rules.expressions import Identity as Identity
from cchc_analysis.rules.expressions import list_operands as list_operands
from cchc_analysis.rules.expressions import parse_expression as parse_expression
from cchc_analysis.rules.statements import Statements as Statements
from cchc_analysis.rules.statements import leave_room as leave_room
from cchc_analysis.rules.statements import tabulate_statements as tabulate_statements
from cchc_analysis.rules.suites import check_codes as check_codes
from cchc_analysis.rules.suites import load_identities as load_identities
from cchc_analysis.rules.validation import suite_parameters as suite_parameters
from cchc_analysis.rules.validation import tabulate_for as tabulate_for
from cchc_analysis.rules.validation import try_suites as try_suites
from cchc_analysis.rules.validation import validate_tables as validate_tables
