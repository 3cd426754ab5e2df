"""The grammar of rules: a line of text to a small tree.

    rule       = expression "=" expression | expression "<=" expression | expression "is whole"
    expression = what Python makes of + - * / ( ), numbers and quantities
    quantity   = code [ "[" breakdown "]" ] [ "@" scope ] | GROUP "(" code ")"

A bare code is the quantity at the scope under test; ``code@scope`` fixes the scope, and
``code[item=chair]`` is one row of a quantity that is broken down. GROUP is ``SUM_BREAKDOWN`` (the
rows of a quantity that carry a breakdown), ``SUM_ALL_LEVELS`` (those of all scopes) or
``SUM_CHILDREN`` (those of the areas below, and of the district's own office). "is whole" says that
some whole number lies in what the printed digits leave open. The module knows no catalogue.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property

from cchc_analysis.data.records import Scope
from cchc_analysis.errors import Problem, ValidationError

ALTERNATIVE, UNLESS = " or ", " unless "
"""Between identities of which a rule assumes one, and before those that stand against them."""

EQUAL, AT_MOST, WHOLE = "=", "<=", "is whole"


class Group(StrEnum):
    """Which rows of a quantity are added up."""

    BREAKDOWN = "SUM_BREAKDOWN"
    ALL_LEVELS = "SUM_ALL_LEVELS"
    CHILDREN = "SUM_CHILDREN"


@dataclass(frozen=True)
class Constant:
    """A number that the rule itself states."""

    value: float

    def __str__(self) -> str:
        return f"{self.value:g}"


@dataclass(frozen=True)
class Quantity:
    """A quantity, or one row of its breakdown: at the scope under test, or at a fixed one."""

    code: str
    scope: str = ""
    breakdown: str = ""

    def __str__(self) -> str:
        part = f"[{self.breakdown}]" if self.breakdown else ""
        return f"{self.code}{part}" + (f"@{self.scope}" if self.scope else "")


@dataclass(frozen=True)
class GroupSum:
    """The rows of one quantity, added up."""

    group: Group
    code: str

    def __str__(self) -> str:
        return f"{self.group}({self.code})"


@dataclass(frozen=True)
class Operation:
    """Two expressions and what is done with them."""

    operator: str
    left: Expression
    right: Expression

    def __str__(self) -> str:
        return render_expression(self, str)


Operand = Quantity | GroupSum
Expression = Constant | Quantity | GroupSum | Operation

_QUANTITY = re.compile(
    r"(?P<group>[A-Z_]+)\(\s*(?P<of>\w+)\s*\)"
    r"|(?P<code>[A-Za-z_]\w*)(?:\[(?P<breakdown>\w+=\w+)\])?(?:\s*@\s*(?P<scope>\w+))?"
)
_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/",
}  # fmt: skip
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2}


@cache
def parse_expression(text: str) -> Expression:
    """Parse one side of an identity.

    Raises:
        ValidationError: The text is no expression.

    Examples:
        >>> str(parse_expression("100 * (a@commune + b) / c"))
        '100 * (a@commune + b) / c'
        >>> [str(operand) for operand in list_operands(parse_expression("SUM_CHILDREN(a) - b"))]
        ['SUM_CHILDREN(a)', 'b']
        >>> parse_expression("a + + b")
        Traceback (most recent call last):
        cchc_analysis.errors.ValidationError: expression 'a + + b': '+b'; expected codes, numbers \
