import { EXIT } from '../../core/errors.ts';
import { CATALOGUE } from '../../models/files/download/catalogue.ts';
import { usage } from '../arguments.ts';
import { bytesText, progressLine, timeText } from '../progress-line.ts';
import { cancelOnSignal } from '../signals.ts';
import { colors, print, printJson } from '../terminal.ts';
import { oneLine } from '../view/text.ts';
import { rootsOf, type ModelsOptions } from './models.ts';

/** `untilgreen models get NAME`: downloads a model; without a name it shows those with a short one. */
export async function modelsGet(name: string | undefined, options: ModelsOptions & { sha256?: string }): Promise<number> {
  if (name === undefined) return showCatalogue(options);
  const [root, second] = await rootsOf(options);
  if (second !== undefined) throw usage('--models-root is given twice, and a model goes into one folder.');
  const { getModel } = await import('../../models/files/download/get.ts');
  const line = progressLine(options);
  const { signal, release } = cancelOnSignal(() => line.clear());
  let told = 0;
  try {
    const { path, files } = await getModel(name, {
      env: process.env, signal,
      ...(root === undefined ? {} : { root }), ...(options.sha256 === undefined ? {} : { sha256: options.sha256 }),
      onProgress(progress) {
        const { step, received, total, bytesPerSecond, secondsLeft, file, number, of } = progress;
        if (options.json) {
          // Programs that read along need no five lines a second.
          if (options.quiet || (performance.now() - told < 1_000 && received !== total)) return;
          told = performance.now();
          return printJson({ event: 'progress', ...progress, bytesPerSecond: Math.round(bytesPerSecond), ...(secondsLeft === undefined ? {} : { secondsLeft: Math.round(secondsLeft) }) });
        }
        const part = total === undefined ? bytesText(received) : `${Math.floor((100 * received) / Math.max(1, total))} % of ${bytesText(total)}`;
        const left = secondsLeft === undefined ? '' : `, ${timeText(secondsLeft)} left`;
        line.show(`${of > 1 ? `${number}/${of} ` : ''}${file}: ${step === 'verify' ? 'checking, ' : ''}${part}, ${bytesText(bytesPerSecond)}/s${step === 'verify' ? '' : left}`);
      },
    });
    line.clear();
    if (options.json) printJson({ event: 'done', ok: true, path, files });
    else {
      for (const { path: file, bytes, sha256, verified, present, resumedFrom } of files) {
        const how = present ? 'was there already' : `downloaded${resumedFrom > 0 ? ` (${bytesText(resumedFrom)} of it earlier)` : ''}`;
        if (!options.quiet) print(`${oneLine(file)}\n  ${bytesText(bytes)}, ${how}; SHA-256 ${sha256} ${verified ? colors.green('as it should be') : colors.yellow('(nobody says what it should be)')}`);
      }
      print(options.quiet ? path : `Use it with --model ${path}`);
    }
    return EXIT.green;
  } finally {
    line.clear();
    release();
  }
}

function showCatalogue(options: ModelsOptions): number {
  if (options.json) printJson(CATALOGUE, 2);
  else {
    for (const { name, billions, gigabytes, base, licence, repository } of CATALOGUE) print(`${colors.bold(name.padEnd(20))}  ${`${billions}B`.padStart(5)}, ${gigabytes.toFixed(1)} GB, ${base ? 'base' : 'chat'}, licence ${licence}  ${colors.dim(repository)}`);
    print('\nAlso owner/repo/file.gguf, owner/repo:Q4_K_M of Hugging Face, or an https address.');
  }
  return EXIT.green;
}
