import { functionLanguage } from '../../../languages/function/registry.ts';
import type { Signature } from '../../../languages/function/types.ts';
import { toolchain } from '../../../languages/go/toolchain.ts';
import { GO_ENV, goCache } from '../../../sandbox/code/languages/go-cache.ts';
import type { RunDeps } from '../../interfaces.ts';
import { signatureOf } from '../../run/signature.ts';
import type { Setup, Trial } from './types.ts';

/**
 * Beside the code, in its package, so that it reaches what is not exported too. Arguments are read from a file: as literals, a matrix of 10,000 rows
 * keeps the compiler busy for minutes.
 */
function driver({ name, parameters }: Signature, mark: string): string {
  const reads = parameters.map((parameter, at) => `	var a${at} ${parameter.typeText ?? 'any'}
	if untilgreenjson.Unmarshal(given[${JSON.stringify(parameter.name)}], &a${at}) != nil {
		return nil
	}
`);
  return `package main

import (
	untilgreenjson "encoding/json"
	untilgreenfmt "fmt"
	untilgreenos "os"
	untilgreenstrconv "strconv"
	untilgreensyscall "syscall"
)

func untilgreenClock() int64 {
	var used untilgreensyscall.Rusage
	untilgreensyscall.Getrusage(untilgreensyscall.RUSAGE_SELF, &used)
	return used.Utime.Nano() + used.Stime.Nano()
}

//go:noinline
func untilgreenKeep(values ...any) {}

func untilgreenPrepare(given map[string]untilgreenjson.RawMessage) func() {
${reads.join('')}	return func() { untilgreenKeep(${name}(${parameters.map((_, at) => `a${at}`).join(', ')})) }
}

func untilgreenTimed(call func()) (took int64) {
	defer func() {
		if recover() != nil {
			took = -1
		}
	}()
	begun := untilgreenClock()
	call()
	return untilgreenClock() - begun
}

func main() {
	text, _ := untilgreenos.ReadFile("calls.json")
	var calls []map[string]untilgreenjson.RawMessage
	untilgreenjson.Unmarshal(text, &calls)
	least, _ := untilgreenstrconv.Atoi(untilgreenos.Args[1])
	most, _ := untilgreenstrconv.Atoi(untilgreenos.Args[2])
	for at := least; at < most; at++ {
		if call := untilgreenPrepare(calls[at]); call != nil {
			untilgreenfmt.Printf("\\n${mark} %d %d\\n", at, untilgreenTimed(call))
		}
	}
}
`;
}

export async function timedGo(trial: Trial, mark: string, { sandbox, signal }: RunDeps): Promise<Setup> {
  const go = await toolchain();
  const seed = await goCache(sandbox, go.tools, signal ?? new AbortController().signal);
  const { signature } = await signatureOf(functionLanguage('go'), trial.contract.signature, trial.contract.name);
  const text = driver(signature, mark);
  const builds = trial.codes.map((_, at) => `GOCACHE="$PWD/gocache" "${go.program}" build -o program${at} ./code${at}`);
  return {
    files: {
      'go.mod': `module timing\n\ngo ${go.language}\n`,
      'calls.json': JSON.stringify(trial.inputs),
      ...Object.fromEntries(trial.codes.flatMap((code, at) => [[`code${at}/solution.go`, asMain(code)], [`code${at}/untilgreen_time.go`, text]])),
    },
    prepare: [...(seed === undefined ? [] : [`cp -r "${seed}" gocache`]), ...builds].join(' && '),
    command: (code, from, to) => `./program${code} ${from} ${to}`,
    env: { PATH: go.tools.path, ...GO_ENV },
    mounts: [...go.tools.mounts, ...(seed === undefined ? [] : [{ source: seed, target: seed }])],
  };
}

/** The file as one of a program. */
const asMain = (code: string): string => (/^[\t ]*package[\t ]+\w+/m.test(code) ? code.replace(/^([\t ]*)package[\t ]+\w+/m, '$1package main') : `package main; ${code}`);
