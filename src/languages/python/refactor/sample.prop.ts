// A project with every form in which Python points to a name, and helpers for the tests of this folder. (`.prop.ts` files stay out of the build.)
import { refusalReason } from '../../refactor/refuse.ts';
import type { FileEdit, Operation, Refactoring } from '../../refactor/types.ts';
import type { FileChange, Workbench } from '../../../workspace/types.ts';
import { projectOf } from '../projects.prop.ts';
import { pythonRefactor } from './index.ts';

export const SAMPLE: Record<string, string> = {
  'pyproject.toml': '[project]\nname = "geo"\nversion = "1"\n[project.scripts]\ngeo-area = "geo.shapes:main"\n',
  'README.md': 'Use `geo.shapes.area`, or run `python -m geo.shapes`.\n',
  'src/geo/__init__.py': '"""Geometry."""\n\nfrom .shapes import Circle, area\n\n__all__ = ["Circle", "area"]\n',
  'src/geo/shapes.py': `"""Shapes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from . import units
from .units import (
    meters,  # the base of all
    SCALE,
)

if TYPE_CHECKING:
    from .report import Report

__all__ = ["Circle", "area", "main"]

_FACTOR = 1.0


# The surface of a circle.
# Negative radii are refused.
def area(radius: float) -> float:
    """The surface.

    >>> area(0)
    0.0
    >>> from geo.shapes import area as surface
    >>> surface(0)
    0.0
    """
    if radius < 0:
        raise ValueError(radius)
    return _scaled(math.pi * radius * radius)


def _scaled(value: float) -> float:
    return value * _FACTOR * units.ONE


class Circle:
    def __init__(self, radius: float) -> None:
        self.radius = meters(radius) * SCALE

    def area(self) -> float:
        return area(self.radius)

    def report(self) -> Report:
        from .report import Report

        return Report(self)


def main() -> None:
    print(area(1))


if __name__ == "__main__":
    main()
`,
  'src/geo/units.py': 'ONE = 1\nSCALE = 1.0\n\n\ndef meters(value):\n    return value * ONE\n',
  'src/geo/report.py': `import geo.shapes as sh
import geo.units
from geo import shapes

from .shapes import (
    Circle,  # for checks
    area,
)


class Report:
    def __init__(self, shape):
        self.shape = shape

    def lines(self, area=None):
        if area is None:
            area = self.shape.area()
        return [str(area), str(isinstance(self.shape, Circle)), str(geo.units.ONE)]


def total(shapes_):
    return sum(sh.area(s.radius) for s in shapes_) + geo.shapes.area(0) + shapes.area(0) + area(0)


def lazy():
    from geo.shapes import area as a, Circle as C

    return a(1), C(1)
`,
  'tests/test_geo.py': `from unittest import mock

import pytest

import geo
from geo import report
from geo.shapes import Circle, area


def test_area():
    assert area(1) == geo.area(1) == geo.shapes.area(1) > 3
    with pytest.raises(ValueError):
        area(-1)


def test_circle():
    assert Circle(2).area() == area(2)
    assert Circle(1).report().lines(area=3)[:2] == ["3", "True"]


def test_total():
    assert report.total([Circle(1)]) == area(1)
    assert report.lazy()[0] == area(1)


def test_scaled_is_looked_up_where_area_is():
    with mock.patch("geo.shapes._scaled", return_value=7):
        assert area(1) == 7
`,
};

/** Computes and, where it is not refused, writes to the copy. Resolves to the refactoring, or to the reason of the refusal. */
export async function carryOut(bench: Workbench, operation: Operation): Promise<Refactoring> {
  const refactoring = await pythonRefactor.compute(operation, { bench, sandbox: unused });
  await apply(bench, refactoring.edits);
  return refactoring;
}

/** `compute` asks no sandbox. */
const unused = { guarantees: {} as never, run: () => Promise.reject(new Error('nothing is run to compute')) };

export async function apply(bench: Workbench, edits: readonly FileEdit[]): Promise<void> {
  const changes: FileChange[] = [];
  const written = new Set(edits.flatMap((edit) => (edit.kind === 'delete' ? [] : [edit.path])));
  for (const edit of edits) {
    if (edit.kind === 'delete') changes.push({ kind: 'delete', path: edit.path });
    else if (edit.kind === 'write') changes.push({ kind: 'write', path: edit.path, content: edit.text });
    else {
      changes.push({ kind: 'write', path: edit.path, content: edit.text ?? (await bench.readBytes(edit.from)) });
      if (!written.has(edit.from)) changes.push({ kind: 'delete', path: edit.from });
    }
  }
  await bench.write(changes);
}

/** The files of a project after an operation, or the reason of its refusal. */
export async function after(files: Record<string, string>, operation: Operation): Promise<Record<string, string> | string> {
  const bench = await projectOf(files);
  try {
    await carryOut(bench, operation);
  } catch (thrown) {
    const reason = refusalReason(thrown);
    if (reason === undefined) throw thrown;
    return reason;
  }
  return textsOf(bench);
}

export async function textsOf(bench: Workbench): Promise<Record<string, string>> {
  const entries = await Promise.all((await bench.list()).map(async ({ path }) => [path, (await bench.readText(path)).text] as const));
  return Object.fromEntries(entries);
}
