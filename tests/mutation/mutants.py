"""The mutants of a module: each is its code with one small change that a test should notice.

Texts are left as they are, and so are type hints, decorators and the sentences of errors.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMPARE = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
PAIRS = (
    (ast.Add, ast.Sub),
    (ast.Mult, ast.Div),
    (ast.FloorDiv, ast.Mult),
    (ast.Mod, ast.Mult),
    (ast.Pow, ast.Mult),
    (ast.BitAnd, ast.BitOr),
    (ast.BitXor, ast.BitAnd),
)
OPERATORS = {b: a for a, b in PAIRS} | dict(PAIRS)
NAMES = "min max, any all, argmin argmax, minimum maximum, floor ceil, float64 float32"
SWAPPED = {a: b for pair in NAMES.split(", ") for a, b in (pair.split(), reversed(pair.split()))}
PASSED_ON = ("astype", "copy", "sort_values", "sort_by", "dropna")  # x.copy() becomes x
SIMPLE = (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise, ast.Delete)
KEPT = ("strict", "encoding", "stacklevel", "indent")  # arguments that change no result
WIDTH = 72  # characters of code that tell where a mutant is


@dataclass
class Mutant:
    """One change: `node` in place of what `parent` has in `field` (at `index`)."""

    module: str
    function: str  # its qualified name; "" outside of functions
    outer: tuple[str, int] | None  # the outermost function and its first line
    lines: range  # of the statement's own code
    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST
    text: str = ""

    def swap(self) -> None:
        """Put the change in, or the original back."""
        if self.index is None:
            old = getattr(self.parent, self.field)
            setattr(self.parent, self.field, self.node)
        else:
            old = getattr(self.parent, self.field)[self.index]
            getattr(self.parent, self.field)[self.index] = self.node
        self.node = old


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in the place of one piece of code."""
    match node:
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
            if value:
                yield ast.Constant(value - 1)
        case ast.Constant(value=float() as value):
            yield ast.Constant(value * 2 if value else 1.0)
        case ast.Compare(left, [op], right):
            yield from (ast.Compare(left, [other()], right) for other in COMPARE[type(op)])
        case ast.Compare(left, ops, right):
            for i, op in enumerate(ops):
                for other in COMPARE[type(op)]:
                    yield ast.Compare(left, [*ops[:i], other(), *ops[i + 1 :]], right)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            yield from (_without(node, i) for i in range(len(values)))
        case ast.BinOp(left, op, right) if type(op) in OPERATORS and not _is_text(left, right):
            yield ast.BinOp(left, OPERATORS[type(op)](), right)
        case ast.AugAssign(target, op, value) if type(op) in OPERATORS:
            yield ast.AugAssign(target, OPERATORS[type(op)](), value)
        case ast.UnaryOp(_, operand):
            yield operand
        case ast.IfExp(test, body, other):
            yield from (body, other)
        case ast.If(test, body, other) | ast.While(test, body, other):
            if not isinstance(test, ast.Compare | ast.UnaryOp):
                yield type(node)(ast.UnaryOp(ast.Not(), test), body, other)
        case ast.comprehension(target, source, tests, is_async) if tests:
            for i in range(len(tests)):
                yield ast.comprehension(target, source, tests[:i] + tests[i + 1 :], is_async)
        case ast.Slice(lower, upper, step):
            if lower:
                yield ast.Slice(None, upper, step)
            if upper:
                yield ast.Slice(lower, None, step)
        case ast.Return(value) if value and not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Call(func, args, keywords):
            for i, keyword in enumerate(keywords):
                if keyword.arg not in (None, *KEPT) and not _is_switch(keyword.value):
                    yield ast.Call(func, args, keywords[:i] + keywords[i + 1 :])
            if isinstance(func, ast.Attribute) and func.attr in PASSED_ON:
                yield func.value
            if isinstance(func, ast.Name) and func.id == "sorted":
                yield args[0]
        case ast.Name(name, ctx) if name in SWAPPED:
            yield ast.Name(SWAPPED[name], ctx)
        case ast.Attribute(value, name, ctx) if name in SWAPPED:
            yield ast.Attribute(value, SWAPPED[name], ctx)
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
    if isinstance(node, SIMPLE) and _may_go(node):
        yield ast.Pass()


