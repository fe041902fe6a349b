import { UntilgreenError } from '../../../core/errors.ts';
import { functionLanguage } from '../../../languages/function/registry.ts';
import { toolchain } from '../../../languages/go/toolchain.ts';
import { GO_ENV, goCache } from '../../../sandbox/code/languages/go-cache.ts';
import type { RunDeps } from '../../interfaces.ts';
import { signatureOf } from '../../run/signature.ts';
import { toValue } from '../../run/values.ts';
import type { JsonObject } from '../../types.ts';
import type { Setup, Trial } from './types.ts';

/** Beside the code, in its package: it reaches what is not exported too, and each call is compiled as any other is. */
const driver = (name: string, mark: string, calls: readonly string[]): string => `package main

import (
	untilgreenfmt "fmt"
	untilgreenos "os"
	untilgreenstrconv "strconv"
	untilgreentime "time"
)

//go:noinline
func untilgreenKeep(values ...any) {}

func untilgreenTimed(call func()) (took int64) {
	defer func() {
		if recover() != nil {
			took = -1
		}
	}()
	begun := untilgreentime.Now()
	call()
	return untilgreentime.Since(begun).Nanoseconds()
}

func main() {
	calls := []func() func(){
${calls.join('')}	}
	least, _ := untilgreenstrconv.Atoi(untilgreenos.Args[1])
	most, _ := untilgreenstrconv.Atoi(untilgreenos.Args[2])
	for at := least; at < most; at++ {
		untilgreenfmt.Printf("\\n${mark} %d %d\\n", at, untilgreenTimed(calls[at]()))
	}
}

var _ = ${name}
`;

export async function timedGo(trial: Trial, mark: string, { sandbox, signal }: RunDeps): Promise<Setup> {
  const go = await toolchain();
  const seed = await goCache(sandbox, go.tools, signal ?? new AbortController().signal);
  const language = functionLanguage('go');
  const { signature } = await signatureOf(language, trial.contract.signature, trial.contract.name);
  const call = (args: JsonObject): string => {
    const values = signature.parameters.map(({ name, type, typeText = 'any' }) => {
      const value = toValue(args[name] ?? null, type);
      const literal = value && language.printValue(value, type);
      if (literal === undefined) throw new UntilgreenError('bad_arguments', `${trial.contract.name} cannot be timed: '${name}' has no literal in Go.`, { name: trial.contract.name });
      return { typeText, literal };
    });
    const made = values.map(({ typeText, literal }, at) => `\t\t\tvar a${at} ${typeText} = ${literal}\n`).join('');
    return `\t\tfunc() func() {\n${made}\t\t\treturn func() { untilgreenKeep(${signature.name}(${values.map((_, at) => `a${at}`).join(', ')})) }\n\t\t},\n`;
  };
  const text = driver(signature.name, mark, trial.inputs.map(call));
  const numbers = trial.codes.map((_, at) => at);
  return {
    files: {
      'go.mod': `module timing\n\ngo ${go.language}\n`,
      ...Object.fromEntries(trial.codes.flatMap((code, at) => [[`code${at}/solution.go`, asMain(code)], [`code${at}/untilgreen_time.go`, text]])),
    },
    prepare: [
      ...(seed === undefined ? [] : [`cp -r "${seed}" gocache`]),
      ...numbers.map((at) => `GOCACHE="$PWD/gocache" "${go.program}" build -o program${at} ./code${at}`),
    ].join(' && '),
    command: (code, from, to) => `./program${code} ${from} ${to}`,
    env: { PATH: go.tools.path, ...GO_ENV },
    mounts: [...go.tools.mounts, ...(seed === undefined ? [] : [{ source: seed, target: seed }])],
  };
}

/** The file as one of a program. */
const asMain = (code: string): string => (/^[\t ]*package[\t ]+\w+/m.test(code) ? code.replace(/^([\t ]*)package[\t ]+\w+/m, '$1package main') : `package main; ${code}`);
