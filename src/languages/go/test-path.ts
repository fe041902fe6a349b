import type { RelativePath } from '../../workspace/types.ts';

/** Where a generated test of a source file belongs: `a/calc.go` → `a/calc_test.go`. Go knows no other place. */
export function testPathFor(path: RelativePath): RelativePath {
  // A suffix that names a system or a processor says where the test is compiled too, as it should.
  return path.endsWith('_test.go') ? path : path.replace(/\.go$/, '_test.go');
}