and + - * / ( ) between them. Mend the expression.
    """
    named: dict[str, Operand] = {}

    def name(match: re.Match[str]) -> str:
        group, scope = match["group"], match["scope"] or ""
        if group and group not in tuple(Group):
            raise _refuse(text, f"{group!r}", f"one of {', '.join(Group)} before a bracket")
        if scope and scope not in tuple(Scope):
            raise _refuse(text, f"scope {scope!r}", ", ".join(Scope))
        part = Quantity(match["code"], scope, match["breakdown"] or "")
        named[f"q{len(named)}"] = GroupSum(Group(group), match["of"]) if group else part
        return f"q{len(named) - 1}"

    try:
        tree = ast.parse(_QUANTITY.sub(name, text.strip()), mode="eval").body
    except (SyntaxError, ValueError):
        raise _refuse(text, "an end where more must follow, or a sign too many") from None
    return _build(text, tree, named)


def _build(text: str, node: ast.expr, named: Mapping[str, Operand]) -> Expression:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _build(text, node.left, named), _build(text, node.right, named)
        if isinstance(node.op, ast.Div) and right == Constant(0.0):
            raise _refuse(text, "a division by nothing", "a divisor other than 0")
        return Operation(_OPERATORS[type(node.op)], left, right)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Constant(float(node.value))  # type: ignore[arg-type]
    if isinstance(node, ast.Name) and node.id in named:
        return named[node.id]
    shown = re.sub(r"\bq\d+\b", lambda found: str(named[found.group()]), ast.unparse(node))
    raise _refuse(text, repr(shown))


def _refuse(
    text: str, found: str, expected: str = "codes, numbers and + - * / ( ) between them"
) -> ValidationError:
    return ValidationError(Problem(f"expression {text!r}", found, expected, "Mend the expression."))


def list_operands(expression: Expression) -> tuple[Operand, ...]:
    """The quantities of an expression, each once, in the order in which they are written."""
    found = (each for each in walk(expression) if isinstance(each, Quantity | GroupSum))
    return tuple(dict.fromkeys(found))


def walk(expression: Expression) -> Iterator[Expression]:
    """An expression and all that it is made of, from left to right."""
    yield expression
    if isinstance(expression, Operation):
        yield from walk(expression.left)
        yield from walk(expression.right)


def list_terms(expression: Expression) -> list[Operand]:
    """The quantities among the terms of a sum or difference; other terms are left out."""
    if isinstance(expression, Operation) and expression.operator in "+-":
        return [*list_terms(expression.left), *list_terms(expression.right)]
    return [expression] if isinstance(expression, Quantity | GroupSum) else []


def render_expression(expression: Expression, render: Callable[[Expression], str]) -> str:
    """Write an expression out with as few brackets as needed; ``render`` writes its leaves."""
    if not isinstance(expression, Operation):
        return render(expression)
    binding = _BINDING[expression.operator]
    left = _bracket(expression.left, binding, render)
    # What follows a minus or a division needs brackets even where it binds equally.
    right = _bracket(expression.right, binding + (expression.operator in "-/"), render)
    return f"{left} {expression.operator} {right}"


def _bracket(expression: Expression, binding: int, render: Callable[[Expression], str]) -> str:
    written = render_expression(expression, render)
    is_looser = isinstance(expression, Operation) and _BINDING[expression.operator] < binding
    return f"({written})" if is_looser else written


@dataclass(frozen=True)
class Identity:
    """A rule between quantities of one source, area and period.

    ``tolerance`` is what may lie between both sides beyond what the printed digits of all figures
    concerned leave open. Identities of one ``rival_group`` are readings of one definition, of which
    a source follows one. Each of the ``assumes`` is written "a or b unless c or d": where a source
    is seen to follow c or d, and neither a nor b, the identity says nothing of it. ``rest`` names
    what may be missing from a sum: then its parts need not reach the total.
    """

    rule_id: str
    rule: str
    tolerance: float = 0.0
    rival_group: str | None = None
    assumes: tuple[str, ...] = ()
    rest: str = ""

    @cached_property
    def _sides(self) -> tuple[str, str, str]:
        text = " ".join(self.rule.split())
        if text.endswith(f" {WHOLE}"):
            return text.removesuffix(f" {WHOLE}"), WHOLE, ""
        found = [part.strip() for part in re.split(r"(<=|>=|==|!=|[=<>])(?![^\[]*\])", text)]
        is_rule = len(found) == 3 and found[1] in (EQUAL, AT_MOST) and found[0] and found[2]
        if not is_rule:
            raise _refuse(
                self.rule, "no rule", "two sides with = or <= between them, or “is whole”"
            )
        return found[0], found[1], found[2]

    @property
    def operator(self) -> str:
        """``=``, ``<=`` or ``is whole``."""
        return self._sides[1]

    @cached_property
    def left_side(self) -> Expression:
        """The left side as a tree."""
        return parse_expression(self._sides[0])

    @cached_property
    def right_side(self) -> Expression:
        """The right side as a tree; of a rule that something is whole the same as the left."""
        return parse_expression(self._sides[2] or self._sides[0])

    @cached_property
    def operands(self) -> tuple[Operand, ...]:
        """The quantities of both sides, those of the left first."""
        both = (*list_operands(self.left_side), *list_operands(self.right_side))
        return tuple(dict.fromkeys(both))

    @cached_property
    def codes(self) -> frozenset[str]:
        """The indicators that the identity speaks of."""
        return frozenset(operand.code for operand in self.operands)

    @cached_property
    def kind(self) -> str:
        """What it is about: sum, group, order, ratio, pooled, complement or whole."""
        if self.operator != EQUAL:
            return "order" if self.operator == AT_MOST else "whole"
        if any(isinstance(each, GroupSum) for each in self.operands):
            return "group"
        right = list(walk(self.right_side))
        if any(isinstance(each, Operation) and each.operator == "/" for each in right):
            return "pooled" if any(getattr(each, "scope", "") for each in right) else "ratio"
        first = next(each for each in right if not isinstance(each, Operation))
        return "complement" if first == Constant(100.0) else "sum"

    @cached_property
    def parts(self) -> tuple[Operand, ...]:
        """The parts, where one side is a plain sum of quantities and the other their total.

        Only such a rule says something where a part is not printed: parts are never negative, so
        those that are printed cannot exceed the total.
        """
        side = self.left_side if self.operator == AT_MOST else self.right_side
        others = (each for each in walk(side) if not isinstance(each, Quantity | GroupSum))
        is_plain = all(getattr(each, "operator", "") == "+" for each in others)
        is_added = is_plain and self.kind in ("sum", "group", "order")
        return tuple(list_terms(side)) if is_added else ()

    @property
    def sums(self) -> Iterator[list[Operand]]:
        """The quantities that are added, taken away or held against each other, sum by sum.

        What multiplies or divides is none of them; what is added up within it is a sum of its own.
        """
        sides = dict.fromkeys((self.left_side, self.right_side))
        yield [each for side in sides for each in list_terms(side)]
        for each in (each for side in sides for each in walk(side)):
            if isinstance(each, Operation) and each.operator in "*/":
                yield from map(list_terms, (each.left, each.right))

    def __str__(self) -> str:
        return self.rule


def split_clause(clause: str) -> tuple[list[str], list[str]]:
    """What an identity assumes, and what stands against it; identities as text."""
    assumed, _, others = clause.partition(UNLESS)
    return assumed.split(ALTERNATIVE), others.split(ALTERNATIVE) if others else []