def _without(node: ast.BoolOp, place: int) -> ast.AST:
    rest = node.values[:place] + node.values[place + 1 :]
    return rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text(*nodes: ast.AST) -> bool:
    def one(node: ast.AST) -> bool:
        return isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        )

    return any(map(one, nodes))


def _is_switch(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def _may_go(node: ast.stmt) -> bool:
    """Tell whether a statement's absence is more than a name that is not defined."""
    if isinstance(node, ast.Assign):
        return all(isinstance(t, ast.Attribute | ast.Subscript) for t in node.targets)
    return not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _hidden(node: ast.AST, field: str) -> bool:
    """Tell what is not mutated: type hints, decorators, base classes, sentences of errors."""
    if field in ("annotation", "returns", "decorator_list", "bases") or isinstance(node, ast.Raise):
        return True
    if isinstance(node, ast.keyword) and node.arg in KEPT:
        return True
    if isinstance(node, ast.Assert):
        return True  # it states an invariant
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id.endswith("Error") or node.func.id in ("cast", "isinstance")
    return False


def of(path: Path, module: str) -> tuple[ast.Module, list[Mutant]]:
    """List the mutants of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[Mutant] = []
    _collect(tree, found, [], module, [], None, range(0))
    times: Counter[tuple[str, str]] = Counter()
    for mutant in found:
        times[mutant.function, mutant.text] += 1
        if times[mutant.function, mutant.text] > 1:
            mutant.text += f"  #{times[mutant.function, mutant.text]}"
    return tree, found


def _collect(
    node: ast.AST,
    found: list[Mutant],
    above: list[ast.AST],
    module: str,
    names: list[str],
    outer: tuple[str, int] | None,
    lines: range,
) -> None:
    for field, value in ast.iter_fields(node):
        if _hidden(node, field):
            continue
        at_definition = isinstance(node, ast.arguments) and field in ("defaults", "kw_defaults")
        inside, own = names, None if at_definition and outer and len(above) < 2 else outer
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _is_typing(child):
                continue
            at = lines
            if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
                body = getattr(child, "body", None)
                last = body[0].lineno - 1 if body else child.end_lineno
                at = range(child.lineno, max(child.lineno, last) + 1)
            for new in changes(child):
                new = ast.fix_missing_locations(ast.copy_location(new, child))
                mutant = Mutant(module, ".".join(inside), own, at, node, field, index, new)
                mutant.text = _text(mutant, child, [*above, node])
                found.append(mutant)
            below, first = inside, own
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                below = [*inside, child.name]
                if isinstance(child, ast.FunctionDef) and own is None:
                    line = min([child.lineno, *(d.lineno for d in child.decorator_list)])
                    first = (".".join(below), line)
                _collect(child, found, [], module, below, first, at)
                continue
            _collect(child, found, [*above, node], module, below, first, at)


def _is_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _text(mutant: Mutant, child: ast.AST, above: list[ast.AST]) -> str:
    """Say what a mutant changes, with so much of the code around that it can be found."""
    around: Any = child
    for parent in reversed(above):
        if isinstance(around, ast.stmt) or isinstance(parent, ast.Module | ast.ClassDef):
            break
        if isinstance(parent, ast.arguments | ast.FunctionDef | ast.excepthandler):
            break
        if len(_short(parent)) > WIDTH and len(_short(around)) > 6:
            break
        around = parent
    before = _short(around)
    if around is child:
        return f"{before} -> {_short(mutant.node)}"
    mutant.swap()
    after = _short(around)
    mutant.swap()
    return f"{before} -> {after}"


def _short(node: ast.AST) -> str:
    if isinstance(node, ast.If | ast.While | ast.For | ast.With):
        text = ast.unparse(node).split("\n")[0]
    else:
        text = ast.unparse(node)
    return " ".join(text.split())
