"""The grammar of identities: a line of text to a small tree.

    expression = term { ("+" | "-") term }
    term       = factor { ("*" | "/") factor }
    factor     = number | code [ "[" breakdown "]" ] [ "@" scope ] | GROUP "(" code ")"
               | "(" expression ")"

A bare code is the quantity at the scope under test; ``code@scope`` fixes the scope, and
``code[item=chair]`` is one row of a quantity that is broken down. GROUP is
``SUM_BREAKDOWN`` (the rows of a quantity that carry a breakdown), ``SUM_ALL_LEVELS`` (those of all
scopes) or ``SUM_CHILDREN`` (those of the areas below, and of the district's own office). The module
knows no catalogue: whether a code exists is asked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from cchc_analysis.data.records import Scope
from cchc_analysis.errors import Problem, ValidationError


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
class Reference:
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


Operand = Reference | GroupSum
Expression = Constant | Reference | GroupSum | Operation

_TOKEN = re.compile(r"\s*(?:\d+(?:\.\d+)?|[A-Za-z_]\w*(?:\[\w+=\w+\])?|[-+*/()@])")
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2}


@cache
def parse_expression(text: str) -> Expression:
    """Parse one side of an identity.

    Raises:
        ValidationError: The text is no expression; says at which character.

    Examples:
        >>> str(parse_expression("100 * (a@commune + b) / c"))
        '100 * (a@commune + b) / c'
        >>> [str(operand) for operand in list_operands(parse_expression("SUM_CHILDREN(a) - b"))]
        ['SUM_CHILDREN(a)', 'b']
        >>> parse_expression("a + + b")
        Traceback (most recent call last):
        cchc_analysis.errors.ValidationError: expression 'a + + b': '+' at character 5; \
expected a code, a number or a bracket. Mend the expression.
    """
    return _Parser(text).parse()


def list_operands(expression: Expression) -> tuple[Operand, ...]:
    """The quantities of an expression, each once, in the order in which they are written."""
    return tuple(dict.fromkeys(_walk_operands(expression)))


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


def _walk_operands(expression: Expression) -> Iterator[Operand]:
    if isinstance(expression, Operation):
        yield from _walk_operands(expression.left)
        yield from _walk_operands(expression.right)
    elif not isinstance(expression, Constant):
        yield expression


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokenize())
        self.position = 0

    def parse(self) -> Expression:
        expression = self._sum()
        if self._peek():
            raise self._problem("the end, or an operator before it")
        return expression

    def _sum(self) -> Expression:
        return self._chain("+-", self._product)

    def _product(self) -> Expression:
        return self._chain("*/", self._factor)

    def _chain(self, operators: str, part: Callable[[], Expression]) -> Expression:
        expression = part()
        while self._peek() and self._peek() in operators:
            operator = self._take()
            expression = Operation(operator, expression, part())
        return expression

    def _factor(self) -> Expression:
        token = self._peek()
        if token == "(":
            self._take()
            inner = self._sum()
            self._expect(")")
            return inner
        if token[:1].isdigit():
            return Constant(float(self._take()))
        if token[:1].isalpha() or token[:1] == "_":
            return self._quantity()
        raise self._problem("a code, a number or a bracket")

    def _quantity(self) -> Expression:
        name = self._take()
        if self._peek() == "(":
            return self._group(name)
        code, _, breakdown = name.removesuffix("]").partition("[")
        if self._peek() != "@":
            return Reference(code, breakdown=breakdown)
        self._take()
        if self._peek() not in tuple(Scope):
            raise self._problem(f"a scope: {', '.join(Scope)}")
        return Reference(code, self._take(), breakdown)

    def _group(self, name: str) -> GroupSum:
        if name not in tuple(Group):
            self.position -= 1
            raise self._problem(f"one of {', '.join(Group)} before a bracket")
        self._take()
        if not self._peek()[:1].isalpha():
            raise self._problem("the code that is summed")
        code = self._take()
        self._expect(")")
        return GroupSum(Group(name), code)

    def _expect(self, sign: str) -> None:
        if self._peek() != sign:
            raise self._problem(repr(sign))
        self._take()

    def _peek(self) -> str:
        return self.tokens[self.position][0] if self.position < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self.position += 1
        return token

    def _tokenize(self) -> Iterator[tuple[str, int]]:
        at, text = 0, self.text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._complain(text[at:].strip()[:1], at, "codes, numbers and + - * / ( ) @")
            yield match.group().strip(), match.end() - len(match.group().strip())
            at = match.end()

    def _problem(self, expected: str) -> ValidationError:
        end = ("", len(self.text))
        token, at = self.tokens[self.position] if self.position < len(self.tokens) else end
        return self._complain(token, at, expected)

    def _complain(self, token: str, at: int, expected: str) -> ValidationError:
        found = f"{token!r} at character {at + 1}" if token else "an end where more must follow"
        return ValidationError(
            Problem(f"expression {self.text!r}", found, expected, "Mend the expression.")
        )
