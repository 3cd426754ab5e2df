"""Loading the identities of ``expectations/identities.json``.

That file is the only place where identities are written: a researcher adds one by adding one JSON
entry. Whatever would make an entry mean nothing (an unknown code, a quantity that equals itself, a
tolerance that no printed figure can have) is refused here, all entries at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cchc_analysis.data import reference as reference_data
from cchc_analysis.data.outside import load_json
from cchc_analysis.errors import Problem, ReportError, ValidationError
from cchc_analysis.rules.identity import IDENTITY_TYPES, Identity, build_identity
from cchc_analysis.rules.rule_checks import check_identity, check_rule_ids


def load_identities(path: Path, reference: reference_data.Reference) -> tuple[Identity, ...]:
    """Load the identities of a suite; its rules of other types are passed over.

    Args:
        path: A suite as JSON.
        reference: Whose catalogue defines the codes.

    Raises:
        ValidationError: The file is no suite, or an entry means nothing; all of them at once.
    """
    entries = load_suite_file(path)["expectations"]
    problems = list(check_rule_ids(path.name, entries))
    identities = []
    for entry in entries:
        if entry.get("type") in IDENTITY_TYPES:
            problems.extend(check_identity(path.name, entry, reference))
            identities.append(entry)
    if problems:
        raise ValidationError(problems)
    return tuple(build_identity(entry) for entry in identities)


def load_suite_file(path: Path) -> dict[str, Any]:
    """Load a suite file as it is written.

    Raises:
        ValidationError: The file is absent, not JSON, or holds no list of rules.
    """
    try:
        suite = load_json(path)
    except ReportError as error:
        raise ValidationError(error.problems) from None
    entries = suite.get("expectations") if isinstance(suite, dict) else None
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise ValidationError(
            Problem(
                path.name,
                'no list "expectations" of objects',
                "a suite with one rule an object",
                "Mend the file.",
            )
        )
    return {**suite, "expectations": entries}
