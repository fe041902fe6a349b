import { EXIT } from '../../core/errors.ts';
import { cancelOnSignal } from '../signals.ts';
import { print, printJson } from '../terminal.ts';

/** `untilgreen sandbox build-image`: the image of the container rung. The engine's words go to stderr as they come. */
export async function sandboxBuildImage(options: { engine?: string; base?: string; tag?: string; json?: boolean; quiet?: boolean }): Promise<number> {
  const { buildImage } = await import('../../sandbox/container/build.ts');
  const { signal, release } = cancelOnSignal(() => {});
  try {
    const show = (text: string): void => void process.stderr.write(text);
    const image = await buildImage({ ...options, signal, ...(options.quiet ? {} : { onOutput: show }) });
    if (options.json) printJson(image, 2);
    else print(`Built ${image.tag} with ${image.engine}: ${Math.round(image.bytes / 1e6)} MB in ${Math.round(image.seconds)} s. \`untilgreen doctor\` tells whether containers hold here.`);
    return EXIT.green;
  } finally {
    release();
  }
}
